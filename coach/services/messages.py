"""Messages between a person and their clinic. A clinician's is announced at once, without a word of it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from coach.models.contact import Message
from coach.models.people import Patient
from coach.services import alerts, plans, reminders
from coach.services.problems import conflict, not_found
from programs.rules.draft import WEEKEND
from programs.schedule import WHOLE_DAY, Rule

LONGEST = 2000
MOST_A_DAY = 50  # of one side
MOST_LISTED = 100


def send(
    session: Session,
    patient: Patient,
    message_id: UUID,
    text: str,
    *,
    author: Literal["patient", "clinician"],
    author_id: UUID,
    now: datetime,
) -> Message:
    """Stores a message of a locked patient's talk; the same id twice is the same message. Raises Problem."""
    known = session.get(Message, (patient.id, message_id))
    if known is not None:
        if (known.author_id, known.text) != (author_id, text):
            raise conflict("Another message has this id.")
        return known
    lately = (Message.patient_id == patient.id, Message.author == author, Message.sent_at > now - WHOLE_DAY)
    if (session.scalar(select(func.count()).select_from(Message).where(*lately)) or 0) >= MOST_A_DAY:
        raise conflict(f"At most {MOST_A_DAY} messages a day are possible.")
    made = Message(patient_id=patient.id, id=message_id, author=author, author_id=author_id, text=text, sent_at=now)
    session.add(made)
    if author == "patient":
        alerts.for_message(session, patient, _last_quiet_day(plans.today(patient, now)), now)
    if author == "clinician":
        reminders.add(
            session, patient, Rule(uuid5(message_id, "message"), "message", None, None, None, now, at=now), now
        )
    return made


def listed(session: Session, patient_id: UUID, before: datetime | None = None) -> list[Message]:
    """The newest 100, or the next 100 older than `before`."""
    query = select(Message).where(Message.patient_id == patient_id)
    if before is not None:
        query = query.where(Message.sent_at < before)
    return list(session.scalars(query.order_by(Message.sent_at.desc(), Message.id).limit(MOST_LISTED)))


def unread(session: Session, patient_id: UUID) -> int:
    """How many of the patient's messages nobody of the clinic has read."""
    return session.scalar(select(func.count()).select_from(Message).where(*_unread(patient_id))) or 0


def mark_read(session: Session, patient_id: UUID, message_id: UUID, reader: str, now: datetime) -> None:
    """Notes that the other side has read it. Raises Problem 404."""
    found = session.get(Message, (patient_id, message_id))
    if found is None or found.author == reader:
        raise not_found()
    found.read_at = found.read_at or now


def mark_all_read(
    session: Session, patient_id: UUID, up_to: datetime, now: datetime, reader_id: UUID | None = None
) -> None:
    """Notes that the clinic has read the patient's messages sent until then; newer ones stay unread."""
    waiting = _unread(patient_id)
    session.execute(update(Message).where(*waiting, Message.sent_at <= up_to).values(read_at=now))
    if session.scalar(select(Message.id).where(*waiting).limit(1)) is None:
        alerts.end_messages(session, patient_id, reader_id, now)


def _unread(patient_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Message.patient_id == patient_id, Message.author == "patient", Message.read_at.is_(None)


def _last_quiet_day(day: date) -> date:
    """The day before the next working day: on whose morning whoever is on duty is told of what nobody has read."""
    while (day + WHOLE_DAY).weekday() >= WEEKEND:
        day += WHOLE_DAY
    return day
