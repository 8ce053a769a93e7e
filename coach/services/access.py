"""The one place that decides who may see whose record, and writes down who did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from coach.models.audit import AuditEvent
from coach.models.care import CareRelationship
from coach.models.people import Patient
from coach.services import cursors
from coach.services.problems import not_found
from coach.services.tokens import Identity

CLINICIANS = ("physiotherapist", "doctor")


def own_patient(session: Session, identity: Identity, *, lock: bool = False) -> Patient:
    """The caller's own patient row; locked against other writers when it is going to change.

    Whoever changes something is there: reminders ignored before count no more.
    """
    patient = _patient(session, identity.account_id, lock)
    if lock:
        cursors.seen(session, patient.id)
    return patient


def patient_in_care(
    session: Session,
    identity: Identity,
    patient_id: UUID,
    *,
    action: str,
    now: datetime,
    request_id: str,
    lock: bool = False,
) -> Patient:
    """A patient in a live care relationship with the caller. Anyone else's id is as unknown as a wrong one."""
    if identity.role not in CLINICIANS or not session.scalar(
        select(CareRelationship.patient_id).where(
            CareRelationship.patient_id == patient_id, _live(identity.account_id, now)
        )
    ):
        raise not_found()
    patient = _patient(session, patient_id, lock)
    session.add(
        AuditEvent(
            patient_id=patient_id,
            account_id=identity.account_id,
            action=action,
            at=now,
            request_id=request_id,
        )
    )
    return patient


def patients_in_care(identity: Identity, now: datetime) -> Select[UUID]:
    """Selects the ids of the caller's patients."""
    return select(CareRelationship.patient_id).where(_live(identity.account_id, now))


def _live(clinician_id: UUID, now: datetime) -> ColumnElement[bool]:
    return and_(
        CareRelationship.clinician_id == clinician_id,
        CareRelationship.since <= now,
        or_(CareRelationship.until.is_(None), CareRelationship.until > now),
    )


def _patient(session: Session, patient_id: UUID, lock: bool) -> Patient:
    # Lock order everywhere: patient, cursor, the rest.
    mode = {"key_share": True} if lock else None
    patient = session.get(Patient, patient_id, with_for_update=mode)
    if patient is None:
        raise not_found()
    return patient
