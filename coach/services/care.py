"""What a clinician does for a patient in care: assign, override inside bounds, release a flag once seen."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.people import Patient
from coach.models.plans import Plan as PlanRow
from coach.services import alerts, log, plans, safety, stored
from coach.services.problems import conflict
from coach.services.tokens import Identity
from programs import events
from programs.catalog import Catalog
from programs.events import Event
from programs.plan import Plan


def act(
    session: Session,
    patient: Patient,
    kind: str,
    body: events.Body,
    *,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> Plan:
    """Appends a clinician's event to a locked patient's log and folds it at once, so that the answer shows its effect.

    Raises Problem 409 before the intake: there is nobody yet whom the rules could check it against.
    """
    _append(session, patient, kind, body, author, now)
    plan = plans.store(session, patient, now, catalog)
    if plan is None:
        raise conflict("This person has not answered the intake yet.")
    return plan


def current(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> Plan | None:
    """The plan as it stands now; None before the intake."""
    session.flush()
    return plans.current(session, stored.read(session, patient.id, now, catalog), now, catalog)


def release(
    session: Session,
    patient: Patient,
    alert: Alert,
    *,
    note: str,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> None:
    """Ends one red flag after a human has seen the person. The note says what was found; other flags stand on."""
    if alert.kind != "red_flag" or alert.resolved_at is not None:
        raise conflict("This alert is not a standing red flag.")
    safety.lift(session, patient, alert.subject)
    alerts.resolve(session, alert, author.account_id, note, now)
    session.flush()
    _append(session, patient, "release", events.Release(flag=alert.subject), author, now)
    plans.store(session, patient, now, catalog)


def settle(
    session: Session,
    patient: Patient,
    alert: Alert,
    *,
    note: str,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> None:
    """Closes an alert that is no red flag; a referral is settled in the log, so its rules may raise it again.

    Raises Problem 409 for a red flag, which only a release ends, and for what is closed already.
    """
    if alert.kind == "red_flag" or alert.resolved_at is not None:
        raise conflict("This alert is not one that can be settled.")
    alerts.resolve(session, alert, author.account_id, note, now)
    patient.revision += 1
    if alert.kind == "referral":
        session.flush()
        row = session.get_one(PlanRow, patient.id)  # a referral comes from a stored plan
        for rule in sorted({each["rule"] for each in row.state["referrals"] if each["kind"] == alert.subject}):
            _append(session, patient, "settled", events.Settled(kind=alert.subject, rule=rule), author, now)
        plans.store(session, patient, now, catalog)


def _append(session: Session, patient: Patient, kind: str, body: events.Body, author: Identity, now: datetime) -> None:
    event = Event(str(uuid4()), plans.today(patient, now), log.instant(patient, now), kind, "clinician", body)
    log.append(session, patient, event, received_at=now, author_id=author.account_id)
