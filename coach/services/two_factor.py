"""The second factor of staff: time-based codes (RFC 6238) and recovery codes. Real clock only.

A code works once, guesses are bounded for each account, and one at a time. The secret is stored as it is, because
the service must compute with it; recovery codes are stored as hashes.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from coach.models.people import Account, RecoveryCode, RefreshToken
from coach.services import attempts
from coach.services.problems import conflict

STAFF = ("physiotherapist", "doctor", "administrator")
ENROLLING = "enrolling"  # the role of a token that opens nothing but enrolment
ISSUER = "Low-back coach"
ATTEMPTS = 5  # wrong codes in 15 minutes: by chance one in ten years of trying gets in
DRIFT = 1  # steps of 30 s a phone's clock may be off, each way
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits each: a plain hash is enough, no guess will find one


@dataclass(frozen=True)
class Enrolment:
    """For the authenticator: the secret to type, or the address a QR code carries."""

    secret: str
    uri: str


def is_missing(account: Account) -> bool:
    """Whether somebody who sees other people's records has none yet."""
    return account.role in STAFF and account.totp_at is None


def begin(session: Session, account_id: UUID) -> Enrolment:
    """A new secret, which counts once confirmed. Raises Problem 409 where one is confirmed already."""
    account = _locked(session, account_id)
    if account.totp_at is not None:
        raise conflict("A second factor is set up. An administrator can reset it.")
    account.totp_secret = pyotp.random_base32()
    return _enrolment(account, account.totp_secret)


def shown(account: Account) -> Enrolment | None:
    """What `begin` has shown and nobody has confirmed yet."""
    secret = account.totp_secret if account.totp_at is None else None
    return _enrolment(account, secret) if secret else None


def confirm(session: Session, account_id: UUID, code: str, real_now: datetime) -> tuple[str, ...] | None:
    """The recovery codes, shown this once; None for a wrong code, which the edge commits as counted.

    Raises Problem 409 if there is nothing to confirm, 429 after too many wrong codes.
    """
    account = _locked(session, account_id)
    if account.totp_secret is None or account.totp_at is not None:
        raise conflict("There is no second factor to confirm.")
    if not _counted(session, account, code, real_now):
        return None
    account.totp_at = real_now
    codes = tuple(_grouped(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(RecoveryCode(account_id=account.id, digest=_digest(each)) for each in codes)
    return codes


def check(session: Session, account_id: UUID, code: str, real_now: datetime) -> bool:
    """Whether a code of the authenticator, or a recovery code not used before, is right. Raises Problem 429."""
    return _counted(session, _locked(session, account_id), code, real_now)


def reset(session: Session, account: Account, real_now: datetime) -> None:
    """For a lost phone: the account can only enrol again, and is logged out everywhere."""
    account.totp_secret = account.totp_at = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.account_id == account.id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=real_now)
    )


def _enrolment(account: Account, secret: str) -> Enrolment:
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    return Enrolment(secret, uri)


def _counted(session: Session, account: Account, code: str, real_now: datetime) -> bool:
    subject = attempts.key("second factor", str(account.id))
    attempts.refuse_when_too_many(session, subject, ATTEMPTS, real_now)
    if _right(session, account, code.replace(" ", "").replace("-", "").upper(), real_now):
        attempts.forget(session, subject)
        return True
    attempts.failed(session, [subject], real_now)
    return False


def _right(session: Session, account: Account, code: str, real_now: datetime) -> bool:
    assert account.totp_secret is not None
    totp = pyotp.TOTP(account.totp_secret)
    for drift in range(-DRIFT, DRIFT + 1):
        step = totp.timecode(real_now + timedelta(seconds=totp.interval * drift))
        if step > account.totp_step and hmac.compare_digest(totp.generate_otp(step), code):
            account.totp_step = step
            return True
    unused = (RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    row = session.scalar(select(RecoveryCode).where(*unused, RecoveryCode.digest == _digest(code)))
    if row is not None and account.totp_at is not None:
        row.used_at = real_now
        return True
    return False


def _locked(session: Session, account_id: UUID) -> Account:
    """Tries of one account wait for each other, so that none is counted twice or not at all."""
    return session.get_one(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()


def _grouped(raw: bytes) -> str:
    text = base64.b32encode(raw).decode("ascii")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
