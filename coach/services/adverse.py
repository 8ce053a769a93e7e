"""Reports of harm: anyone of the care tells, the clinic's clock starts, and the report is never changed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coach.models.measures import AdverseEvent
from coach.models.people import Patient
from coach.services import access, alerts, plans
from coach.services.problems import conflict, invalid
from coach.services.tokens import Identity
from programs.catalog import Catalog
from programs.rules.draft import WEEKEND

LONGEST = 2000
MOST_A_DAY = 20  # of one patient
MOST_LISTED = 100


def report(
    session: Session,
    patient: Patient,
    report_id: UUID,
    *,
    text: str,
    serious: bool,
    exercise: str | None,
    author_id: UUID,
    now: datetime,
    catalog: Catalog,
) -> AdverseEvent:
    """Stores a report of a locked patient and alerts the clinic: within one working day somebody must look at it.

    The same id twice is the same report. Raises Problem 409, 422.
    """
    if exercise is not None and exercise not in catalog.exercises:
        raise invalid("exercise", "No such exercise.")
    known = session.get(AdverseEvent, (patient.id, report_id))
    if known is not None:
        if (known.text, known.serious, known.exercise) != (text, serious, exercise):
            raise conflict("Another report has this id.")
        return known
    lately = (AdverseEvent.patient_id == patient.id, AdverseEvent.reported_at > now - timedelta(days=1))
    if (session.scalar(select(func.count()).select_from(AdverseEvent).where(*lately)) or 0) >= MOST_A_DAY:
        raise conflict(f"At most {MOST_A_DAY} reports a day are possible. Call your clinic.")
    made = AdverseEvent(patient_id=patient.id, id=report_id, exercise=exercise, serious=serious, text=text)
    made.reported_by, made.reported_at = author_id, now
    session.add(made)
    session.flush()
    due = plans.today(patient, now) + timedelta(days=1)
    while due.weekday() >= WEEKEND:
        due += timedelta(days=1)
    alerts.for_adverse_event(session, patient, report_id.hex[:24], due, serious=serious, now=now)
    return made


def listed(session: Session, identity: Identity, now: datetime, patient_id: UUID | None = None) -> list[AdverseEvent]:
    """Reports of the caller's patients, or of one of them, newest first; at most 100."""
    mine = AdverseEvent.patient_id.in_(access.patients_in_care(identity, now))
    query = select(AdverseEvent).where(mine)
    if patient_id is not None:
        query = query.where(AdverseEvent.patient_id == patient_id)
    return list(session.scalars(query.order_by(AdverseEvent.reported_at.desc(), AdverseEvent.id).limit(MOST_LISTED)))
