"""Putting a reminder off: the same reminder once more, a little later, under a slot of its own (rule N6)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Occurrence
from coach.services import cursors, occurrences
from coach.services.occurrences import Made
from coach.services.problems import conflict, invalid, not_found
from programs import schedule

MINUTES = (15, 30, 60)
MOST = 2  # of one reminder on one day
SLOT = 10_000


def snooze(session: Session, patient: Patient, name: str, minutes: int, now: datetime) -> datetime:
    """Puts the reminder of this collapse id off; the instant it comes again. A second tap is the same snooze.

    Never into quiet hours or past the reminder's end. The caller has locked the patient. Raises Problem.
    """
    if minutes not in MINUTES:
        raise invalid("minutes", f"must be one of {', '.join(map(str, MINUTES))}")
    cursors.claim(session, patient.id, now)
    row = _standing(session, patient.id, name, now)
    snoozed = _snoozed(session, row)
    if row.state == "snoozed":
        return next(each.fire_at for each in snoozed if each.slot > max(row.slot, SLOT))
    again_at = now + timedelta(minutes=minutes)
    if len(snoozed) >= MOST:
        raise conflict(f"A reminder can be put off {MOST} times a day.")
    if again_at >= row.expires_at:
        raise conflict("It would come too late to be of use.")
    if schedule.quiet_end(again_at, cursors.local_time(patient)):
        raise conflict("That is within your quiet hours.")
    row.state = "snoozed"
    session.flush()
    cursors.stop_deliveries(session, patient.id, now)
    occurrences.write(session, [_again(row, SLOT + len(snoozed) + 1, again_at)], now)
    return again_at


def _standing(session: Session, patient_id: UUID, name: str, now: datetime) -> Occurrence:
    """The reminder with this name, if it has come and is still of use."""
    rows = session.scalars(
        select(Occurrence).where(
            Occurrence.patient_id == patient_id,
            Occurrence.state.in_(("due", "snoozed")),
            Occurrence.fire_at <= now,
            Occurrence.fire_at > now - 2 * schedule.WHOLE_DAY,
            Occurrence.expires_at > now,
        )
    )
    for row in rows:
        if schedule.collapse_id(row.schedule_id, row.local_day, row.slot) == name:
            return row
    raise not_found()


def _snoozed(session: Session, row: Occurrence) -> list[Occurrence]:
    query = select(Occurrence).where(
        Occurrence.patient_id == row.patient_id,
        Occurrence.schedule_id == row.schedule_id,
        Occurrence.local_day == row.local_day,
        Occurrence.slot > SLOT,
    )
    return list(session.scalars(query.order_by(Occurrence.slot)))


def _again(row: Occurrence, slot: int, at: datetime) -> Made:
    key = row.patient_id, row.schedule_id, row.local_day, slot
    return Made(*key, row.kind, row.text, at, row.expires_at, "due", None)
