"""Whom a clinician looks after, most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.people import LOCK_LEVELS, Account, Patient
from coach.models.plans import Plan
from coach.services import access
from coach.services.tokens import Identity

MOST = 100  # patients on one page


@dataclass(frozen=True)
class CaseloadRow:
    id: UUID
    name: str
    lock: str
    program: str | None
    mode: str | None
    day: str | None


def rows(session: Session, identity: Identity, *, now: datetime, offset: int, most: int) -> list[CaseloadRow]:
    """The caller's patients, worst lock first, then by name; at most `most` after the first `offset`."""
    urgency = case({level: rank for rank, level in enumerate(LOCK_LEVELS)}, value=Patient.lock)
    found = session.execute(
        select(
            Patient.id, Account.name, Patient.lock, Plan.state["program"].astext, Plan.state["mode"].astext, Plan.day
        )
        .join(Account, Account.id == Patient.id)
        .outerjoin(Plan, Plan.patient_id == Patient.id)
        .where(Patient.id.in_(access.patients_in_care(identity, now)))
        .order_by(urgency.desc(), Account.name, Patient.id)
        .offset(offset)
        .limit(most)
    )
    return [
        CaseloadRow(id_, name, lock, program, mode, day.isoformat() if day else None)
        for id_, name, lock, program, mode, day in found
    ]


def open_alerts(session: Session, identity: Identity, *, now: datetime) -> list[Alert]:
    """The gravest open alerts of the caller's patients, oldest first among equals; at most 100."""
    gravity = case({level: rank for rank, level in enumerate(LOCK_LEVELS)}, value=Alert.level)
    query = select(Alert).where(
        Alert.patient_id.in_(access.patients_in_care(identity, now)), Alert.resolved_at.is_(None)
    )
    return list(session.scalars(query.order_by(gravity.desc(), Alert.raised_at, Alert.id).limit(MOST)))
