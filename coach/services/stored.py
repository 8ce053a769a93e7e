"""One joined read of what is stored for a patient: safety state and plan, and what the log has beyond it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from coach.models.events import Event
from coach.models.people import Patient
from coach.models.plans import Plan
from coach.services.problems import not_found
from programs import adapt
from programs.catalog import Catalog


@dataclass(frozen=True)
class StoredPlan:
    """A plan row."""

    day: date
    opening: dict[str, Any] | None  # None where nothing has come since
    state: dict[str, Any]
    folded_seq: int
    oldest_new_day: date | None  # of events not folded yet
    upgraded: bool  # rules or content have changed since


@dataclass(frozen=True)
class Stored:
    patient: Patient
    plan: StoredPlan | None


def read(session: Session, patient_id: UUID, now: datetime, catalog: Catalog) -> Stored:
    """Everything in one statement. Raises Problem 404 for an unknown patient."""
    upgraded = or_(Plan.content_hash != catalog.content_hash, Plan.rules_version != adapt.rules_version)
    current = and_(Plan.folded_seq == Patient.last_seq, Patient.next_day_at > now, not_(upgraded))
    oldest = select(func.min(Event.local_day)).where(Event.patient_id == Patient.id, Event.seq > Plan.folded_seq)
    row = session.execute(
        select(
            Patient,
            Plan.day,
            Plan.folded_seq,
            case((current, None), else_=Plan.opening).label("opening"),
            Plan.state,
            upgraded.label("upgraded"),
            case((Plan.folded_seq < Patient.last_seq, oldest.scalar_subquery())).label("oldest"),
        )
        .outerjoin(Plan, Plan.patient_id == Patient.id)
        .where(Patient.id == patient_id)
    ).one_or_none()
    if row is None:
        raise not_found()
    plan = None
    if row.day is not None:
        plan = StoredPlan(row.day, row.opening, row.state, row.folded_seq, row.oldest, row.upgraded)
    return Stored(row.Patient, plan)
