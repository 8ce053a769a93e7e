"""What a patient agrees to when they join a clinic: the words, their version, and the record of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.care import Consent
from coach.services.problems import invalid

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


def given(session: Session, patient_id: UUID) -> list[Consent]:
    """Newest first."""
    query = select(Consent).where(Consent.patient_id == patient_id)
    return list(session.scalars(query.order_by(Consent.given_at.desc())))
