"""Getting in again without the password: a code by e-mail, good once and for an hour; the second factor stays.

Whoever asks learns nothing about who has an account: the answer is the same, and the mail is sent by a worker.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coach.models.people import Account, RefreshToken
from coach.models.resets import PasswordReset
from coach.services import accounts, attempts
from coach.services.tokens import Signer

LIVES = timedelta(hours=1)
MOST_ASKED, MOST_TRIED = 5, 20  # within attempts.WINDOW, of an e-mail and of an address
BATCH = 20
AGAIN = timedelta(minutes=1)  # a mail whose worker was killed is sent again; it carries the same Message-ID
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Letter:
    """One mail to send."""

    id: UUID
    address: str
    code: str


def ask(session: Session, email: str, address: str, real_now: datetime) -> None:
    """Notes that an e-mail wants a reset; whether somebody has it is not said. Raises Problem 429."""
    keys = [attempts.key("reset", email.lower()), attempts.key("reset address", address)]
    for key, most in zip(keys, (MOST_ASKED, MOST_ASKED * 10), strict=True):
        attempts.refuse_when_too_many(session, key, most, real_now)
    attempts.failed(session, keys, real_now)
    account = accounts.named(session, email)
    if account is not None:
        made = PasswordReset(id=uuid4(), account_id=account.id, made_at=real_now, expires_at=real_now + LIVES)
        made.next_at = real_now
        session.add(made)


def use(session: Session, signer: Signer, code: str, password: str, address: str, real_now: datetime) -> bool:
    """Sets the password and logs the account out everywhere; False for a code that is none, used or too old.

    The edge commits the counted attempt and then refuses. Raises Problem 429.
    """
    key = attempts.key("reset code", address)
    attempts.refuse_when_too_many(session, key, MOST_TRIED, real_now)
    reset_id = signer.reset_id(code)
    found = session.get(PasswordReset, reset_id, with_for_update=True) if reset_id else None
    if found is None or found.used_at is not None or found.expires_at <= real_now:
        attempts.failed(session, (key,), real_now)
        return False
    account = session.get_one(Account, found.account_id)
    accounts.set_password(account, password)
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.account_id == account.id, PasswordReset.used_at.is_(None))
        .values(used_at=real_now, next_at=None)
    )
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.account_id == account.id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=real_now)
    )
    attempts.forget(session, attempts.key("email", account.email))
    return True


def lease(session: Session, signer: Signer, real_now: datetime) -> list[Letter]:
    """The mails to send now; each is tried again later unless it is `sent`."""
    due = select(PasswordReset).where(PasswordReset.next_at <= real_now).order_by(PasswordReset.next_at).limit(BATCH)
    letters = []
    for row in session.scalars(due.with_for_update(skip_locked=True)):
        if row.expires_at <= real_now or row.attempts >= MOST_ATTEMPTS:
            row.next_at = None
            continue
        row.attempts += 1
        row.next_at = real_now + AGAIN
        letters.append(Letter(row.id, session.get_one(Account, row.account_id).email, signer.reset(row.id)))
    return letters


def sent(session: Session, reset_ids: list[UUID]) -> None:
    """Handed over, or refused for good."""
    session.execute(update(PasswordReset).where(PasswordReset.id.in_(reset_ids)).values(next_at=None))
