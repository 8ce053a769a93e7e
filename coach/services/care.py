"""What a clinician does for a patient in care: assign, override inside bounds, release a flag once seen."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.people import Patient
from coach.models.plans import Plan as PlanRow
from coach.services import alerts, log, plans, safety, stored
from coach.services.problems import conflict, invalid
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
    refer: bool | None = None,
) -> None:
    """Closes an alert that is no red flag; a referral is settled in the log, so its rules may raise it again.

    `refer` is the yes or no that an E6 call must end with. Raises Problem 409 for a red flag, which only a release
    ends, and for what is closed already; 422 for an E6 call without an answer.
    """
    if alert.kind == "red_flag" or alert.resolved_at is not None:
        raise conflict("This alert is not one that can be settled.")
    alerts.resolve(session, alert, author.account_id, note, now)
    patient.revision += 1
    if alert.kind == "referral":
        session.flush()
        row = session.get_one(PlanRow, patient.id)  # a referral comes from a stored plan
        rules = sorted({each["rule"] for each in row.state["referrals"] if each["kind"] == alert.subject})
        if "E6" in rules and refer is None:
            raise invalid("refer", "An E6 call ends with a yes or a no on referral to a spine specialist.")
        for rule in rules:
            body = events.Settled(alert.subject, rule, refer if rule == "E6" else None)
            _append(session, patient, "settled", body, author, now)
        plans.store(session, patient, now, catalog)


def _append(session: Session, patient: Patient, kind: str, body: events.Body, author: Identity, now: datetime) -> None:
    event = Event(str(uuid4()), plans.today(patient, now), log.instant(patient, now), kind, "clinician", body)
    log.append(session, patient, event, received_at=now, author_id=author.account_id)
