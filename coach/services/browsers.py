"""Browsers that are logged in to the console: each is one row beside the refresh tokens, which never rotates.

So whatever ends an account's tokens (a reset second factor, a new password) ends its browsers as well. Real clock only.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Account, RefreshToken
from coach.services import tokens, two_factor
from coach.services.tokens import Identity

LASTS = timedelta(hours=12)  # a working day, however busy
IDLE = timedelta(hours=1)  # without a page
NOTED_EVERY = timedelta(minutes=5)  # how exactly the last page is known


def open_(session: Session, account_id: UUID, real_now: datetime) -> UUID:
    """A new log-in. Its id is always new: whatever a browser brought along counts for nothing."""
    row = RefreshToken(id=uuid4(), account_id=account_id, family=uuid4(), created_at=real_now)
    row.expires_at = real_now + IDLE
    session.add(row)
    session.flush()
    return row.id


def who(session: Session, browser: UUID, real_now: datetime, *, two_factor_required: bool) -> Identity | None:
    """Who is logged in there, or None. A staff account without a second factor can only enrol.

    A log-in from before the second factor was set up has proved nothing: it ends.
    """
    query = select(RefreshToken, Account).join(Account, Account.id == RefreshToken.account_id)
    found = session.execute(query.where(RefreshToken.id == browser)).one_or_none()
    if found is None:
        return None
    row, account = found
    if row.revoked_at is not None or row.expires_at <= real_now:
        return None
    if account.totp_at is not None and row.created_at < account.totp_at:
        return None
    ends = min(row.created_at + LASTS, real_now + IDLE)
    if ends - row.expires_at >= NOTED_EVERY:
        row.expires_at = ends
    missing = two_factor_required and two_factor.is_missing(account)
    return Identity(account.id, two_factor.ENROLLING if missing else account.role)


def close(session: Session, browser: UUID, real_now: datetime) -> None:
    """Logged out: the cookie is worth nothing from now on, whoever has kept a copy."""
    row = session.get(RefreshToken, browser)
    if row is not None:
        tokens.revoke(session, row.family, real_now)
