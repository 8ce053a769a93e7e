"""One joined read of what is stored for a patient: safety state, plan and the cached routine of its day.

The phone's main call lives on this statement, so the plan's documents travel only when they are needed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from coach.models.events import Event
from coach.models.people import Patient
from coach.models.plans import Plan, Routine
from coach.services.problems import not_found
from programs import adapt
from programs.catalog import Catalog


@dataclass(frozen=True)
class StoredPlan:
    """A plan row. The documents are None where a valid cached routine makes them unnecessary."""

    day: date
    opening: dict[str, Any] | None
    state: dict[str, Any] | None
    folded_seq: int
    oldest_new_day: date | None  # of events not folded yet
    upgraded: bool  # rules or content have changed since


@dataclass(frozen=True)
class Stored:
    patient: Patient
    plan: StoredPlan | None
    etag: str | None
    body: bytes | None  # the cached routine of `plan.day`, if it is valid


def read(session: Session, patient_id: UUID, now: datetime, catalog: Catalog, *, routine: bool = False) -> Stored:
    """Everything in one statement; with `routine` a valid cached one comes instead of the plan's documents.

    Raises Problem 404 for an unknown patient.
    """
    upgraded = or_(Plan.content_hash != catalog.content_hash, Plan.rules_version != adapt.rules_version)
    current = and_(Plan.folded_seq == Patient.last_seq, Patient.next_day_at > now, not_(upgraded))
    cached = and_(
        literal(routine),
        current,
        Routine.revision == Patient.revision,
        Routine.content_hash == catalog.content_hash,
        Routine.locale == Patient.locale,
    )
    oldest = select(func.min(Event.local_day)).where(Event.patient_id == Patient.id, Event.seq > Plan.folded_seq)
    row = session.execute(
        select(
            Patient,
            Plan.day,
            Plan.folded_seq,
            case((cached, None), (current, None), else_=Plan.opening).label("opening"),
            case((cached, None), else_=Plan.state).label("state"),
            upgraded.label("upgraded"),
            case((Plan.folded_seq < Patient.last_seq, oldest.scalar_subquery())).label("oldest"),
            case((cached, Routine.etag)).label("etag"),
            case((cached, Routine.body)).label("body"),
        )
        .outerjoin(Plan, Plan.patient_id == Patient.id)
        .outerjoin(Routine, and_(Routine.patient_id == Patient.id, Routine.local_day == Plan.day))
        .where(Patient.id == patient_id)
    ).one_or_none()
    if row is None:
        raise not_found()
    plan = None
    if row.day is not None:
        plan = StoredPlan(row.day, row.opening, row.state, row.folded_seq, row.oldest, row.upgraded)
    return Stored(row.Patient, plan, row.etag, row.body)
