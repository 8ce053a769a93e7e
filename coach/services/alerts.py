"""Alerts and referrals: what a named human must look at. One open alert for each subject."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.care import Referral as ReferralRow
from coach.models.people import Patient
from coach.services import escalation
from coach.services.problems import not_found
from programs.plan import Referral
from programs.triage import Lock


def for_lock(session: Session, patient: Patient, lock: Lock, now: datetime) -> None:
    """A red flag, or a person for whom there is no programme."""
    kind = "no_program" if lock.level == "NO_PLAN" else "red_flag"
    _open(session, patient, kind, lock.flag, lock.level, now, lock.due)


def for_failed_plan(session: Session, patient: Patient, now: datetime, subject: str = "fold") -> None:
    """The log cannot be folded, or gives another plan than the stored one: an operator must look.

    The patient keeps the last safe routine.
    """
    _open(session, patient, "failed_plan", subject, "none", now, None)


def for_silence(session: Session, patient: Patient, subject: str, now: datetime) -> None:
    """No session for a week. Once for each silence, however soon the alert is resolved."""
    known = select(Alert.id).where(Alert.patient_id == patient.id, Alert.kind == "silent", Alert.subject == subject)
    if session.scalar(known.limit(1)) is None:
        end_silence(session, patient.id, now)  # an older one
        _open(session, patient, "silent", subject, "none", now, None)


def end_silence(session: Session, patient_id: UUID, now: datetime) -> None:
    """The person trains again: there is nothing left to look at."""
    standing = (Alert.patient_id == patient_id, Alert.kind == "silent", Alert.resolved_at.is_(None))
    session.execute(update(Alert).where(*standing).values(resolved_at=now))


def referrals(session: Session, patient: Patient, raised: Iterable[Referral], now: datetime) -> None:
    """Stores referrals not yet stored; those that are stay, whatever a late report says."""
    for referral in raised:
        row = {
            "patient_id": patient.id,
            "kind": referral.kind,
            "rule": referral.rule,
            "raised_day": referral.day,
            "due_day": referral.due,
            "raised_at": now,
        }
        added = session.execute(insert(ReferralRow).values(row).on_conflict_do_nothing().returning(ReferralRow.kind))
        if added.first():
            _open(session, patient, "referral", referral.kind, "SOON", now, referral.due, again=True)


def for_overdue_visit(session: Session, patient: Patient, visit: str, due: date, now: datetime) -> None:
    """A visit that should have taken place by `due`. `visit` names it, at most 24 characters."""
    _open(session, patient, "visit", visit, "SOON", now, due)


def for_missed_contact(session: Session, patient: Patient, contact: str, due: date, now: datetime) -> None:
    """A contact that the follow-up calendar asks for. Once for each, however soon the alert is resolved."""
    known = select(Alert.id).where(Alert.patient_id == patient.id, Alert.kind == "visit", Alert.subject == contact)
    if session.scalar(known.limit(1)) is None:
        _open(session, patient, "visit", contact, "SOON", now, due)


def for_adverse_event(
    session: Session, patient: Patient, report: str, due: date, *, serious: bool, now: datetime
) -> None:
    """Harm was reported; a serious one climbs by the minute until somebody has seen it."""
    _open(session, patient, "adverse", report, "URGENT" if serious else "SOON", now, due)


def for_message(session: Session, patient: Patient, due: date, now: datetime) -> None:
    """A patient has written: one alert until it is read, which climbs when its day has passed."""
    _open(session, patient, "message", "unread", "none", now, due)


def end_messages(session: Session, patient_id: UUID, account_id: UUID | None, now: datetime) -> None:
    """All that the patient wrote has been read, by this clinician where that is known."""
    standing = (Alert.patient_id == patient_id, Alert.kind == "message", Alert.resolved_at.is_(None))
    for alert in session.scalars(select(Alert).where(*standing)):
        if account_id is not None:
            acknowledge(session, alert, account_id, now)
        alert.resolved_at, alert.resolved_by = now, account_id


def for_return(session: Session, patient: Patient, now: datetime) -> None:
    """A person whose care had ended has answered the intake again."""
    _open(session, patient, "returned", "intake", "none", now, None)


def acknowledge(session: Session, alert: Alert, account_id: UUID, now: datetime) -> None:
    """Says who saw it and when; the patient's screen shows it."""
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by = now, account_id


def resolve(session: Session, alert: Alert, account_id: UUID, note: str | None, now: datetime) -> None:
    acknowledge(session, alert, account_id, now)
    alert.resolved_at, alert.resolved_by, alert.note = now, account_id, note


def find(session: Session, alert_id: UUID) -> Alert:
    """The alert, or the same 404 that a stranger gets."""
    alert = session.scalar(select(Alert).where(Alert.id == alert_id))
    if alert is None:
        raise not_found()
    return alert


def standing(session: Session, patient_id: UUID) -> list[Alert]:
    """Open alerts of one patient, oldest first."""
    query = select(Alert).where(Alert.patient_id == patient_id, Alert.resolved_at.is_(None))
    return list(session.scalars(query.order_by(Alert.raised_at, Alert.subject)))


def _open(
    session: Session,
    patient: Patient,
    kind: str,
    subject: str,
    level: str,
    now: datetime,
    due: date | None,
    *,
    again: bool = False,
) -> None:
    """Opens an alert and tells whoever is on duty. One that stands and gets graver, or comes `again`, must be seen
    again: a new round."""
    values = {
        "patient_id": patient.id,
        "id": uuid4(),
        "kind": kind,
        "subject": subject,
        "level": level,
        "raised_at": now,
        "due_day": due,
    }
    anew = {"level": level, "raised_at": now, "seen_at": None, "seen_by": None, "round": Alert.round + 1}
    opened = session.execute(
        insert(Alert)
        .values(values)
        .on_conflict_do_update(
            index_elements=["patient_id", "kind", "subject"],
            index_where=Alert.resolved_at.is_(None),
            set_=anew | {"due_day": func.least(Alert.due_day, due) if again else due},
            where=true() if again else Alert.level != level,
        )
        .returning(Alert.id)
    ).scalar()
    if opened is not None:
        alert = session.get_one(Alert, (patient.id, opened), populate_existing=True)
        escalation.begin(session, alert, now)
