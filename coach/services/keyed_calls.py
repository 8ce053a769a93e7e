"""Idempotency keys: a call under a key is done once, and the same call sent again gets the same answer.

The key is stored with the act, in one transaction; the answer right after it. Where the answer was lost in between,
or must not be kept because it holds a secret, the caller is told that it was done.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.calls import KeyedCall
from coach.models.people import Patient
from coach.services.problems import Problem

LONGEST = 64
LARGEST = 256 * 1024  # of an answer that is kept
LIVES = timedelta(hours=24)
MOST_A_DAY = 5000  # keys of one account


@dataclass(frozen=True)
class Kept:
    """An answer given before."""

    status: int
    body: bytes


def digest(method: str, path: str, query: bytes, body: bytes) -> str:
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), query, body))).hexdigest()


def find(session: Session, account_id: UUID, key: str, asked: str, real_now: datetime) -> Kept | None:
    """The answer to this very call, if it was made before; None for a new key.

    Raises Problem: 422 for a key of another call, 409 where the call was done and its answer is not known any more.
    """
    known = session.get(KeyedCall, (account_id, key))
    if known is None or known.made_at < real_now - LIVES:
        return None
    if known.digest != asked:
        raise Problem("key-reused", 422, "This Idempotency-Key belongs to another call.")
    if known.status is None or known.body is None:
        raise _done()
    return Kept(known.status, known.body)


def claim(
    session: Session, account_id: UUID, key: str, asked: str, patient_id: UUID | None, real_now: datetime
) -> None:
    """Writes the key in the transaction of the act; waits for the same call being made. Raises Problem 409, 429."""
    mine = (KeyedCall.account_id == account_id,)
    lately = select(func.count()).select_from(KeyedCall).where(*mine, KeyedCall.made_at > real_now - LIVES)
    if (session.scalar(lately) or 0) >= MOST_A_DAY:
        raise Problem("too-many-keys", 429, "Too many calls under a key today.", retry_after=3600)
    session.execute(delete(KeyedCall).where(*mine, KeyedCall.key == key, KeyedCall.made_at <= real_now - LIVES))
    if patient_id is not None and session.scalar(select(Patient.id).where(Patient.id == patient_id)) is None:
        patient_id = None
    values = {"account_id": account_id, "key": key, "digest": asked, "patient_id": patient_id, "made_at": real_now}
    made = session.execute(insert(KeyedCall).values(values).on_conflict_do_nothing().returning(KeyedCall.key))
    if made.first() is None:
        raise _done()


def keep(session: Session, account_id: UUID, key: str, status: int, body: bytes) -> None:
    """The answer, for whoever sends the call again."""
    if len(body) <= LARGEST:
        mine = (KeyedCall.account_id == account_id, KeyedCall.key == key)
        session.execute(update(KeyedCall).where(*mine).values(status=status, body=body))


def forget_old(session: Session, real_now: datetime) -> None:
    """Answers speak of patients: they live for a day."""
    session.execute(delete(KeyedCall).where(KeyedCall.made_at < real_now - LIVES))


def _done() -> Problem:
    return Problem("already-done", 409, "This call was done before. Read what has become of it.")
