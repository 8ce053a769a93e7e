"""The in-app inbox: the reminders themselves, readable whether or not any push arrived."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Occurrence
from coach.services import cursors
from coach.services.problems import not_found
from programs import schedule

MOST = 100


@dataclass(frozen=True)
class Item:
    """One reminder as the person sees it. `id` is its collapse id, the same on every device."""

    id: str
    kind: str
    text: str
    at: datetime
    expires_at: datetime
    read_at: datetime | None


def items(
    session: Session, patient: Patient, now: datetime, before: datetime | None = None, most: int = MOST
) -> tuple[Item, ...]:
    """The newest 100, or the next 100 older than `before`. A lock hides what it keeps from being sent."""
    query = _shown(patient, now).order_by(Occurrence.fire_at.desc(), Occurrence.schedule_id).limit(most)
    if before is not None:
        query = query.where(Occurrence.fire_at < before)
    return tuple(map(_item, session.scalars(query)))


def mark_read(session: Session, patient: Patient, name: str, now: datetime) -> None:
    """Notes that the person has read one of the newest 100. Raises Problem 404."""
    for row in session.scalars(_shown(patient, now).order_by(Occurrence.fire_at.desc()).limit(MOST)):
        if _name(row) == name:
            row.read_at = row.read_at or now
            return
    raise not_found()


def _shown(patient: Patient, now: datetime) -> Select[Occurrence]:
    query = select(Occurrence).where(
        Occurrence.patient_id == patient.id,
        Occurrence.state.in_(("due", "snoozed")),
        Occurrence.fire_at <= now,
    )
    if patient.lock in cursors.HELD:
        query = query.where(Occurrence.kind.in_([name for name, kind in schedule.KINDS.items() if kind.locked]))
    return query


def _item(row: Occurrence) -> Item:
    return Item(_name(row), row.kind, row.text, row.fire_at, row.expires_at, row.read_at)


def _name(row: Occurrence) -> str:
    return schedule.collapse_id(row.schedule_id, row.local_day, row.slot)
