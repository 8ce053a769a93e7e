"""The one place that decides who may see whose record, and writes down who did.

A patient sees their own record. A clinician sees patients in a live care relationship, and those of an open alert
that they were told of, until it is resolved. An administrator arranges care within the clinic and sees nothing
clinical. Whatever else is asked for is as unknown as a wrong id.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CompoundSelect, and_, or_, select
from sqlalchemy.orm import Session

from coach.models.care import Alert, CareRelationship
from coach.models.notices import Notice
from coach.models.people import Account, Patient
from coach.services import audit, cursors
from coach.services.problems import not_found
from coach.services.tokens import Identity

CLINICIANS = ("physiotherapist", "doctor")
STAFF = (*CLINICIANS, "administrator")


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
    """A patient whom the caller looks after. Anyone else's id is as unknown as a wrong one."""
    if identity.role not in CLINICIANS or not session.scalar(
        select(Patient.id).where(Patient.id == patient_id, Patient.id.in_(patients_in_care(identity, now)))
    ):
        raise not_found()
    patient = _patient(session, patient_id, lock)
    audit.write(session, patient_id, identity.account_id, action, now, request_id)
    return patient


def patient_to_arrange(
    session: Session, identity: Identity, patient_id: UUID, *, action: str, now: datetime, request_id: str
) -> Patient:
    """A patient whose care the caller may arrange: who looks after them, not how they are.

    Clinicians for those in their care, administrators for their whole clinic.
    """
    if identity.role != "administrator":
        return patient_in_care(session, identity, patient_id, action=action, now=now, request_id=request_id)
    patient = _patient(session, patient_id, lock=False)
    if patient.clinic_id != member(session, identity).clinic_id:
        raise not_found()
    audit.write(session, patient_id, identity.account_id, action, now, request_id)
    return patient


def patients_in_care(identity: Identity, now: datetime) -> CompoundSelect[UUID]:
    """Selects the ids of the patients whom the caller looks after."""
    told = (
        select(Notice.patient_id)
        .join(Alert, and_(Alert.patient_id == Notice.patient_id, Alert.id == Notice.alert_id))
        .where(
            Notice.account_id == identity.account_id,
            Notice.channel == "list",
            Notice.made_at <= now,
            Alert.resolved_at.is_(None),
        )
    )
    live = select(CareRelationship.patient_id).where(
        CareRelationship.clinician_id == identity.account_id,
        CareRelationship.since <= now,
        or_(CareRelationship.until.is_(None), CareRelationship.until > now),
    )
    return live.union(told)


def were_listed(
    session: Session, identity: Identity, patient_ids: Collection[UUID], *, now: datetime, request_id: str
) -> None:
    """Writes down that the caller had these patients in a list."""
    audit.write_listed(session, patient_ids, identity.account_id, now, request_id)


def member(session: Session, identity: Identity) -> Account:
    """The caller's own account."""
    return session.get_one(Account, identity.account_id)


def colleague(
    session: Session, identity: Identity, account_id: UUID, *, roles: Collection[str] = STAFF
) -> Account | None:
    """Somebody of the caller's own clinic with one of the roles; None for anyone else."""
    found = session.get(Account, account_id)
    if found is None or found.role not in roles or found.clinic_id != member(session, identity).clinic_id:
        return None
    return found


def _patient(session: Session, patient_id: UUID, lock: bool) -> Patient:
    # Lock order everywhere: patient, cursor, the rest.
    mode = {"key_share": True} if lock else None
    patient = session.get(Patient, patient_id, with_for_update=mode)
    if patient is None:
        raise not_found()
    return patient
