"""The append-only log of a patient: the only way events get in, and the form in which the fold reads them."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.events import Event as EventRow
from coach.models.people import Account, Patient
from programs import canonical, events
from programs.events import Event


def append(
    session: Session,
    patient: Patient,
    event: Event,
    *,
    received_at: datetime,
    author_id: UUID | None = None,
    digest: str | None = None,
    marks: Sequence[dict[str, Any]] = (),
) -> None:
    """Adds one event; the patient row is locked by the caller, so numbers have no gaps and no doubles."""
    patient.last_seq += 1
    body = canonical.to_json(event.body)
    session.add(
        EventRow(
            patient_id=patient.id,
            seq=patient.last_seq,
            id=UUID(event.id),
            local_day=event.day,
            occurred_at=event.at,
            kind=event.kind,
            body=body,
            digest=digest or hashlib.sha256(canonical.dumps(event.body)).hexdigest(),
            marks=list(marks),
            author=event.author,
            author_id=author_id,
            received_at=received_at,
        )
    )


def instant(patient: Patient, now: datetime) -> datetime:
    """When something happens that the service itself writes down: acts of one moment keep their order."""
    return now + timedelta(microseconds=patient.last_seq)


def read(session: Session, patient_id: UUID, *, since: date | None = None, up_to_seq: int | None = None) -> list[Event]:
    """The events of local days from `since` on, up to a number. Raises ValueError for one that cannot be read."""
    session.flush()
    query = select(EventRow).where(EventRow.patient_id == patient_id)
    if since is not None:
        query = query.where(EventRow.local_day >= since)
    if up_to_seq is not None:
        query = query.where(EventRow.seq <= up_to_seq)
    return [_event(row) for row in session.scalars(query.order_by(EventRow.seq))]


def of_other_clinicians(
    session: Session, patient_id: UUID, own_id: UUID, after_seq: int, most: int
) -> list[tuple[EventRow, str]]:
    """What other clinicians have written since an event, the oldest first, each with its author's name."""
    rows = session.execute(
        select(EventRow, Account.name)
        .join(Account, Account.id == EventRow.author_id)
        .where(
            EventRow.patient_id == patient_id,
            EventRow.seq > after_seq,
            EventRow.author == "clinician",
            EventRow.author_id != own_id,
        )
        .order_by(EventRow.seq)
        .limit(most)
    )
    return [(row, name) for row, name in rows]


def earliest_new_day(session: Session, patient_id: UUID, after_seq: int) -> date | None:
    """The oldest local day among events that came after the given one."""
    session.flush()
    query = select(EventRow.local_day).where(EventRow.patient_id == patient_id, EventRow.seq > after_seq)
    return session.scalar(query.order_by(EventRow.local_day).limit(1))


def _event(row: EventRow) -> Event:
    return Event(
        id=str(row.id),
        day=row.local_day,
        at=row.occurred_at,
        kind=row.kind,
        author=row.author,  # type: ignore[arg-type]  # the CHECK on the table holds the same words
        body=events.body_from_json(row.kind, row.body),
    )
