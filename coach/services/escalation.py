"""An alert's way up: who is told, in which order, and what the patient may truthfully be told of it.

Every step is a row of `notice` for each of the person's channels, written in the commit of the alert or of the
climb. The worker looks at an alert when its `climb_at` has come; `programs.escalation` says when that is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.notices import Channel, Notice
from coach.models.people import Account, Clinic, Patient
from programs import canonical, escalation, schedule, triage
from programs.catalog import Catalog
from programs.escalation import AT_ONCE, STEPS

FAILED = ("gone", "refused", "expired")  # states of a notice that will not arrive any more
BATCH = 50  # alerts in one transaction
NOTICE_LIVES = timedelta(hours=24)  # then it is not tried any more; the alert has climbed long before
# For the list alone: a log that cannot be folded is for who runs the service; a week of silence can wait.
QUIETLY = ("failed_plan", "silent", "returned")
LATER = "message"  # nobody is woken by one: whoever is on duty is told when its day has passed unread
NO_LOCK = ("referral", "silent", "visit", "adverse", "message", "returned")  # kinds that close nothing

logger = structlog.get_logger()


@dataclass(frozen=True)
class StepTaken:
    """One person told: on their list since, and handed to a channel outside the app at (none: not yet, or failed)."""

    role: str
    name: str
    since: datetime
    sent_at: datetime | None
    failed: bool


@dataclass(frozen=True)
class NextStep:
    """Who is told if nobody has seen it by then."""

    role: str
    name: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """Who hears of a lock, since when, who is next, and whether somebody has seen it."""

    clinic: str
    clinician: str | None  # the last who was told
    at: datetime | None
    seen_at: datetime | None
    seen_by: str | None
    steps: tuple[StepTaken, ...]
    next: NextStep | None


def begin(session: Session, alert: Alert, now: datetime) -> None:
    """Tells the first who is there, in the commit that raises the alert."""
    if alert.kind in QUIETLY:
        return
    alert.step, alert.stepped_at = 0, None
    if alert.kind == LATER:
        alert.climb_at = now  # the worker has the numbers, and puts it off
        return
    _tell_next(session, alert, _clinic_of(session, alert.patient_id), now)


def climb(session: Session, now: datetime, catalog: Catalog) -> int:
    """Looks at alerts whose time has come, at most BATCH; the number of those looked at. Locks their patients."""
    due = select(Alert.patient_id).where(Alert.climb_at <= now).order_by(Alert.climb_at).limit(BATCH)
    ids = set(session.scalars(due))
    if not ids:
        return 0
    free = select(Patient).where(Patient.id.in_(ids)).order_by(Patient.id)
    patients = {each.id: each for each in session.scalars(free.with_for_update(skip_locked=True, key_share=True))}
    waiting = select(Alert).where(Alert.patient_id.in_(patients), Alert.climb_at <= now).order_by(Alert.id)
    alerts = list(session.scalars(waiting.with_for_update(key_share=True).execution_options(populate_existing=True)))
    for alert in alerts:
        _look_at(session, patients[alert.patient_id], alert, now, catalog)
    return len(alerts)


def tell_new_holders(session: Session, clinic: Clinic, now: datetime) -> None:
    """After a change of duty: whoever now stands on a step that an open alert has reached is told of it.

    Only unseen emergencies and urgent ones leave the app again; all others just come onto the list.
    """
    open_ones = (Alert.resolved_at.is_(None), Alert.step > 0)
    concerned = select(Alert.patient_id).where(*open_ones)
    lock = select(Patient).where(Patient.clinic_id == clinic.id, Patient.id.in_(concerned)).order_by(Patient.id)
    patients = list(session.scalars(lock.with_for_update(key_share=True)))
    for patient in patients:
        patient.revision += 1
    ids = [patient.id for patient in patients]
    query = select(Alert).where(Alert.patient_id.in_(ids), *open_ones).order_by(Alert.patient_id, Alert.id)
    alerts = list(session.scalars(query.execution_options(populate_existing=True)))
    rows: list[dict[str, Any]] = []
    for alert in alerts:
        loud = alert.level in AT_ONCE and alert.seen_at is None
        for step, holder in enumerate(holders(clinic)[: alert.step], start=1):
            if holder is not None:
                rows += _notices(alert, holder, step, now, _channels(session, holder) if loud else ())
        if loud:
            alert.climb_at = now  # a step that was empty may be filled now
    _put(session, rows)


def holders(clinic: Clinic) -> tuple[UUID | None, UUID | None, UUID | None]:
    """On duty, deputy, administrator: the order of `STEPS`."""
    return clinic.on_duty_id, clinic.deputy_id, clinic.administrator_id


def told_of_lock(session: Session, patient: Patient, catalog: Catalog) -> dict[str, Any] | None:
    """`told` as JSON for a locked person; None where nothing is locked."""
    return None if patient.lock == "none" else canonical.to_json(told(session, patient, catalog))


def told(session: Session, patient: Patient, catalog: Catalog) -> Told:
    """What is true of the flags that stand: of the gravest that nobody has seen, or else of the gravest."""
    clinic = session.get_one(Clinic, patient.clinic_id)
    query = select(Alert, Account.name).outerjoin(Account, Account.id == Alert.seen_by)
    flags = query.where(Alert.patient_id == patient.id, Alert.kind.not_in(NO_LOCK), Alert.resolved_at.is_(None))
    rows = [(alert, name) for alert, name in session.execute(flags.order_by(Alert.raised_at, Alert.id))]
    if not rows:
        return Told(clinic.name, None, None, None, None, (), None)
    alert, seen_by = max(rows, key=lambda row: (row[0].seen_at is None, triage.LEVELS.index(row[0].level)))
    steps = _steps(session, alert)
    seen = [each.seen_at for each, _ in rows if each.seen_at is not None]
    return Told(
        clinic=clinic.name,
        clinician=steps[-1].name if steps else None,
        at=min(each.raised_at for each, _ in rows),
        seen_at=max(seen) if len(seen) == len(rows) else None,
        seen_by=seen_by,
        steps=steps,
        next=_next(session, alert, clinic, catalog),
    )


def so_far(
    session: Session, alert: Alert, clinic: Clinic, catalog: Catalog
) -> tuple[tuple[StepTaken, ...], NextStep | None]:
    """Who has been told of an alert in its present round, and who is next."""
    return _steps(session, alert), _next(session, alert, clinic, catalog)


def _look_at(session: Session, patient: Patient, alert: Alert, now: datetime, catalog: Catalog) -> None:
    clinic = session.get_one(Clinic, patient.clinic_id)
    if alert.resolved_at is not None:
        alert.climb_at = None
        return
    at = _climbs_at(alert, clinic, catalog)
    if alert.kind == LATER and alert.step == 0 and (opens := _overdue_at(alert, clinic, catalog)) > now:
        alert.climb_at = opens
        return
    if alert.step == 0 or (at is not None and (at <= now or _nobody_reached(session, alert))):
        _tell_next(session, alert, clinic, now)
        patient.revision += 1
        at = _climbs_at(alert, clinic, catalog)
        logger.warning("alert_climbed", alert=str(alert.id), step=alert.step)
    alert.climb_at = at if alert.step < len(STEPS) else None


def _tell_next(session: Session, alert: Alert, clinic: Clinic, now: datetime) -> None:
    """The next step on which somebody stands; at the end of the stairs nothing is left to do."""
    alert.climb_at = now  # the worker looks once and sets it right: only it has the numbers
    for step, holder in enumerate(holders(clinic), start=1):
        if step > alert.step and holder is not None:
            alert.step, alert.stepped_at = step, now
            _put(session, _notices(alert, holder, step, now, _channels(session, holder)))
            return
    alert.step, alert.climb_at = len(STEPS), None


def _notices(alert: Alert, holder: UUID, step: int, now: datetime, channels: Sequence[Channel]) -> list[dict[str, Any]]:
    """One for the list, which has it at once, and one for each channel outside the app."""
    key = {"patient_id": alert.patient_id, "alert_id": alert.id, "round": alert.round, "account_id": holder}
    common = key | {"step": step, "made_at": now, "due_at": now, "expires_at": now + NOTICE_LIVES}
    listed: dict[str, Any] = {"channel_id": holder, "channel": "list", "state": "accepted", "finished_at": now}
    waiting: list[dict[str, Any]] = [
        {"channel_id": each.id, "channel": each.kind, "state": "pending", "finished_at": None} for each in channels
    ]
    return [common | each for each in (listed, *waiting)]


def _put(session: Session, rows: list[dict[str, Any]]) -> None:
    """Into the outbox, once for each person, channel and round."""
    session.flush()
    if rows:
        session.execute(insert(Notice).on_conflict_do_nothing(), rows)


def _channels(session: Session, holder: UUID) -> list[Channel]:
    return list(session.scalars(select(Channel).where(Channel.account_id == holder)))


def _climbs_at(alert: Alert, clinic: Clinic, catalog: Catalog) -> datetime | None:
    if alert.stepped_at is None:
        return None
    numbers = catalog.constants.escalation
    overdue_at = _overdue_at(alert, clinic, catalog)
    seen = alert.seen_at is not None
    return escalation.climbs_at(alert.level, alert.step, alert.stepped_at, overdue_at, seen=seen, numbers=numbers)


def _overdue_at(alert: Alert, clinic: Clinic, catalog: Catalog) -> datetime:
    raised_day = schedule.local_day(alert.raised_at, clinic.zone, 0)
    return escalation.overdue_at(raised_day, alert.due_day, clinic.zone, catalog.constants.escalation)


def _nobody_reached(session: Session, alert: Alert) -> bool:
    """Whether every channel of the present step has said no, so that waiting for an answer is in vain."""
    session.flush()
    notices = list(session.scalars(_outside(alert).where(Notice.step == alert.step)))
    return bool(notices) and all(notice.state in FAILED for notice in notices)


def _next(session: Session, alert: Alert, clinic: Clinic, catalog: Catalog) -> NextStep | None:
    at = _climbs_at(alert, clinic, catalog)
    if at is None:
        return None
    for step, holder in enumerate(holders(clinic), start=1):
        if step > alert.step and holder is not None:
            return NextStep(STEPS[step - 1], session.get_one(Account, holder).name, at)
    return None


def _steps(session: Session, alert: Alert) -> tuple[StepTaken, ...]:
    accepted = Notice.state == "accepted"
    outside = Notice.channel != "list"
    rows = session.execute(
        select(
            Notice.step,
            Account.name,
            func.min(Notice.made_at).label("since"),
            func.min(Notice.finished_at).filter(outside, accepted).label("sent_at"),
            func.count().filter(outside).label("tried"),
            func.count().filter(outside, Notice.state.in_(FAILED)).label("failed"),
        )
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.patient_id == alert.patient_id, Notice.alert_id == alert.id, Notice.round == alert.round)
        .group_by(Notice.step, Notice.account_id, Account.name)
        .order_by(func.min(Notice.made_at), Notice.step, Notice.account_id)
    )
    found = []
    for row in rows:
        failed = row.sent_at is None and row.failed == row.tried
        found.append(StepTaken(STEPS[row.step - 1], row.name, row.since, row.sent_at, failed))
    return tuple(found)


def _outside(alert: Alert) -> Select[Notice]:
    return select(Notice).where(
        Notice.patient_id == alert.patient_id,
        Notice.alert_id == alert.id,
        Notice.round == alert.round,
        Notice.channel != "list",
    )


def _clinic_of(session: Session, patient_id: UUID) -> Clinic:
    found: Sequence[Clinic] = session.scalars(
        select(Clinic).join(Patient, Patient.clinic_id == Clinic.id).where(Patient.id == patient_id)
    ).all()
    return found[0]
