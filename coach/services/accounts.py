"""Registering and logging in: Argon2id passwords, attempts counted in PostgreSQL, one answer for every wrong log-in."""

import hashlib
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coach.models.care import CareRelationship
from coach.models.people import Account, Clinic, LoginAttempt, Patient
from coach.services.problems import Problem, conflict
from coach.services.tokens import Identity
from programs import schedule

PASSWORD_SHORTEST, PASSWORD_LONGEST = 10, 200
ATTEMPTS = 10  # failed log-ins for one e-mail, or 10 times as many from one address ...
ATTEMPT_WINDOW = timedelta(minutes=15)  # ... in this time
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when no account has the e-mail, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


def register(
    session: Session, *, email: str, password: str, name: str, zone: str, locale: str, now: datetime
) -> Identity:
    """A new patient in the deployment's default clinic, in the care of whoever is on duty there.

    Raises Problem if there is no such clinic, nobody on duty, or the e-mail is taken.
    """
    clinic = session.scalar(select(Clinic).where(Clinic.is_default, Clinic.on_duty_id.is_not(None)))
    if clinic is None:
        raise Problem("no-clinic", 403, "This service has no clinic that takes patients without an invitation.")
    return add_patient(session, clinic, email=email, password=password, name=name, zone=zone, locale=locale, now=now)


def add_patient(
    session: Session,
    clinic: Clinic,
    *,
    email: str,
    password: str,
    name: str,
    zone: str,
    locale: str,
    now: datetime,
) -> Identity:
    account = add_account(session, clinic, role="patient", email=email, password=password, name=name, now=now)
    schedule.zone(zone)  # a ValueError names an unknown one
    session.add(Patient(id=account.account_id, clinic_id=clinic.id, zone=zone, locale=locale, created_at=now))
    session.flush()
    if clinic.on_duty_id is not None:
        session.add(CareRelationship(patient_id=account.account_id, clinician_id=clinic.on_duty_id, since=now))
    return account


def open_clinic(
    session: Session, *, name: str, zone: str, email: str, password: str, person: str, now: datetime
) -> Clinic:
    """The deployment's default clinic with its first physiotherapist, who is on duty. Raises Problem, ValueError."""
    schedule.zone(zone)
    if session.scalar(select(Clinic.id).where(Clinic.is_default)):
        raise conflict("This service has its clinic already.")
    clinic = Clinic(id=uuid4(), name=name, zone=zone, is_default=True)
    session.add(clinic)
    session.flush()
    first = add_account(session, clinic, role="physiotherapist", email=email, password=password, name=person, now=now)
    clinic.on_duty_id = first.account_id
    return clinic


def add_account(
    session: Session, clinic: Clinic, *, role: str, email: str, password: str, name: str, now: datetime
) -> Identity:
    account = Account(
        id=uuid4(),
        clinic_id=clinic.id,
        role=role,
        email=email.lower(),
        name=name,
        password_hash=_hasher.hash(password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise Problem("email-taken", 409, "An account with this e-mail exists. Log in instead.") from error
    return Identity(account.id, role)


def log_in(session: Session, *, email: str, password: str, address: str, real_now: datetime) -> Identity | None:
    """The identity, or None for a wrong e-mail or password (the edge commits the counted attempt)."""
    email_key, address_key = _key("email:" + email.lower()), _key("address:" + address)
    _refuse_when_tried_too_often(session, email_key, ATTEMPTS, real_now)
    _refuse_when_tried_too_often(session, address_key, ATTEMPTS * 10, real_now)
    account = session.scalar(select(Account).where(Account.email == email.lower()))
    try:
        _hasher.verify(account.password_hash if account else _nobody(), password)
    except VerificationError:
        account = None
    if account is None:
        session.add_all(LoginAttempt(subject=key, at=real_now) for key in (email_key, address_key))
        return None
    session.execute(delete(LoginAttempt).where(LoginAttempt.subject == email_key))
    return Identity(account.id, account.role)


def _refuse_when_tried_too_often(session: Session, key: str, most: int, real_now: datetime) -> None:
    since = real_now - ATTEMPT_WINDOW
    tried = session.scalar(
        select(func.count()).select_from(LoginAttempt).where(LoginAttempt.subject == key, LoginAttempt.at > since)
    )
    if (tried or 0) >= most:
        raise Problem(
            "too-many-attempts",
            429,
            "Too many attempts. Please wait.",
            retry_after=int(ATTEMPT_WINDOW.total_seconds()),
        )


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def get(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id)
