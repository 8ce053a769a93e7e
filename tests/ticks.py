"""Ticking by hand: what one pass makes for patients in Paris on the day where the tests begin."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.reminders import Occurrence
from coach.services import occurrences
from programs import catalog, schedule

TODAY = date(2026, 3, 2)
SEVEN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # in Paris; the default reminder comes at eight
EIGHT = SEVEN + timedelta(hours=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def tick(session: Session, now: datetime) -> occurrences.Ticked:
    return occurrences.materialise(session, now, catalog.load())


def occurrence(session: Session) -> Occurrence:
    """The only one there is."""
    session.expire_all()
    return session.scalars(select(Occurrence)).one()


def states(session: Session, model: Any, kind: str | None = None) -> list[str]:
    """Of all deliveries or occurrences, or those of a kind, in the order of their keys."""
    session.expire_all()
    query = select(model.state).order_by(model.local_day, model.slot)
    return list(session.scalars(query if kind is None else query.where(model.kind == kind)))


def name(row: Occurrence) -> str:
    return schedule.collapse_id(row.schedule_id, row.local_day, row.slot)
