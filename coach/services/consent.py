"""What a patient agrees to when they join a clinic: the words, their version, and the record of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coach.models.care import Alert, CareRelationship, Consent
from coach.models.people import Patient
from coach.services.problems import conflict, invalid

CARE = "care"
VERSION = "2026-11"  # raised with every change of meaning; what was agreed to before stays recorded
WORDS = {
    "en": (
        "The clinicians of this clinic who look after me may see what I report, my plan and my alerts, and may change "
        "my plan. Whoever is on duty may see them while an alert of mine is open. I can see who looked, and when."
    ),
}


def record(session: Session, patient_id: UUID, version: str, now: datetime) -> None:
    """Raises Problem 422 for words other than today's: nobody agrees to what they have not read."""
    if version != VERSION:
        raise invalid("consent", f"must be the version of the words shown, {VERSION}")
    session.add(Consent(patient_id=patient_id, kind=CARE, given_at=now, version=version))


def change(session: Session, patient: Patient, given_now: bool, version: str, now: datetime) -> None:
    """Agrees to today's words, or takes the agreement back: then nobody of the clinic sees the record any more.

    Raises Problem 422 for other words, 409 while an alert is open: somebody is looking after it.
    """
    standing = [each for each in given(session, patient.id) if each.withdrawn_at is None]
    if given_now:
        if version not in [each.version for each in standing]:
            record(session, patient.id, version, now)
        return
    if not standing:
        return
    stands = select(Alert.id).where(Alert.patient_id == patient.id, Alert.resolved_at.is_(None)).limit(1)
    if session.scalar(stands) is not None:
        raise conflict("Your clinic is looking after an alert of yours. Speak to them first.")
    for each in standing:
        each.withdrawn_at = now
    live = CareRelationship.until.is_(None) | (CareRelationship.until > now)
    session.execute(update(CareRelationship).where(CareRelationship.patient_id == patient.id, live).values(until=now))


def given(session: Session, patient_id: UUID) -> list[Consent]:
    """Newest first."""
    query = select(Consent).where(Consent.patient_id == patient_id)
    return list(session.scalars(query.order_by(Consent.given_at.desc())))
