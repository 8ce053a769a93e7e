"""Who is on duty in a clinic, who is the deputy, and which administrator is told last."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.people import Account, Clinic, Patient
from coach.services import access, escalation
from coach.services.access import CLINICIANS
from coach.services.problems import Problem, invalid
from coach.services.tokens import Identity
from programs.catalog import Catalog
from programs.escalation import STEPS

MOST = 100  # waiting alerts shown at once

logger = structlog.get_logger()


@dataclass(frozen=True)
class Duty:
    on_duty: Account | None
    deputy: Account | None
    administrator: Account | None


@dataclass(frozen=True)
class Waiting:
    """An alert nobody has seen, without a word about whose it is or why."""

    id: UUID
    since: datetime
    steps: tuple[escalation.StepTaken, ...]
    next: escalation.NextStep | None


def read(session: Session, identity: Identity) -> Duty:
    return _duty(session, _clinic(session, identity))


def change(
    session: Session,
    identity: Identity,
    *,
    on_duty: UUID,
    deputy: UUID | None,
    administrator: UUID | None,
    now: datetime,
) -> Duty:
    """Names the three; alerts that wait are told to the new ones in the same commit.

    Clinicians may pass duty among themselves; only an administrator names the administrator. Raises Problem.
    """
    clinic = _clinic(session, identity, lock=True)
    if on_duty == deputy:
        raise invalid("deputy", "must be somebody other than who is on duty")
    if administrator != clinic.administrator_id and identity.role != "administrator":
        raise Problem("not-for-you", 403, "Your account may not do this.")
    wanted = ((on_duty, "on_duty", CLINICIANS), (deputy, "deputy", CLINICIANS))
    for account_id, field, roles in (*wanted, (administrator, "administrator", ("administrator",))):
        if account_id is not None and access.colleague(session, identity, account_id, roles=roles) is None:
            raise invalid(field, f"must be one of this clinic's: {', '.join(roles)}")
    clinic.on_duty_id, clinic.deputy_id, clinic.administrator_id = on_duty, deputy, administrator
    session.flush()
    escalation.tell_new_holders(session, clinic, now)
    logger.info("duty_changed", clinic=str(clinic.id), by=str(identity.account_id), on_duty=str(on_duty))
    return _duty(session, clinic)


def waiting(session: Session, identity: Identity, catalog: Catalog) -> list[Waiting]:
    """Alerts of the clinic that nobody has seen, oldest first, at most MOST: no patient, no reason, no level."""
    clinic = _clinic(session, identity)
    query = (
        select(Alert)
        .join(Patient, Patient.id == Alert.patient_id)
        .where(Patient.clinic_id == clinic.id, Alert.resolved_at.is_(None), Alert.seen_at.is_(None), Alert.step > 0)
    )
    found = session.scalars(query.order_by(Alert.raised_at, Alert.id).limit(MOST))
    return [
        Waiting(each.id, each.raised_at, *escalation.so_far(session, each, clinic, catalog)) for each in list(found)
    ]


def _duty(session: Session, clinic: Clinic) -> Duty:
    holders = escalation.holders(clinic)
    found = dict(zip(STEPS, (session.get(Account, each) if each else None for each in holders), strict=True))
    return Duty(**found)


def _clinic(session: Session, identity: Identity, *, lock: bool = False) -> Clinic:
    mine = access.member(session, identity).clinic_id
    mode = {"key_share": True} if lock else None
    return session.get_one(Clinic, mine, with_for_update=mode, populate_existing=lock)
