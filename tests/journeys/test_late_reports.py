"""What a late report does to the plan must not depend on when the worker comes by."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Account, Patient
from coach.models.plans import Plan
from coach.services import plans
from programs import catalog
from tests.coach.conftest import Move, app, client, move
from tests.coach.people import Person
from tests.journeys.diary import morning, training
from workers.adaptation import adapt_due

__all__ = ["app", "client", "move"]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Clinic:
    """Ana's plan is folded whenever something has happened; Bea's only when the worker is there."""

    def __init__(self, client: FlaskClient, sessions: sessionmaker[Session], config: Config, move: Move) -> None:
        self.sessions, self.config, self._move = sessions, config, move
        self.people = {name: Person(client).register(name) for name in ("Ana", "Bea")}
        for person in self.people.values():
            person.onboard()

    def move(self, at: datetime, *, worker: bool) -> None:
        self._move(at)
        self._fold(worker=worker)

    def report(self, entries: list[dict[str, Any]], *, worker: bool) -> None:
        for person in self.people.values():
            person.report(*entries)
        self._fold(worker=worker)

    def plan(self, name: str) -> dict[str, Any]:
        with self.sessions() as session:
            return session.get_one(Plan, self._id(session, name)).state | {"intake": "intake"}

    def _fold(self, *, worker: bool) -> None:
        if worker:
            adapt_due(self.sessions, self.config, catalog.load())
            return
        with self.sessions.begin() as session:
            ana = session.get_one(Patient, self._id(session, "Ana"), with_for_update=True)
            plans.store(session, ana, clock.read(session, self.config), catalog.load())

    def _id(self, session: Session, name: str) -> UUID:
        return session.scalars(select(Account.id).where(Account.name == name)).one()


@pytest.mark.parametrize("away", ["as the day turns", "after the report"])
def test_a_late_report_raises_nothing_that_was_served_even_if_the_worker_was_away(
    client: FlaskClient, committed: sessionmaker[Session], config: Config, move: Move, now: datetime, away: str
) -> None:
    clinic = Clinic(client, committed, config, move)
    clinic.report([training(now)], worker=True)
    for number in (1, 2, 3):
        clinic.move(now + number * DAY, worker=True)
        if number < 3:  # on the third day the phone is offline
            clinic.report(morning(now + number * DAY), worker=True)
        if number == 2:
            clinic.report([training(now + number * DAY)], worker=True)
    served = clinic.plan("Bea")["items"]

    night = now + 4 * DAY - 4 * HOUR
    clinic.move(night, worker=away != "as the day turns")
    clinic.report(morning(night - DAY), worker=away != "after the report")
    clinic.move(now + 4 * DAY, worker=away != "after the report")
    if away == "as the day turns":
        assert [item["dose"] for item in clinic.plan("Bea")["items"]] == [item["dose"] for item in served]

    for number in (5, 6, 7):
        clinic.move(now + number * DAY, worker=True)
        clinic.report([*morning(now + number * DAY), training(now + number * DAY)], worker=True)
    assert clinic.plan("Bea") == clinic.plan("Ana")
