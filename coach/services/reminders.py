"""A patient's reminder rules, and what makes, moves or silences them: the person, plans, locks, sessions.

Every change moves the patient's cursor in the same transaction. The caller has locked the patient.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Schedule
from coach.services import cursors, occurrences
from coach.services.problems import conflict, invalid, not_found
from programs import schedule
from programs.schedule import Rule

OWN_KINDS = ("routine", "checkin")  # what a person may set; the rest comes from plans and locks
MOST_OWN = 20
DEFAULT_MINUTE = 8 * 60
EVERY_DAY = 127
FOLLOW_UPS = (timedelta(hours=24), timedelta(hours=72))
MOST_DAYS = 7
EXERCISE_KINDS = tuple(name for name, kind in schedule.KINDS.items() if kind.exercise)


@dataclass(frozen=True)
class Upcoming:
    """A reminder still to come, for a phone that shows it by itself under the same name."""

    collapse_id: str
    kind: str
    fire_at: datetime
    expires_at: datetime


def own(session: Session, patient_id: UUID) -> tuple[Rule, ...]:
    """What the person may see and change, in the order of the day."""
    rows = session.scalars(cursors.active(patient_id).where(Schedule.kind.in_(OWN_KINDS)))
    return tuple(sorted(map(cursors.rule, rows), key=lambda found: (found.minute, found.id)))


def create(session: Session, patient: Patient, *, kind: str, minute: int, days: int, now: datetime) -> Rule:
    """A reminder at a local minute on the days of a mask (Monday = 1). Raises Problem."""
    if kind not in OWN_KINDS:
        raise invalid("kind", f"must be one of {', '.join(OWN_KINDS)}")
    _check_time(minute, days)
    cursors.claim(session, patient.id, now)
    if len(own(session, patient.id)) >= MOST_OWN:
        raise conflict(f"At most {MOST_OWN} reminders are possible.")
    made = Rule(uuid4(), kind, minute, days, None, now)
    _add(session, patient, made, now)
    return made


def change(session: Session, patient: Patient, rule_id: UUID, *, minute: int, days: int, now: datetime) -> Rule:
    """Moves a reminder; what was due at the old time and is not sent yet is cancelled. Raises Problem."""
    _check_time(minute, days)
    cursor = cursors.claim(session, patient.id, now)
    row = _own_row(session, patient.id, rule_id)
    # A tick that this edit has waited for may have come further than the edit's own `now`.
    row.minute, row.days, row.since = minute, days, max(now, cursor.passed_at)
    cursors.cancel_unsent(session, patient.id, now, "changed", schedule_id=rule_id)
    cursors.plan(session, patient, now)
    return cursors.rule(row)


def remove(session: Session, patient: Patient, rule_id: UUID, now: datetime) -> None:
    """Ends a reminder, also what is due and not sent yet. Raises Problem."""
    cursors.claim(session, patient.id, now)
    row = _own_row(session, patient.id, rule_id)
    cursors.cancel_unsent(session, patient.id, now, "changed", schedule_id=rule_id)
    if rule_id == _default_id(patient.id):
        row.active = False  # kept, so that the next plan does not bring it back
    else:
        session.delete(row)
    cursors.plan(session, patient, now)


def plan_started(session: Session, patient: Patient, now: datetime) -> None:
    """The default routine reminder, daily at 08:00 local time, unless the person has or had it."""
    _add(session, patient, Rule(_default_id(patient.id), "routine", DEFAULT_MINUTE, EVERY_DAY, None, now), now)


def plan_renewed(session: Session, patient: Patient, now: datetime) -> None:
    """Says that a new plan is ready; once a local day at most."""
    _once(session, patient, "new_plan", now, now)


def follow_up(session: Session, patient: Patient, now: datetime) -> None:
    """Asks 24 h and 72 h after a red flag whether the person has been seen (N8); one pair for a local day."""
    for wait in FOLLOW_UPS:
        _once(session, patient, "red_flag_followup", now + wait, now)


def cancel_exercise(session: Session, patient_id: UUID, now: datetime) -> None:
    """Cancels exercise reminders not yet sent, if the patient's lock keeps the exercises away."""
    if session.get_one(Patient, patient_id).lock in cursors.HELD:
        cursors.claim(session, patient_id, now)
        cursors.cancel_unsent(session, patient_id, now, "locked", kinds=EXERCISE_KINDS)


def session_done(session: Session, patient_id: UUID, day: date, now: datetime) -> None:
    """No routine reminder for a local day that has its session: neither one to come nor one not yet sent."""
    patient = session.get_one(Patient, patient_id)
    cursor = cursors.claim(session, patient_id, now)
    cursor.done_day = max(filter(None, (cursor.done_day, day)))
    begin = schedule.day_begins_at(day, patient.zone, patient.day_starts_at)
    end = schedule.next_day_at(begin, patient.zone, patient.day_starts_at)
    cursors.cancel_unsent(session, patient_id, now, "done", kinds=("routine",), between=(begin, end))


def settings_changed(session: Session, patient: Patient, now: datetime) -> None:
    """Another zone, day or quiet hours: every rule keeps its local time, and no slot comes twice on its date.

    A time of today that the move has skipped is caught up while it is still worth sending.
    """
    cursors.plan(session, patient, now)


def upcoming(session: Session, patient: Patient, now: datetime, days: int = 1) -> tuple[Upcoming, ...]:
    """The reminders to come until the end of the local day, or of up to 7 days, by all rules of sending."""
    local, until = cursors.local_time(patient), now
    for _ in range(min(days, MOST_DAYS)):
        until = schedule.next_day_at(until, patient.zone, patient.day_starts_at)
    cursor = session.get(Cursor, patient.id)
    if cursor is None:
        return ()
    rules = cursors.rules(session, patient.id)
    budgeted = occurrences.budgeted(session, [patient.id], now).get(patient.id, ())
    coming = schedule.run(rules, local, now, until, most=len(rules) * (days + 1)).moments
    judged = schedule.judge_all(coming, rules, local, cursors.standing(patient, cursor, budgeted), now)
    return tuple(
        Upcoming(
            schedule.collapse_id(moment.rule.id, moment.day, moment.slot),
            moment.rule.kind,
            verdict.fire_at,
            verdict.expires_at,
        )
        for moment, verdict in judged
        if verdict.state == "due"
    )


def _default_id(patient_id: UUID) -> UUID:
    return uuid5(patient_id, "routine")


def _once(session: Session, patient: Patient, kind: str, at: datetime, now: datetime) -> None:
    day, minute = schedule.on_the_minute(at, patient.zone)
    _add(session, patient, Rule(uuid5(patient.id, f"{kind} {day}"), kind, minute, None, day, now), now)


def _add(session: Session, patient: Patient, made: Rule, now: datetime) -> None:
    """The id decides: a rule that exists is left as it is."""
    values = {name: getattr(made, name) for name in ("id", "kind", "minute", "days", "on_day", "since")}
    cursors.claim(session, patient.id, now)
    session.execute(insert(Schedule).values(patient_id=patient.id, **values).on_conflict_do_nothing())
    cursors.plan(session, patient, now)


def _own_row(session: Session, patient_id: UUID, rule_id: UUID) -> Schedule:
    row = session.get(Schedule, (patient_id, rule_id))
    if row is None or not row.active or row.kind not in OWN_KINDS:
        raise not_found()
    return row


def _check_time(minute: int, days: int) -> None:
    if not 0 <= minute < 24 * 60:
        raise invalid("minute", "must be from 0 to 1439")
    if not 1 <= days <= EVERY_DAY:
        raise invalid("days", "must be a mask from 1 (Monday) to 127 (every day)")
