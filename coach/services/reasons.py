"""Why a person was reminded, or was not, line by line in plain words for an operator: ids and times, no texts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Schedule
from coach.services import cursors, occurrences
from programs import schedule
from programs.schedule import Verdict

MOST_DAYS = 30
MOST_LINES = 1000  # in each part
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Each of coach.models.reminders.REASONS.
WORDS = {
    "back_off": "silent for long: reminders come more rarely",
    "budget": "the day's or the week's number is used up, or kept for one that matters more",
    "changed": "its rule was changed or removed",
    "done": "the day's session is done",
    "flare": "not wanted in a flare-up, or asked today already",
    "ignored": "the last ones met no sign of the person: every other one is left out",
    "locked": "a lock keeps the exercises away",
    "missed": "nothing to follow up, or not the first missed day in a row",
    "no_support": "no lumbar support is worn",
    "paused": "the person is away, ill or busy",
    "quiet": "quiet hours lasted until it was of no more use",
    "released": "the lock has been lifted",
    "rest": "the week's sessions are done",
    "stopped": "the person wants no more of this kind",
    "travel": "less than 12 hours after one of its kind, after a move to another zone",
}
STATES = {"due": "sent", "snoozed": "put off by the person", "expired": "shed: too late to be of use"}


def lines(session: Session, patient_id: UUID, now: datetime, days: int) -> Iterator[str]:
    """The last days and the next. Raises LookupError for an unknown patient, ValueError for an unknown zone."""
    patient, cursor = session.get(Patient, patient_id), session.get(Cursor, patient_id)
    if patient is None or cursor is None:
        raise LookupError(f"{patient_id}: no such patient, or nothing was ever planned for them")
    yield from _person(patient, cursor)
    yield "Rules:"
    for row in session.scalars(cursors.active(patient_id).order_by(Schedule.kind, Schedule.id).limit(MOST_LINES)):
        yield f"  {row.kind:<18} {_when(row, patient.zone)}{' (set by the person)' if row.edited else ''}"
    yield f"The last {days} days:"
    past = {"id": patient_id, "since": now - timedelta(days=days), "now": now, "most": MOST_LINES}
    for each in session.execute(_PAST, past):
        yield f"  {_at(each.fire_at, patient.zone)}  {each.kind:<18} {_past(each)}"
    yield f"The next {days} days, if nothing happens until then:"
    yield from _coming(session, patient, cursor, now, days)


def _person(patient: Patient, cursor: Cursor) -> Iterator[str]:
    course = cursors.course(cursor)
    quiet, work = ((patient.quiet_from, patient.quiet_until), (patient.work_from, patient.work_until))
    yield f"Patient {patient.id}: {patient.zone}, shift {patient.shift}, quiet {_span(quiet)}, work {_span(work)}"
    held = "locked" if patient.lock in cursors.HELD else "not locked"
    yield f"  {held}; {course.sessions_week} sessions a week; last session {cursor.done_day or 'none'}"
    yield f"  {cursor.ignored} ignored in a row; no pushes of: {', '.join(patient.stopped) or 'none'}"
    yield f"  next look {_at(cursor.next_at, patient.zone) if cursor.next_at else 'never: nothing is planned'}"
    if cursor.failed_at:
        yield f"  PUT ASIDE since {cursor.failed_at:%Y-%m-%d %H:%M} UTC after {cursor.failures} failures: see the logs"


def _coming(session: Session, patient: Patient, cursor: Cursor, now: datetime, days: int) -> Iterator[str]:
    local, rules = cursors.local_time(patient), cursors.rules(session, patient.id)
    sent = occurrences.sent(session, [patient.id], now).get(patient.id, ())
    coming = schedule.run(rules, local, max(now, cursor.passed_at), now + timedelta(days=days), MOST_LINES).moments
    for moment, verdict, _ in schedule.judge_all(coming, rules, local, cursors.standing(patient, cursor, sent), now):
        yield f"  {_at(verdict.fire_at, patient.zone)}  {moment.rule.kind:<18} {_verdict(verdict, patient.zone)}"


def _verdict(verdict: Verdict, zone: str) -> str:
    if verdict.reason:
        return f"left out: {verdict.reason}: {WORDS[verdict.reason]}"
    where = "" if verdict.push else "in the inbox only, "
    return f"will be sent, {where}of use until {schedule.wall(verdict.expires_at, zone):%H:%M}"


def _past(row: Row[Any]) -> str:
    what = STATES.get(row.state) or f"{row.state.replace('_', ' ')}: {row.reason}: {WORDS[row.reason]}"
    if row.state != "due":
        return what
    pushes = [f"{state} after {tries} tries, code {code}" for state, tries, code in row.pushes if state]
    read = ", read" if row.read_at else ""
    return f"{what}{read}; pushes: {'; '.join(pushes) or 'none, inbox only'}"


def _when(row: Schedule, zone: str) -> str:
    if row.at is not None:
        return f"once at {_at(row.at, zone)}"
    if row.every is not None:
        return f"every {row.every} working minutes on {_days(row.days or 0)}"
    return f"{_minute(row.minute or 0)} on {row.on_day or _days(row.days or 0)}"


def _days(mask: int) -> str:
    return " ".join(name for place, name in enumerate(DAYS) if mask >> place & 1)


def _span(minutes: Sequence[int]) -> str:
    return "none" if minutes[0] == minutes[1] else "-".join(map(_minute, minutes))


def _minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _at(at: datetime, zone: str) -> str:
    return f"{schedule.wall(at, zone):%a %Y-%m-%d %H:%M:%S}"


_PAST = text("""
SELECT o.kind, o.fire_at, o.state, o.reason, o.read_at,
    json_agg(json_build_array(d.state, d.attempts, d.code) ORDER BY d.device_id) AS pushes
FROM occurrence o LEFT JOIN delivery d USING (patient_id, schedule_id, local_day, slot)
WHERE o.patient_id = :id AND o.fire_at > :since AND o.fire_at <= :now
GROUP BY o.patient_id, o.schedule_id, o.local_day, o.slot ORDER BY o.fire_at LIMIT :most
""")
