"""Access tokens (short, signed, remembered once verified) and refresh tokens (long, rotating). Real clock only."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coach.models.people import Account, RefreshToken
from coach.services import two_factor

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=60)
REPLAY_WINDOW = timedelta(seconds=60)  # a lost answer may be asked for again
REMEMBERED = 10_000  # verified access tokens kept in memory


@dataclass(frozen=True)
class Identity:
    account_id: UUID
    role: str


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str | None  # none for a token that can only enrol
    expires_in: int
    enrol: bool = False


class Signer:
    """Signs and verifies with the deployment's one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._verified: dict[str, tuple[Identity, float]] = {}

    def access(self, identity: Identity, real_now: datetime) -> str:
        claims = {
            "sub": str(identity.account_id),
            "role": identity.role,
            "iat": real_now,
            "exp": real_now + ACCESS_LIFETIME,
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def identity(self, token: str) -> Identity | None:
        """The identity in a valid access token, None for anything else. A verified one costs one look-up."""
        found = self._verified.get(token)
        if found is not None:
            return found[0] if found[1] > time.time() else None
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options={"require": ["sub", "role", "exp"]})
            identity = Identity(UUID(claims["sub"]), str(claims["role"]))
        except (jwt.InvalidTokenError, ValueError, AttributeError):
            return None
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[token] = (identity, float(claims["exp"]))
        return identity

    def refresh(self, token_id: UUID) -> str:
        return self.seal("refresh", token_id)

    def reset(self, reset_id: UUID) -> str:
        """The code that a mail holds: no refresh token, and no reset of another id."""
        mac = hmac.new(self._secret, b"reset " + reset_id.bytes, hashlib.sha256).hexdigest()
        return f"{reset_id.hex}.{mac[:32]}"

    def reset_id(self, code: str) -> UUID | None:
        """The id of a reset code that this deployment signed."""
        try:
            found = UUID(hex=code.partition(".")[0])
        except ValueError:
            return None
        return found if hmac.compare_digest(self.reset(found).encode(), code.encode()) else None

    def refresh_id(self, token: str) -> UUID | None:
        """The id of a refresh token that this deployment signed."""
        return self.unseal("refresh", token)

    def seal(self, use: str, id_: UUID) -> str:
        """An id that only this deployment can have given out, good for one use and no other."""
        return f"{id_}.{self.proof(use, id_)}"

    def unseal(self, use: str, text: str) -> UUID | None:
        """The id of something sealed for this use, None for anything else."""
        name, _, mac = text.partition(".")
        try:
            id_ = UUID(name)
        except ValueError:
            return None
        return id_ if hmac.compare_digest(mac.encode(), self.proof(use, id_).encode()) else None

    def proof(self, use: str, id_: UUID) -> str:
        return hmac.new(self._secret, use.encode() + b":" + id_.bytes, hashlib.sha256).hexdigest()


def issue(session: Session, signer: Signer, identity: Identity, real_now: datetime) -> Pair:
    """A first pair of tokens: a new family. Who can only enrol gets no refresh token."""
    if identity.role == two_factor.ENROLLING:
        return Pair(signer.access(identity, real_now), None, int(ACCESS_LIFETIME.total_seconds()), enrol=True)
    return _pair(session, signer, identity, uuid4(), uuid4(), real_now)


def rotate(
    session: Session, signer: Signer, token: str, real_now: datetime, *, two_factor_required: bool
) -> Pair | None:
    """The next pair of the family, or None. Real reuse revokes the family; the edge commits that too.

    A spent token gives the same successor until that is first used, at most 60 s, so a phone that lost
    the answer on its way is not logged out.
    """
    token_id = signer.refresh_id(token)
    row = session.get(RefreshToken, token_id, with_for_update=True) if token_id else None
    if row is None or row.revoked_at is not None or row.expires_at <= real_now:
        return None
    account = session.get_one(Account, row.account_id)
    if two_factor_required and two_factor.is_missing(account):
        return None  # a family from before the second factor was asked for
    identity = Identity(account.id, account.role)
    if row.spent_at is None:
        row.spent_at, row.successor = real_now, uuid4()
        return _pair(session, signer, identity, row.successor, row.family, real_now)
    successor = session.get(RefreshToken, row.successor)
    if successor is not None and successor.spent_at is None and real_now - row.spent_at <= REPLAY_WINDOW:
        return _as_pair(signer, identity, successor.id, real_now)
    revoke(session, row.family, real_now)
    return None


def revoke(session: Session, family: UUID, real_now: datetime) -> None:
    """Ends every token of the family."""
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=real_now)
    )


def family_of(session: Session, signer: Signer, token: str) -> UUID | None:
    token_id = signer.refresh_id(token)
    return session.scalar(select(RefreshToken.family).where(RefreshToken.id == token_id)) if token_id else None


def _pair(
    session: Session, signer: Signer, identity: Identity, token_id: UUID, family: UUID, real_now: datetime
) -> Pair:
    session.add(
        RefreshToken(
            id=token_id,
            account_id=identity.account_id,
            family=family,
            created_at=real_now,
            expires_at=real_now + REFRESH_LIFETIME,
        )
    )
    return _as_pair(signer, identity, token_id, real_now)


def _as_pair(signer: Signer, identity: Identity, token_id: UUID, real_now: datetime) -> Pair:
    lifetime = int(ACCESS_LIFETIME.total_seconds())
    return Pair(signer.access(identity, real_now), signer.refresh(token_id), lifetime)
