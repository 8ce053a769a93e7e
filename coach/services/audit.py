"""Who read or changed whose record: written with the very read or change, and never changed afterwards.

A trigger of the database refuses to change or delete a line; only erasing the whole patient takes them along.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from coach.models.audit import AuditEvent
from coach.models.people import Account

LISTED = "listed"


@dataclass(frozen=True)
class Line:
    """One act, without a word about what was seen."""

    id: int
    at: datetime
    name: str
    role: str
    action: str


def write(session: Session, patient_id: UUID, account_id: UUID, action: str, now: datetime, request_id: str) -> None:
    session.add(AuditEvent(patient_id=patient_id, account_id=account_id, action=action, at=now, request_id=request_id))


def write_listed(
    session: Session, patient_ids: Collection[UUID], account_id: UUID, now: datetime, request_id: str
) -> None:
    """Somebody had these patients in a list: one line a day for each, or lists would drown all else."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    mine = (AuditEvent.account_id == account_id, AuditEvent.action == LISTED, AuditEvent.at >= midnight)
    written = set(session.scalars(select(AuditEvent.patient_id).where(AuditEvent.patient_id.in_(patient_ids), *mine)))
    line = {"account_id": account_id, "action": LISTED, "at": now, "request_id": request_id}
    if rows := [{"patient_id": patient_id, **line} for patient_id in sorted(set(patient_ids) - written)]:
        session.execute(insert(AuditEvent), rows)


def of_patient(session: Session, patient_id: UUID, *, before: int | None, most: int) -> list[Line]:
    """The newest acts of others on one record; `before` is the number of the last one seen."""
    query = (
        select(AuditEvent.id, AuditEvent.at, Account.name, Account.role, AuditEvent.action)
        .join(Account, Account.id == AuditEvent.account_id)
        .where(AuditEvent.patient_id == patient_id)
    )
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return [Line(*row) for row in session.execute(query.order_by(AuditEvent.id.desc()).limit(most))]
