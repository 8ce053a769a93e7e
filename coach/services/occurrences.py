"""Materialises due moments: claims cursors, judges, writes occurrences and hand-overs, advances the cursors.

The statements are written out because this is the hot path: six, in one transaction, for a batch of 500.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
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
from programs.schedule import Local, Moment, Rule, Standing, Verdict

BATCH = 500  # patients in one transaction
MOST_AT_ONCE = 64  # moments of one patient in one pass; after a long outage the rest comes in the next
BUDGET_DAYS = timedelta(days=8)  # a local week and what zones may add
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


@dataclass(frozen=True)
class Step:
    """What one patient's claim leads to: the occurrences, and where the cursor stands afterwards."""

    patient_id: UUID
    made: tuple[Made, ...]
    passed_at: datetime
    next_at: datetime | None
    told: int


@dataclass(frozen=True)
class Ticked:
    """What one pass did."""

    patients: int
    occurrences: int
    failed: int


def materialise(session: Session, now: datetime, catalog: Catalog, batch: int = BATCH) -> Ticked:
    """One batch of patients whose cursor is due. Who cannot be computed or written is put aside alone."""
    claimed = _claim(session, now, batch)
    ids = [row.patient_id for row in claimed]
    people, rules, sent = _people(session, ids), _rules(session, ids), budgeted(session, ids, now)
    steps, failed = [], []
    for row in claimed:
        try:
            mine = rules.get(row.patient_id, ()), sent.get(row.patient_id, ())
            steps.append(_step(row, people[row.patient_id], *mine, now, catalog))
        except Exception as error:  # an unknown zone, impossible data: whatever it is, the others go on
            failed.append(row.patient_id)
            logger.error("reminders_failed", patient=str(row.patient_id), error=type(error).__name__)
    failed += _write_steps(session, steps)
    _put_aside(session, failed, now)
    return Ticked(len(claimed), sum(len(step.made) for step in steps), len(failed))


def budgeted(session: Session, ids: Sequence[UUID], now: datetime) -> Mapping[UUID, list[datetime]]:
    """When each patient's budgeted reminders of the last days were, or will be, sent."""
    rows = session.execute(_BUDGETED, {"ids": ids, "kinds": _RANKED, "since": now - BUDGET_DAYS})
    return {row.patient_id: row.fire_at for row in rows}


def write(session: Session, made: Sequence[Made]) -> None:
    """Writes occurrences and, for those due, a hand-over to each active device. Known keys change nothing."""
    if made:
        session.execute(_WRITE, {"rows": json.dumps([vars(each) for each in made], default=str)})


def _claim(session: Session, now: datetime, batch: int) -> Sequence[Row[Any]]:
    return session.execute(_CLAIM, {"now": now, "batch": batch}).all()


def _people(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Row[Any]]:
    """Read once the cursors are held: in the same statement a zone could be older than the cursor's own row."""
    return {row.id: row for row in session.execute(_PEOPLE, {"ids": ids})}


def _rules(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[Rule]]:
    found: dict[UUID, list[Rule]] = {}
    for row in session.execute(_RULES, {"ids": ids}):
        made = Rule(row.id, row.kind, row.minute, row.days, row.on_day, row.since)
        found.setdefault(row.patient_id, []).append(made)
    return found


def _step(
    row: Row[Any], person: Row[Any], rules: Sequence[Rule], sent: Sequence[datetime], now: datetime, catalog: Catalog
) -> Step:
    quiet = person.quiet_from, person.quiet_until
    local = Local(person.zone, person.day_starts_at, *quiet, schedule.spread(row.patient_id))
    standing = Standing(person.lock in cursors.HELD, row.done_day, tuple(sent))
    run = schedule.run(rules, local, row.passed_at, now, MOST_AT_ONCE)
    made, told = [], row.told
    for moment, verdict in schedule.judge_all(run.moments, rules, local, standing, now):
        lines = catalog.in_language(person.locale).lines(f"reminders.{moment.rule.kind}")
        line = schedule.choose(lines, row.patient_id, told) if verdict.state == "due" else ""
        told += verdict.state == "due"
        made.append(_made(row.patient_id, moment, verdict, line))
    return Step(row.patient_id, tuple(made), run.passed_at, run.next_at, told)


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
    )


def _write_steps(session: Session, steps: Sequence[Step]) -> list[UUID]:
    """Writes a batch; one that the database refuses is halved until only the guilty patients are left out."""
    if not steps:
        return []
    try:
        with session.begin_nested():
            write(session, [made for step in steps for made in step.made])
            _advance(session, steps)
    except (DataError, IntegrityError) as error:
        if len(steps) == 1:
            logger.error("reminders_failed", patient=str(steps[0].patient_id), error=type(error.orig).__name__)
            return [steps[0].patient_id]
        half = len(steps) // 2
        return _write_steps(session, steps[:half]) + _write_steps(session, steps[half:])
    return []


def _advance(session: Session, steps: Sequence[Step]) -> None:
    names = ("patient_id", "passed_at", "next_at", "told")
    rows = [{name: getattr(step, name) for name in names} for step in steps]
    session.execute(_ADVANCE, {"rows": json.dumps(rows, default=str)})


def _put_aside(session: Session, ids: Iterable[UUID], now: datetime) -> None:
    """Tried again after one minute, then two, four ...; a change of the person's settings tries at once."""
    for patient_id in ids:
        session.execute(_PUT_ASIDE, {"id": patient_id, "now": now, "most": BACK_OFF_LONGEST})


_RANKED = [name for name, kind in schedule.KINDS.items() if kind.rank]

# Rows travel as one JSON text: writing it costs a fifth of writing PostgreSQL's arrays.
# The CTE is a fence: without it the planner may lock more rows than it returns.
_CLAIM = text("""
WITH due AS MATERIALIZED (
    SELECT patient_id, passed_at, done_day, told FROM cursor
    WHERE next_at <= :now ORDER BY next_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED
)
SELECT * FROM due
""")

_PEOPLE = text("""
SELECT id, zone, locale, day_starts_at, quiet_from, quiet_until, lock FROM patient WHERE id = ANY(:ids)
""")

_RULES = text("""
SELECT patient_id, id, kind, minute, days, on_day, since FROM schedule
WHERE patient_id = ANY(:ids) AND active
""")

_BUDGETED = text("""
SELECT patient_id, array_agg(fire_at) AS fire_at FROM occurrence
WHERE patient_id = ANY(:ids) AND fire_at > :since AND kind = ANY(:kinds)
  AND state IN ('due', 'snoozed') AND slot < 10000
GROUP BY patient_id
""")

_WRITE = text("""
WITH made AS (
    INSERT INTO occurrence
        (patient_id, schedule_id, local_day, slot, kind, text, fire_at, expires_at, state, reason)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS row(
        patient_id uuid, schedule_id uuid, local_day date, slot smallint, kind text, text text,
        fire_at timestamptz, expires_at timestamptz, state text, reason text)
    ON CONFLICT DO NOTHING
    RETURNING patient_id, schedule_id, local_day, slot, fire_at, expires_at, state
)
INSERT INTO delivery (patient_id, schedule_id, local_day, slot, device_id, due_at, expires_at)
SELECT made.patient_id, schedule_id, local_day, slot, device.id, fire_at, expires_at
FROM made JOIN device ON device.patient_id = made.patient_id AND device.state = 'active'
WHERE made.state = 'due'
ON CONFLICT DO NOTHING
""")

_ADVANCE = text("""
UPDATE cursor SET passed_at = step.passed_at, next_at = step.next_at, told = step.told,
    failed_at = NULL, failures = 0
FROM json_to_recordset(CAST(:rows AS json))
    AS step(patient_id uuid, passed_at timestamptz, next_at timestamptz, told integer)
WHERE cursor.patient_id = step.patient_id
""")

_PUT_ASIDE = text("""
UPDATE cursor SET failed_at = :now, failures = LEAST(failures + 1, 1000),
    next_at = CAST(:now AS timestamptz) + interval '1 minute' * power(2, LEAST(failures, :most))
WHERE patient_id = :id
""")
