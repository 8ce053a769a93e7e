"""Materialises due moments: claims cursors, judges, writes occurrences and hand-overs, advances the cursors.

The statements are written out because this is the hot path: six, in one transaction, for a batch of 500.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from coach.services import cursors
from programs import schedule
from programs.catalog import Catalog
from programs.schedule import Moment, Rule, Sent, Verdict

BATCH = 500  # patients in one transaction
MOST_AT_ONCE = 64  # moments of one patient in one pass; after a long outage the rest comes in the next
BREAKS_LAST = timedelta(days=2)  # how far back breaks count: their local day, and what zones may add
FRESH = timedelta(hours=48)  # a phone that has been there since shows by itself what it said it would
MOST_IGNORED = 100  # more of them change nothing
BACK_OFF_LONGEST = 10  # doublings of a minute: 17 hours

logger = structlog.get_logger()


@dataclass(frozen=True)
class Made:
    """An occurrence about to be written."""

    patient_id: UUID
    schedule_id: UUID
    local_day: date
    slot: int
    kind: str
    text: str
    fire_at: datetime
    expires_at: datetime
    state: str
    reason: str | None
    push: bool = True  # else only in the inbox


@dataclass(frozen=True)
class Step:
    """What one patient's claim leads to: the occurrences, and where the cursor stands afterwards."""

    patient_id: UUID
    made: tuple[Made, ...]
    passed_at: datetime
    next_at: datetime | None
    texts: Mapping[str, int]
    ignored: int


@dataclass(frozen=True)
class Ticked:
    """What one pass did."""

    patients: int
    occurrences: int
    failed: int


def materialise(session: Session, now: datetime, catalog: Catalog, batch: int = BATCH) -> Ticked:
    """One batch of patients whose cursor is due. Who cannot be computed or written is put aside alone."""
    claimed = session.execute(_CLAIM, {"now": now, "batch": batch}).all()
    ids = [row.patient_id for row in claimed]
    people, rules, before = _people(session, ids), cursors.rules_of(session, ids), sent(session, ids, now)
    steps, failed = [], []
    for row in claimed:
        try:
            mine = rules.get(row.patient_id, ()), before.get(row.patient_id, ())
            steps.append(_step(row, people[row.patient_id], *mine, now, catalog))
        except Exception as error:  # an unknown zone, impossible data: whatever it is, the others go on
            failed.append(row.patient_id)
            logger.error("reminders_failed", patient=str(row.patient_id), error=type(error).__name__)
    failed += _write_steps(session, steps, now)
    _put_aside(session, failed, now)
    return Ticked(len(claimed), sum(len(step.made) for step in steps), len(failed))


def sent(session: Session, ids: Sequence[UUID], now: datetime) -> Mapping[UUID, list[Sent]]:
    """What of each patient's reminders was, or will be, sent and still counts for the next."""
    ranked = {"kinds": list(schedule.RANKED), "since": now - schedule.SENT_LASTS}
    breaks = {"breaks": list(schedule.BREAKS), "breaks_since": now - BREAKS_LAST}
    rows = session.execute(_SENT, {"ids": ids} | ranked | breaks)
    return {row.patient_id: [Sent(*each) for each in zip(row.kinds, row.fire_at, strict=True)] for row in rows}


def write(session: Session, made: Sequence[Made], now: datetime) -> None:
    """Writes occurrences and, for those due, a hand-over to each active device. Known keys change nothing.

    A device that shows a kind by itself, and has been there lately, gets no push of it, unless the rule is newer
    than its last visit.
    """
    if made:
        rows = json.dumps([vars(each) for each in made], default=str)
        session.execute(_WRITE, {"rows": rows, "fresh": now - FRESH})


def _people(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Row[Any]]:
    """Read once the cursors are held: in the same statement a zone could be older than the cursor's own row."""
    return {row.id: row for row in session.execute(_PEOPLE, {"ids": ids})}


def _step(
    row: Row[Any], person: Row[Any], rules: Sequence[Rule], before: Collection[Sent], now: datetime, catalog: Catalog
) -> Step:
    local, standing = cursors.local_time(person), cursors.standing(person, row, before)
    run = schedule.run(rules, local, row.passed_at, now, MOST_AT_ONCE)
    words, texts, ignored, made = catalog.in_language(person.locale), dict(row.texts), standing.ignored, []
    training_days = schedule.routine_days(rules)
    for moment, verdict, met in schedule.judge_all(run.moments, rules, local, standing, now):
        line = ""
        if verdict.state == "due":
            ignored += moment.rule.kind in schedule.RANKED
            name = schedule.text_set(moment.rule.kind, moment.day, training_days, met.done_day, met.course)
            line = schedule.choose(words.lines(f"reminders.{name}"), person.id, texts.get(name, 0))
            texts[name] = texts.get(name, 0) + 1
        made.append(_made(person.id, moment, verdict, line))
    return Step(person.id, tuple(made), run.passed_at, run.next_at, texts, min(ignored, MOST_IGNORED))


def _made(patient_id: UUID, moment: Moment, verdict: Verdict, line: str) -> Made:
    return Made(
        patient_id,
        moment.rule.id,
        moment.day,
        moment.slot,
        moment.rule.kind,
        line,
        verdict.fire_at,
        verdict.expires_at,
        verdict.state,
        verdict.reason,
        verdict.push,
    )


def _write_steps(session: Session, steps: Sequence[Step], now: datetime) -> list[UUID]:
    """Writes a batch; one that the database refuses is halved until only the guilty patients are left out."""
    if not steps:
        return []
    try:
        with session.begin_nested():
            write(session, [made for step in steps for made in step.made], now)
            _advance(session, steps)
    except (DataError, IntegrityError) as error:
        if len(steps) == 1:
            logger.error("reminders_failed", patient=str(steps[0].patient_id), error=type(error.orig).__name__)
            return [steps[0].patient_id]
        half = len(steps) // 2
        return _write_steps(session, steps[:half], now) + _write_steps(session, steps[half:], now)
    return []


def _advance(session: Session, steps: Sequence[Step]) -> None:
    names = ("patient_id", "passed_at", "next_at", "texts", "ignored")
    rows = [{name: getattr(step, name) for name in names} for step in steps]
    session.execute(_ADVANCE, {"rows": json.dumps(rows, default=str)})


def _put_aside(session: Session, ids: Iterable[UUID], now: datetime) -> None:
    """Tried again after one minute, then two, four ...; a change of the person's settings tries at once."""
    for patient_id in ids:
        session.execute(_PUT_ASIDE, {"id": patient_id, "now": now, "most": BACK_OFF_LONGEST})


# Rows travel as one JSON text: writing it costs a fifth of writing PostgreSQL's arrays.
# The CTE is a fence: without it the planner may lock more rows than it returns.
_CLAIM = text("""
WITH due AS MATERIALIZED (
    SELECT patient_id, passed_at, done_day, course, texts, ignored FROM cursor
    WHERE next_at <= :now ORDER BY next_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED
)
SELECT * FROM due
""")

_PEOPLE = text("""
SELECT id, zone, locale, day_starts_at, quiet_from, quiet_until, work_from, work_until, lock, moved_at, stopped
FROM patient WHERE id = ANY(:ids)
""")

_SENT = text("""
SELECT patient_id, array_agg(kind) AS kinds, array_agg(fire_at) AS fire_at FROM occurrence
WHERE patient_id = ANY(:ids) AND fire_at > :since AND state IN ('due', 'snoozed') AND slot < 10000
  AND (kind = ANY(:kinds) OR kind = ANY(:breaks) AND fire_at > :breaks_since)
GROUP BY patient_id
""")

_WRITE = text("""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS row(
        patient_id uuid, schedule_id uuid, local_day date, slot smallint, kind text, text text,
        fire_at timestamptz, expires_at timestamptz, state text, reason text, push boolean)
), made AS (
    INSERT INTO occurrence
        (patient_id, schedule_id, local_day, slot, kind, text, fire_at, expires_at, state, reason)
    SELECT patient_id, schedule_id, local_day, slot, kind, text, fire_at, expires_at, state, reason FROM given
    ON CONFLICT DO NOTHING
    RETURNING patient_id, schedule_id, local_day, slot, kind, fire_at, expires_at, state
)
INSERT INTO delivery (patient_id, schedule_id, local_day, slot, device_id, due_at, expires_at)
SELECT made.patient_id, schedule_id, local_day, slot, device.id, made.fire_at, made.expires_at
FROM made JOIN given USING (patient_id, schedule_id, local_day, slot)
JOIN device ON device.patient_id = made.patient_id AND device.state = 'active'
WHERE made.state = 'due' AND given.push
  AND NOT (made.kind = ANY(device.local_timers) AND device.seen_at > :fresh AND NOT EXISTS (
      SELECT FROM schedule WHERE schedule.patient_id = made.patient_id AND schedule.id = made.schedule_id
        AND schedule.since > device.seen_at))
ON CONFLICT DO NOTHING
""")

_ADVANCE = text("""
UPDATE cursor SET passed_at = step.passed_at, next_at = step.next_at, texts = step.texts, ignored = step.ignored,
    failed_at = NULL, failures = 0
FROM json_to_recordset(CAST(:rows AS json))
    AS step(patient_id uuid, passed_at timestamptz, next_at timestamptz, texts jsonb, ignored smallint)
WHERE cursor.patient_id = step.patient_id
""")

_PUT_ASIDE = text("""
UPDATE cursor SET failed_at = :now, failures = LEAST(failures + 1, 1000),
    next_at = CAST(:now AS timestamptz) + interval '1 minute' * power(2, LEAST(failures, :most))
WHERE patient_id = :id
""")
