"""The people of a clinic: who works there, and what an administrator may do about their log-ins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Account
from coach.services import access, two_factor
from coach.services.problems import not_found
from coach.services.tokens import Identity

MOST = 500  # of one clinic


@dataclass(frozen=True)
class Member:
    id: UUID
    name: str
    role: str
    email: str
    two_factor: bool


def members(session: Session, identity: Identity) -> list[Member]:
    """Everybody who works in the caller's clinic, by name."""
    mine = access.member(session, identity).clinic_id
    query = select(Account).where(Account.clinic_id == mine, Account.role.in_(access.STAFF))
    found = session.scalars(query.order_by(Account.name, Account.id).limit(MOST))
    return [Member(each.id, each.name, each.role, each.email, each.totp_at is not None) for each in found]


def reset_two_factor(session: Session, identity: Identity, account_id: UUID, real_now: datetime) -> None:
    """For a lost phone. Raises Problem 404 for anyone of another clinic."""
    account = access.colleague(session, identity, account_id)
    if account is None:
        raise not_found()
    two_factor.reset(session, account, real_now)
