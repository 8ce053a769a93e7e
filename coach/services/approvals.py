"""Approve each change: what waits for a clinician's yes, over a whole caseload or of one patient, and the answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Account, Patient
from coach.models.plans import Plan as PlanRow
from coach.services import access, care, changes
from coach.services.changes import Change
from coach.services.problems import conflict, invalid, not_found
from coach.services.tokens import Identity
from programs import canonical, events
from programs.catalog import Catalog
from programs.plan import Dose, Plan

MOST = 100  # patients in the queue at once
REFUSED = {
    "OUT_OF_RANGE": "must lie in the exercise's range and be no more than the change that waits",
    "NOT_NOW": "The rules let nothing rise on this day: a flare, a flag, or the week's limits. It waits on.",
}


@dataclass(frozen=True)
class PatientChanges:
    patient_id: UUID
    patient: str
    revision: int
    changes: tuple[Change, ...]


def queue(
    session: Session, identity: Identity, *, now: datetime, catalog: Catalog, locale: str
) -> list[PatientChanges]:
    """All that waits for the caller's yes, the oldest first; at most MOST patients."""
    words = catalog.in_language(locale)
    needs = PlanRow.summary["needs"]
    rows = session.execute(
        select(Patient.id, Account.name, Patient.revision, PlanRow.state)
        .join(Account, Account.id == Patient.id)
        .join(PlanRow, PlanRow.patient_id == Patient.id)
        .where(Patient.id.in_(access.patients_in_care(identity, now)), needs.has_key("approval"))
        .order_by(needs["approval"]["since"].astext, Account.name, Patient.id)
        .limit(MOST)
    )
    return [
        PatientChanges(id_, name, revision, changes.listed(canonical.from_json(Plan, state), words, catalog))
        for id_, name, revision, state in rows
    ]


def answer(
    session: Session,
    patient: Patient,
    about: str,
    *,
    approved: bool,
    dose: Dose | None,
    reason: str | None,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> Plan:
    """A yes, a yes to less, or a no with its reason. Raises Problem, and then nothing has changed: 404 for what does
    not wait, 409 for what cannot be today, 422 for a dose of one's own that is out of range."""
    waiting = care.current(session, patient, now, catalog)
    if waiting is None or all(each.exercise != about for each in waiting.waiting):
        raise not_found()
    if not approved and not reason:
        raise invalid("reason", "says why; the patient's record keeps it")
    body = events.Approval(about, approved, dose, reason)
    plan = care.act(session, patient, "approval", body, author=author, now=now, catalog=catalog)
    verdict = next(each for each in reversed(plan.verdicts) if (each.field, each.value) == ("approval", about))
    if verdict.reason == "OUT_OF_RANGE":
        raise invalid("dose", REFUSED["OUT_OF_RANGE"])
    if verdict.reason is not None:
        raise conflict(REFUSED["NOT_NOW"])
    return plan
