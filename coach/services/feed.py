"""A clinician's visits as an iCalendar feed (RFC 5545): when and how, never who or why."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.contact import Visit
from coach.models.feeds import Feed
from coach.models.people import Account
from coach.services import access
from coach.services.problems import not_found
from coach.services.tokens import Identity

TOKEN_BYTES = 32
LONGEST = 64  # of a token in an address
PAST, AHEAD = timedelta(days=30), timedelta(days=365)
MOST = 2000  # visits in a feed
MODES = {"clinic": "at the clinic", "home": "at home", "phone": "by phone", "video": "by video"}


def make(session: Session, account_id: UUID, now: datetime) -> str:
    """A new token; the one before is of no more use."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"digest": _digest(token), "made_at": now}
    row = insert(Feed).values(account_id=account_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["account_id"], set_=values))
    return token


def made_at(session: Session, account_id: UUID) -> datetime | None:
    """Since when the address that is of use now has been; None where there is none."""
    return session.scalar(select(Feed.made_at).where(Feed.account_id == account_id))


def address(public_url: str, token: str) -> str:
    """Where a calendar program reads the feed of a token."""
    return f"{public_url.rstrip('/')}/v1/calendar/{token}/visits.ics"


def revoke(session: Session, account_id: UUID) -> None:
    session.execute(delete(Feed).where(Feed.account_id == account_id))


def read(session: Session, token: str, now: datetime) -> bytes:
    """The visits of everyone in the clinician's care now. Raises Problem 404 for a token that is none."""
    feed = session.scalar(select(Feed).where(Feed.digest == _digest(token)))
    account = session.get(Account, feed.account_id) if feed else None
    if account is None or account.role not in access.CLINICIANS:
        raise not_found()
    identity = Identity(account.id, account.role)
    mine = Visit.patient_id.in_(access.patients_in_care(identity, now))
    query = select(Visit).where(mine, Visit.at > now - PAST, Visit.at < now + AHEAD, Visit.state != "cancelled")
    calendar = Calendar()
    calendar.add("prodid", "-//Low-back exercise coach//visits//EN")
    calendar.add("version", "2.0")
    for visit in session.scalars(query.order_by(Visit.at, Visit.id).limit(MOST)):
        calendar.add_component(_event(visit, now))
    return bytes(calendar.to_ical())


def _event(visit: Visit, now: datetime) -> Event:
    event = Event()
    # Of its own, so that the calendar's owner cannot be led to a record by it.
    event.add("uid", f"{hashlib.sha256(visit.id.bytes).hexdigest()[:32]}@visits")
    event.add("dtstamp", now)
    event.add("dtstart", visit.at)
    event.add("dtend", visit.at + timedelta(minutes=visit.minutes))
    event.add("summary", f"Visit {MODES[visit.mode]}")
    event.add("class", "PRIVATE")
    return event


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
