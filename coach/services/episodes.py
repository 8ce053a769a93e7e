"""The referral pack, and the end of a care episode with its summary and flare plan for both sides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.episodes import Closing
from coach.models.people import Account, Clinic, Patient
from coach.services import care, log
from coach.services.problems import conflict, not_found
from coach.services.tokens import Identity
from programs import canonical, events, triage
from programs.catalog import Catalog
from programs.pack import Pack, pack

MOST = 20  # closings of one patient that are shown


@dataclass(frozen=True)
class ReferralPack:
    """What goes with a person to a specialist: who, by whom, and the course as one value."""

    name: str
    clinic: str
    clinician: str
    made_at: datetime
    course: Pack


def referral_pack(
    session: Session, patient: Patient, identity: Identity, now: datetime, catalog: Catalog
) -> ReferralPack:
    """As of now. Raises Problem 409 before the intake."""
    return ReferralPack(
        name=session.get_one(Account, patient.id).name,
        clinic=session.get_one(Clinic, patient.clinic_id).name,
        clinician=session.get_one(Account, identity.account_id).name,
        made_at=now,
        course=_course(session, patient, now, catalog),
    )


def close(
    session: Session,
    patient: Patient,
    how: str,
    note: str,
    *,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> Closing:
    """Ends the episode of a locked patient: "self_care" goes on with the maintenance programme, "closed" only reads.

    Writes the summary and the flare plan that both keep. Raises Problem 409 while an alert is open, behind a lock,
    before the intake, or a second time.
    """
    if patient.closed_at is not None:
        raise conflict("This episode is closed already.")
    if patient.lock != "none":
        raise conflict("A lock stands. See to it first.")
    stands = select(Alert.id).where(Alert.patient_id == patient.id, Alert.resolved_at.is_(None)).limit(1)
    if session.scalar(stands) is not None:
        raise conflict("An alert of this person is open. Settle it first.")
    course = _course(session, patient, now, catalog)
    body = events.Closed(how)  # type: ignore[arg-type]  # the wire holds the same words
    care.act(session, patient, "closed", body, author=author, now=now, catalog=catalog)
    patient.closed_at = now
    made = Closing(patient_id=patient.id, at=now, care=how, note=note, made_by=author.account_id)
    made.summary = canonical.to_json(course)
    session.add(made)
    session.flush()
    return made


def closings(session: Session, patient_id: UUID) -> list[Closing]:
    """The ends of a person's episodes, newest first."""
    query = select(Closing).where(Closing.patient_id == patient_id).order_by(Closing.at.desc()).limit(MOST)
    return list(session.scalars(query))


def shown(closing: Closing, locale: str, catalog: Catalog) -> dict[str, Any]:
    """A closing with the flare plan in its reader's words."""
    words = catalog.in_language(locale)
    return {
        "at": closing.at,
        "care": closing.care,
        "note": closing.note,
        "summary": closing.summary,
        "flare_plan": [canonical.to_json(triage.card(name, words)) for name in ("FLARE", "SAFETY_NET")],
    }


def latest(session: Session, patient_id: UUID) -> Closing:
    """Raises Problem 404 where no episode has ended."""
    found = closings(session, patient_id)
    if not found:
        raise not_found()
    return found[0]


def _course(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> Pack:
    plan = care.current(session, patient, now, catalog)
    if plan is None:
        raise conflict("This person has not answered the intake yet.")
    return pack(plan, log.read(session, patient.id), catalog)
