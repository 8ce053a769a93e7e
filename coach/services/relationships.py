"""Who looks after whom, from when until when: starting, handing over to a colleague, ending. What ended is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from coach.models.care import Alert, CareRelationship
from coach.models.people import Account, Patient
from coach.services import audit
from coach.services.problems import conflict, invalid, not_found

MOST = 100  # on one page


@dataclass(frozen=True)
class Carer:
    """One clinician of one patient."""

    id: UUID
    name: str
    role: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Person:
    """A patient as an administrator sees them: a name, and who looks after them."""

    id: UUID
    name: str
    since: datetime
    clinicians: tuple[str, ...]


def start(session: Session, patient_id: UUID, clinician_id: UUID, now: datetime) -> None:
    """Lets a clinician see a patient from now on; one who already does changes nothing."""
    if session.scalar(_live(patient_id, now).where(CareRelationship.clinician_id == clinician_id)):
        return
    row = insert(CareRelationship).values(patient_id=patient_id, clinician_id=clinician_id, since=now)
    again = {"until": None}  # begun, ended and begun again at one moment
    keys = ["patient_id", "clinician_id", "since"]
    session.execute(row.on_conflict_do_update(index_elements=keys, set_=again))


def end(session: Session, patient: Patient, clinician_id: UUID, now: datetime) -> None:
    """Ends one. Raises Problem 404 if it is not live, 409 where an alert would be left with nobody."""
    live = list(session.scalars(_live(patient.id, now).with_for_update()))
    if clinician_id not in [each.clinician_id for each in live]:
        raise not_found()
    stands = select(Alert.id).where(Alert.patient_id == patient.id, Alert.resolved_at.is_(None)).limit(1)
    if len(live) == 1 and session.scalar(stands):
        raise conflict("An alert of this person is open. Resolve it, or hand the person over.")
    for each in live:
        if each.clinician_id == clinician_id:
            each.until = now


def hand_over(session: Session, patient: Patient, leaver: UUID, successor: UUID, now: datetime) -> None:
    """From one clinician to another in one step, so that nobody is ever without. Raises Problem 404, 422."""
    if leaver == successor:
        raise invalid("to", "must be somebody else")
    ended = session.execute(_ended(leaver, now).where(CareRelationship.patient_id == patient.id))
    if not ended.all():
        raise not_found()
    start(session, patient.id, successor, now)


def hand_over_all(session: Session, leaver: UUID, successor: UUID, *, by: UUID, now: datetime, request_id: str) -> int:
    """Everyone a clinician looks after goes to a colleague; the number of patients. Raises Problem 422."""
    if leaver == successor:
        raise invalid("to", "must be somebody else")
    patients = sorted(session.scalars(_ended(leaver, now)))
    if patients:
        rows = [{"patient_id": each, "clinician_id": successor, "since": now} for each in patients]
        # Whom the successor sees already stays as it is.
        session.execute(insert(CareRelationship).values(rows).on_conflict_do_nothing())
    for patient_id in patients:
        audit.write(session, patient_id, by, "hand over", now, request_id)
    return len(patients)


def of_patient(session: Session, patient_id: UUID, now: datetime, *, past: bool = False) -> list[Carer]:
    """Who looks after a patient, longest first; with `past` also who did, at most MOST."""
    query = select(Account.id, Account.name, Account.role, CareRelationship.since, CareRelationship.until).join(
        Account, Account.id == CareRelationship.clinician_id
    )
    query = query.where(CareRelationship.patient_id == patient_id)
    if not past:
        query = query.where(_is_live(now))
    return [Carer(*row) for row in session.execute(query.order_by(CareRelationship.since, Account.id).limit(MOST))]


def people(session: Session, clinic_id: UUID, now: datetime, *, offset: int, most: int) -> list[Person]:
    """The clinic's patients by name, with who looks after them: nothing of how they are."""
    names = (
        select(func.array_agg(Account.name))
        .join(CareRelationship, CareRelationship.clinician_id == Account.id)
        .where(CareRelationship.patient_id == Patient.id, _is_live(now))
        .scalar_subquery()
    )
    person = select(Account).subquery()
    query = (
        select(Patient.id, person.c.name, Patient.created_at, names)
        .join(person, person.c.id == Patient.id)
        .where(Patient.clinic_id == clinic_id)
        .order_by(person.c.name, Patient.id)
    )
    rows = session.execute(query.offset(offset).limit(most))
    return [Person(id_, name, since, tuple(sorted(found or ()))) for id_, name, since, found in rows]


def _live(patient_id: UUID, now: datetime) -> Select[CareRelationship]:
    return select(CareRelationship).where(CareRelationship.patient_id == patient_id, _is_live(now))


def _is_live(now: datetime) -> ColumnElement[bool]:
    return and_(CareRelationship.since <= now, or_(CareRelationship.until.is_(None), CareRelationship.until > now))


def _ended(clinician_id: UUID, now: datetime) -> ReturningUpdate[UUID]:
    """Ends what is live and gives the patients."""
    return (
        update(CareRelationship)
        .where(CareRelationship.clinician_id == clinician_id, _is_live(now))
        .values(until=now)
        .returning(CareRelationship.patient_id)
    )
