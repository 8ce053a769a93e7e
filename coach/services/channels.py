"""How one member of staff is reached outside the app: e-mail always, and what they add themselves.

Nobody can leave all channels: the e-mail address stays, so no alert can be switched off.
"""

import secrets
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coach.models.notices import Channel
from coach.models.people import Account
from coach.services.problems import conflict, invalid, not_found

MOST = 10  # of one account
ADDRESS_LONGEST = 1024


def own(session: Session, account_id: UUID) -> list[Channel]:
    """The e-mail address first, then the others by age."""
    order = (Channel.kind != "email", Channel.made_at, Channel.id)
    return list(session.scalars(select(Channel).where(Channel.account_id == account_id).order_by(*order)))


def add_email(session: Session, account: Account, now: datetime) -> None:
    session.add(Channel(account_id=account.id, id=uuid4(), kind="email", address=account.email, made_at=now))


def add_webhook(session: Session, account_id: UUID, url: str, now: datetime) -> Channel:
    """A receiver of signed notices; its `secret` is to be shown now and never again. Raises Problem 409, 422."""
    _check_url(url)
    held = session.scalar(select(func.count()).select_from(Channel).where(Channel.account_id == account_id))
    if (held or 0) >= MOST:
        raise conflict(f"You have {MOST} channels; remove one first.")
    secret = secrets.token_urlsafe(32)
    channel = Channel(account_id=account_id, id=uuid4(), kind="webhook", address=url, secret=secret, made_at=now)
    session.add(channel)
    session.flush()
    return channel


def remove(session: Session, account_id: UUID, channel_id: UUID) -> None:
    """Raises Problem 404, and 409 for the e-mail address."""
    channel = session.get(Channel, (account_id, channel_id))
    if channel is None:
        raise not_found()
    if channel.kind == "email":
        raise conflict("The e-mail address stays: an alert must always reach you somewhere.")
    session.delete(channel)


def _check_url(url: str) -> None:
    """Only its form: where the name leads is looked at when something is sent."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise invalid("url", "must be a URL") from None
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise invalid("url", "must be an https URL without user or fragment")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise invalid("url", "must be printable ASCII")
