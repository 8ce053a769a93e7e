"""A patient's reminder rules: what the person sets, what happens once, and what follows from sessions and settings.

Every change moves the patient's cursor in the same transaction. The caller has locked the patient.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Schedule
from coach.services import alerts, cursors
from coach.services.problems import Problem, conflict, invalid, not_found
from programs import schedule
from programs.schedule import Rule

MOST_OWN = 20
MANY_A_DAY = 2  # times a person sets for one day; with more the answer warns
EVERY_DAY = 127
EVERY = (20, 120)  # minutes between two breaks
FARTHEST = timedelta(days=366)  # of a one-off
DEFAULT_MINUTE = 8 * 60
FOLLOW_UPS = (timedelta(hours=24), timedelta(hours=72))
AT_ONCE = timedelta(seconds=1)
SPENT_AFTER = timedelta(days=2)  # then no second cause of the same day can ask for the same one-off


def own(session: Session, patient_id: UUID) -> tuple[Rule, ...]:
    """What the person may see and change, in the order of the day."""
    return own_among(cursors.rules(session, patient_id))


def own_among(rules: Collection[Rule]) -> tuple[Rule, ...]:
    """Those of them that the person may see and change."""
    found = (rule for rule in rules if rule.kind in schedule.OWN_KINDS and rule.at is None)
    return tuple(sorted(found, key=lambda rule: (-1 if rule.minute is None else rule.minute, rule.id)))


def create(
    session: Session,
    patient: Patient,
    *,
    kind: str,
    now: datetime,
    minute: int | None = None,
    days: int | None = None,
    on_day: date | None = None,
    every: int | None = None,
    crosses_quiet: bool = False,
) -> Rule:
    """A reminder of the person's own: at a local minute on the days of a mask (Monday = 1, every day if left out) or
    on one date, or every so many minutes of the working hours. Raises Problem."""
    if kind not in schedule.OWN_KINDS:
        raise invalid("kind", f"must be one of {', '.join(schedule.OWN_KINDS)}")
    made = Rule(uuid4(), kind, minute, days, on_day, now, every, crosses_quiet=crosses_quiet)
    made = _checked(made, _today(patient, now))
    cursors.claim(session, patient.id, now)
    known = own(session, patient.id)
    if len(known) >= MOST_OWN:
        raise conflict(f"At most {MOST_OWN} reminders are possible.")
    if every is not None and any(rule.kind == kind and rule.every is not None for rule in known):
        raise conflict("There is an interval of this kind already. Change that one.")
    add(session, patient, made, now, edited=True)
    return made


def change(
    session: Session,
    patient: Patient,
    rule_id: UUID,
    *,
    now: datetime,
    minute: int | None = None,
    days: int | None = None,
    on_day: date | None = None,
    every: int | None = None,
    crosses_quiet: bool = False,
) -> Rule:
    """Gives a reminder another time; what was due at the old one and is not sent yet is cancelled. Raises Problem."""
    cursor = cursors.claim(session, patient.id, now)
    row = _own_row(session, patient.id, rule_id)
    # A tick that this edit has waited for may have come further than the edit's own `now`.
    since = max(now, cursor.passed_at)
    made = Rule(rule_id, row.kind, minute, days, on_day, since, every, crosses_quiet=crosses_quiet)
    made = _checked(made, _today(patient, now))
    if every is not None and row.every is None and _has_interval(session, patient.id, row.kind):
        raise conflict("There is an interval of this kind already. Change that one.")
    for name in cursors.SHAPE:
        setattr(row, name, getattr(made, name))
    row.edited = True
    _cancel(session, patient, row, now)
    cursors.plan(session, patient, now)
    return made


def remove(session: Session, patient: Patient, rule_id: UUID, now: datetime) -> None:
    """Ends a reminder, also what is due and not sent yet. Raises Problem."""
    cursors.claim(session, patient.id, now)
    row = _own_row(session, patient.id, rule_id)
    _cancel(session, patient, row, now)
    if rule_id == default_id(patient.id, row.kind):
        row.active = False  # kept, so that the next plan does not bring it back
    else:
        session.delete(row)
    cursors.plan(session, patient, now)


def are_many(rules: Collection[Rule]) -> bool:
    """Whether some day has more times than most people bear."""
    times = [rule for rule in rules if rule.minute is not None]
    weekly = [sum(bool((rule.days or 0) >> day & 1) for rule in times) for day in range(7)]
    dates = {rule.on_day for rule in times if rule.on_day}
    once = [sum(rule.on_day == day for rule in times) + weekly[day.weekday()] for day in dates]
    return max(weekly + once) > MANY_A_DAY


def stop(session: Session, patient: Patient, kinds: Collection[str], now: datetime) -> None:
    """Sets which kinds the person wants no more of, at once (N14). What a human waits for stays in the inbox."""
    if unknown := sorted(set(kinds) - schedule.KINDS.keys()):
        raise Problem("invalid", 422, "Some fields were not accepted.", fields={"kinds": f"no such kind: {unknown[0]}"})
    patient.stopped = sorted(set(kinds))
    cursors.settle(session, patient, now)


def plan_started(session: Session, patient: Patient, now: datetime, days: int = EVERY_DAY) -> None:
    """The default routine reminder, at 08:00 local time on these days, unless the person has or had it."""
    defaults(session, patient, {"routine": (DEFAULT_MINUTE, days)}, now)


def defaults(session: Session, patient: Patient, wanted: Mapping[str, tuple[int, int | None]], now: datetime) -> None:
    """Rules the plan makes and moves as long as the person has not touched them: minute and days, or no days."""
    ids = {kind: default_id(patient.id, kind) for kind in wanted}
    query = select(Schedule).where(Schedule.patient_id == patient.id, Schedule.id.in_(ids.values()))
    known = {row.kind: row for row in session.scalars(query)}
    for kind, (minute, days) in wanted.items():
        row = known.get(kind)
        if row is None:
            if days is not None:
                add(session, patient, Rule(ids[kind], kind, minute, days, None, now), now)
        elif row.active and not row.edited and row.days != days:
            _cancel(session, patient, row, now)
            if days is None:
                session.delete(row)
            else:
                row.days, row.since = days, now
            cursors.plan(session, patient, now)


def default_id(patient_id: UUID, kind: str) -> UUID:
    return uuid5(patient_id, kind)


def plan_renewed(session: Session, patient: Patient, now: datetime) -> None:
    """Says that a new plan is ready; once a local day at most."""
    once(session, patient, "new_plan", now, now)


def follow_up(session: Session, patient: Patient, now: datetime) -> None:
    """Asks 24 h and 72 h after a red flag whether the person has been seen (N8); one pair for a local day.

    Instants: whoever travels meanwhile is asked after as many hours as anyone.
    """
    for wait in FOLLOW_UPS:
        once(session, patient, "red_flag_followup", now + wait, now)


def tell_of_lock(session: Session, patient: Patient, now: datetime) -> None:
    """Asks at once to open the app, so that a phone that does not know of the lock learns of it; once a level a day."""
    name = f"lock {patient.lock} {schedule.local_day(now, patient.zone, patient.day_starts_at)}"
    add(session, patient, Rule(uuid5(patient.id, name), "red_flag_followup", None, None, None, now, at=now), now)


def once(session: Session, patient: Patient, kind: str, at: datetime, now: datetime) -> None:
    """One reminder at an instant, or when the quiet hours around it end; one of a kind for a local day."""
    if not schedule.KINDS[kind].waits:  # else the tick itself waits for the end of quiet hours
        at = schedule.quiet_end(at, cursors.local_time(patient)) or at
    name = f"{kind} {schedule.local_day(at, patient.zone, patient.day_starts_at)}"
    add(session, patient, Rule(uuid5(patient.id, name), kind, None, None, None, now, at=at), now)


def session_done(session: Session, patient_id: UUID, day: date, now: datetime) -> None:
    """No routine reminder for a local day that has its session: neither one to come nor one not yet sent."""
    cursor = cursors.claim(session, patient_id, now)
    cursor.done_day = max(filter(None, (cursor.done_day, day)))
    cursors.settle(session, session.get_one(Patient, patient_id), now, cursor)
    alerts.end_silence(session, patient_id, now)


def settings_changed(session: Session, patient: Patient, now: datetime) -> None:
    """Another zone, day, quiet or working hours: every rule keeps its local time, no slot comes twice on its date.

    A time of today that the move has skipped is caught up while it is still worth sending.
    """
    cursors.plan(session, patient, now)
    cursors.release_anew(session, patient, now)


def add(session: Session, patient: Patient, made: Rule, now: datetime, *, edited: bool = False) -> None:
    """The id decides: a rule that exists is left as it is. Long spent one-offs make room.

    An instant that the tick has passed already is the next one it comes to.
    """
    cursor = cursors.claim(session, patient.id, now)
    if made.at is not None:
        made = replace(made, at=max(made.at, max(now, cursor.passed_at) + AT_ONCE))
    spent = min(now, cursor.passed_at) - SPENT_AFTER
    session.execute(
        delete(Schedule)
        .where(Schedule.patient_id == patient.id, or_(Schedule.at < spent, Schedule.on_day < spent.date()))
        .execution_options(synchronize_session=False)
    )
    values = {name: getattr(made, name) for name in cursors.SHAPE}
    row = insert(Schedule).values(patient_id=patient.id, edited=edited, **values)
    session.execute(row.on_conflict_do_nothing())
    cursors.plan(session, patient, now)


def _today(patient: Patient, now: datetime) -> date:
    return schedule.local_day(now, patient.zone, patient.day_starts_at)


def _checked(made: Rule, today: date) -> Rule:
    """The rule with its days. Raises Problem naming the field that does not fit."""
    if (made.minute is None) == (made.every is None):
        raise invalid("minute", "give either a minute of the day or, for breaks, every so many minutes")
    if made.minute is not None and not 0 <= made.minute < schedule.DAY_MINUTES:
        raise invalid("minute", "must be from 0 to 1439")
    if made.every is not None and (made.kind not in schedule.BREAKS or not EVERY[0] <= made.every <= EVERY[1]):
        raise invalid("every", f"must be from {EVERY[0]} to {EVERY[1]} minutes, and only breaks have it")
    if made.on_day is not None and (made.every is not None or made.days is not None):
        raise invalid("on_day", "a date goes with a minute and without days")
    if made.on_day is not None and not today <= made.on_day <= today + FARTHEST:
        raise invalid("on_day", f"must be from today to {FARTHEST.days} days ahead")
    if made.days is not None and not 1 <= made.days <= EVERY_DAY:
        raise invalid("days", "must be a mask from 1 (Monday) to 127 (every day)")
    if made.crosses_quiet and made.kind != "own":
        raise invalid("crosses_quiet", "only reminders of kind own may come in quiet hours")
    return made if made.on_day or made.days else replace(made, days=EVERY_DAY)


def _cancel(session: Session, patient: Patient, row: Schedule, now: datetime) -> None:
    """What a rule has made and nobody has got; the follow-up of a routine goes with it."""
    kinds = ("missed",) if row.kind == "routine" else ()
    cursors.cancel_unsent(session, patient.id, now, kinds=kinds, schedule_ids=(row.id,))


def _own_row(session: Session, patient_id: UUID, rule_id: UUID) -> Schedule:
    row = session.get(Schedule, (patient_id, rule_id))
    if row is None or not row.active or row.kind not in schedule.OWN_KINDS or row.at is not None:
        raise not_found()
    return row


def _has_interval(session: Session, patient_id: UUID, kind: str) -> bool:
    return any(rule.kind == kind and rule.every is not None for rule in own(session, patient_id))
