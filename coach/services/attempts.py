"""Failed tries of what can be guessed, counted in PostgreSQL, so that a Redis outage opens nothing."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coach.models.people import LoginAttempt
from coach.services.problems import Problem

WINDOW = timedelta(minutes=15)


def key(kind: str, text: str) -> str:
    """What a try is counted under: a hash, so that the table names nobody."""
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()


def refuse_when_too_many(session: Session, subject: str, most: int, real_now: datetime) -> None:
    """Raises Problem 429 after `most` failures of the subject within WINDOW."""
    since = real_now - WINDOW
    tried = session.scalar(
        select(func.count()).select_from(LoginAttempt).where(LoginAttempt.subject == subject, LoginAttempt.at > since)
    )
    if (tried or 0) >= most:
        wait = int(WINDOW.total_seconds())
        raise Problem("too-many-attempts", 429, "Too many attempts. Please wait.", retry_after=wait)


def one_at_a_time(session: Session, subject: str) -> None:
    """Until the end of the transaction: tries sent side by side must not all be counted as the first."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))


def failed(session: Session, subjects: Iterable[str], real_now: datetime) -> None:
    """Counts one failure under each subject; the edge commits it although it refuses."""
    session.add_all(LoginAttempt(subject=subject, at=real_now) for subject in subjects)


def forget(session: Session, subject: str) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.subject == subject))
