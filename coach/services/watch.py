"""Alerts as the people who must act on them see them: whose it is, who has it now, and who is told next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from coach.models.care import Alert
from coach.models.people import LOCK_LEVELS, Account, Clinic, Patient
from coach.services import access, escalation
from coach.services.escalation import NextStep, StepTaken
from coach.services.tokens import Identity
from programs.catalog import Catalog

MOST = 100


@dataclass(frozen=True)
class Watched:
    """One alert with the name of its patient. `owner`: who has seen it, else the last who was told."""

    alert: Alert
    name: str
    zone: str  # of the patient
    owner: str | None


@dataclass(frozen=True)
class Way:
    """How an alert has gone so far: who was told, who is next, who saw it and who closed it."""

    steps: tuple[StepTaken, ...]
    next: NextStep | None
    seen_by: str | None
    resolved_by: str | None


def unseen(session: Session, identity: Identity, *, now: datetime) -> int:
    """How many open alerts of the caller's patients nobody has seen."""
    waiting = (*_mine(identity, now), Alert.resolved_at.is_(None), Alert.seen_at.is_(None))
    return session.scalar(select(func.count()).select_from(Alert).where(*waiting)) or 0


def listed(session: Session, identity: Identity, *, now: datetime, closed: bool = False) -> list[Watched]:
    """Open alerts of the caller's patients, gravest first and unseen before seen; or those closed last."""
    gravity = case({level: rank for rank, level in enumerate(LOCK_LEVELS)}, value=Alert.level)
    seen_by, person = aliased(Account), aliased(Account)
    query = (
        select(Alert, person.name, Patient.zone, seen_by.name, Clinic)
        .join(Patient, Patient.id == Alert.patient_id)
        .join(person, person.id == Patient.id)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .outerjoin(seen_by, seen_by.id == Alert.seen_by)
        .where(*_mine(identity, now), Alert.resolved_at.is_not(None) if closed else Alert.resolved_at.is_(None))
    )
    if closed:
        query = query.order_by(Alert.resolved_at.desc(), Alert.id)
    else:
        query = query.order_by(gravity.desc(), Alert.seen_at.is_not(None), Alert.raised_at, Alert.id)
    rows = session.execute(query.limit(MOST)).all()
    told = _names(session, {holder for row in rows for holder in escalation.holders(row[4]) if holder})
    return [Watched(alert, name, zone, seen or _told(alert, clinic, told)) for alert, name, zone, seen, clinic in rows]


def way(session: Session, alert: Alert, catalog: Catalog) -> Way:
    """The whole way of one alert; the caller has looked up that they may see it."""
    clinic = session.scalars(
        select(Clinic).join(Patient, Patient.clinic_id == Clinic.id).where(Patient.id == alert.patient_id)
    ).one()
    steps, next_ = escalation.so_far(session, alert, clinic, catalog)
    names = _names(session, {each for each in (alert.seen_by, alert.resolved_by) if each})
    seen_by = names.get(alert.seen_by) if alert.seen_by else None
    resolved_by = names.get(alert.resolved_by) if alert.resolved_by else None
    return Way(steps, None if alert.resolved_at else next_, seen_by, resolved_by)


def _mine(identity: Identity, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Alert.patient_id.in_(access.patients_in_care(identity, now)),)


def _told(alert: Alert, clinic: Clinic, names: dict[UUID, str]) -> str | None:
    """The last step that has been reached and on which somebody stands."""
    reached = [holder for holder in escalation.holders(clinic)[: alert.step] if holder]
    return names[reached[-1]] if reached else None


def _names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {id_: name for id_, name in rows}
