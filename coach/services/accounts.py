"""Registering and logging in: Argon2id passwords, attempts counted in PostgreSQL, one answer for every wrong log-in."""

from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coach.models.joining import Invitation
from coach.models.people import Account, Clinic, Patient
from coach.services import attempts, channels, consent, relationships, two_factor
from coach.services.problems import Problem, conflict
from coach.services.tokens import Identity
from programs import schedule

PASSWORD_SHORTEST, PASSWORD_LONGEST = 10, 200
ATTEMPTS = 10  # failed log-ins for one e-mail in 15 minutes, or 10 times as many from one address
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when no account has the e-mail, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


def register(
    session: Session,
    *,
    email: str,
    password: str,
    name: str,
    zone: str,
    locale: str,
    now: datetime,
    agreed: str | None = None,
) -> Identity:
    """A new patient in the deployment's default clinic, in the care of whoever is on duty there.

    `agreed` is the version of the words of consent, where the client has shown them.

    Raises Problem if there is no such clinic, nobody on duty, or the e-mail is taken.
    """
    clinic = session.scalar(select(Clinic).where(Clinic.is_default, Clinic.on_duty_id.is_not(None)))
    if clinic is None:
        raise Problem("no-clinic", 403, "This service has no clinic that takes patients without an invitation.")
    identity = add_patient(
        session, clinic, email=email, password=password, name=name, zone=zone, locale=locale, now=now
    )
    if agreed is not None:
        consent.record(session, identity.account_id, agreed, now)
    return identity


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
    clinician_id: UUID | None = None,
) -> Identity:
    """A patient in the care of a clinician: whoever is on duty unless said."""
    account = add_account(session, clinic, role="patient", email=email, password=password, name=name, now=now)
    schedule.zone(zone)  # a ValueError names an unknown one
    session.add(Patient(id=account.account_id, clinic_id=clinic.id, zone=zone, locale=locale, created_at=now))
    session.flush()
    if (carer := clinician_id or clinic.on_duty_id) is not None:
        relationships.start(session, account.account_id, carer, now)
    return account


def join(
    session: Session,
    invitation: Invitation,
    *,
    agreed: str,
    email: str,
    password: str,
    name: str,
    zone: str,
    locale: str,
    now: datetime,
) -> Identity:
    """A patient joins by invitation and agrees to be looked after; the invitation is used up. Raises Problem."""
    if invitation.role != "patient":
        raise Problem("invitation-refused", 403, "This invitation is not for a patient.")
    clinic = session.get_one(Clinic, invitation.clinic_id)
    identity = add_patient(
        session,
        clinic,
        email=email,
        password=password,
        name=name,
        zone=zone,
        locale=locale,
        now=now,
        clinician_id=invitation.clinician_id,
    )
    consent.record(session, identity.account_id, agreed, now)
    invitation.used_at = now
    return identity


def join_staff(session: Session, invitation: Invitation, *, password: str, now: datetime) -> Identity:
    """A clinician or administrator takes up the account an administrator has prepared. Raises Problem."""
    if invitation.role == "patient" or invitation.email is None or invitation.name is None:
        raise Problem("invitation-refused", 403, "This invitation is for a patient.")
    clinic = session.get_one(Clinic, invitation.clinic_id)
    who = {"email": invitation.email, "password": password, "name": invitation.name}
    identity = add_account(session, clinic, role=invitation.role, **who, now=now)
    if invitation.role == "administrator" and clinic.administrator_id is None:
        clinic.administrator_id = identity.account_id
    invitation.used_at = now
    return identity


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


def add_administrator(session: Session, *, email: str, password: str, person: str, now: datetime) -> Clinic:
    """One who runs the default clinic, and is told last of its alerts if nobody else is yet. Raises Problem."""
    clinic = session.scalar(select(Clinic).where(Clinic.is_default).with_for_update(key_share=True))
    if clinic is None:
        raise conflict("Open the clinic first.")
    added = add_account(session, clinic, role="administrator", email=email, password=password, name=person, now=now)
    clinic.administrator_id = clinic.administrator_id or added.account_id
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
    if role in two_factor.STAFF:
        channels.add_email(session, account, now)
    return Identity(account.id, role)


def log_in(
    session: Session,
    *,
    email: str,
    password: str,
    code: str | None,
    address: str,
    real_now: datetime,
    two_factor_required: bool,
) -> Identity | Problem:
    """Who has come in, or why not; the edge commits the counted attempt and then raises the problem.

    Staff give a `code` of their second factor as well. Who has none yet gets an identity that can only enrol.
    """
    email_key, address_key = attempts.key("email", email.lower()), attempts.key("address", address)
    attempts.refuse_when_too_many(session, email_key, ATTEMPTS, real_now)
    attempts.refuse_when_too_many(session, address_key, ATTEMPTS * 10, real_now)
    account = named(session, email)
    try:
        _hasher.verify(account.password_hash if account else _nobody(), password)
    except VerificationError:
        account = None
    if account is None:
        attempts.failed(session, (email_key, address_key), real_now)
        return Problem("wrong-credentials", 401, "E-mail or password is not right.")
    if account.totp_at is not None:
        if code is None:
            return Problem("code-needed", 401, "Give the code of your authenticator as well.")
        if not two_factor.check(session, account.id, code, real_now):
            return Problem("wrong-code", 401, "The code is not right, or was used before.")
    attempts.forget(session, email_key)
    missing = two_factor_required and two_factor.is_missing(account)
    return Identity(account.id, two_factor.ENROLLING if missing else account.role)


def is_password(account: Account, password: str) -> bool:
    """Whether it is the account's own."""
    try:
        return _hasher.verify(account.password_hash, password)
    except VerificationError:
        return False


def set_password(account: Account, password: str) -> None:
    account.password_hash = _hasher.hash(password)


def named(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email == email.lower()))


def get(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id)
