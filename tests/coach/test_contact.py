"""Visits and messages from both sides, and what a person is reminded of because of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach.models.people import Patient
from coach.models.reminders import Occurrence, Schedule
from coach.services import messages, visits
from programs import catalog
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.people import PASSWORD, Person
from tests.ticks import tick

CONTENT = catalog.load()
HOUR = timedelta(hours=1)


@pytest.fixture
def physio(client: FlaskClient) -> Person:
    return Person(client).log_in(CLINICIAN, PASSWORD)


@pytest.fixture
def record(person: Person) -> str:
    return f"/v1/clinic/patients/{person.get('/v1/me')['id']}"


def visit(at: datetime, **values: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "at": at.isoformat(), "minutes": 30, "mode": "clinic"} | values


def planned(committed: sessionmaker[Session]) -> list[datetime]:
    with committed() as session:
        return sorted(session.scalars(select(Schedule.at).where(Schedule.kind == "visit")))


def test_a_visit_is_shown_in_both_zones_and_announced_twice(
    person: Person, physio: Person, record: str, committed: sessionmaker[Session], now: datetime
) -> None:
    person.call("PATCH", "/v1/me", {"zone": "America/New_York"})
    at = now + 76 * HOUR  # 13:00 in Paris, 07:00 in New York
    made = physio.post(f"{record}/visits", visit(at))
    assert person.get("/v1/me/visits")["visits"] == [made]
    assert (made["clinic_time"][11:16], made["your_time"][11:16]) == ("13:00", "07:00")
    # Both would be in the night there: they come an hour before it begins, at 20:30.
    assert planned(committed) == [at - 34.5 * HOUR, at - 10.5 * HOUR]


def test_who_moves_gets_other_times(
    person: Person, physio: Person, record: str, committed: sessionmaker[Session], now: datetime
) -> None:
    at = now + 76 * HOUR
    made = physio.post(f"{record}/visits", visit(at))
    assert planned(committed) == [at - 24 * HOUR, at - 2 * HOUR]
    person.call("PUT", "/v1/me/shifts/day", {"quiet_from": 600, "quiet_until": 720, "work_from": 0, "work_until": 0})
    assert planned(committed) == [at - 24 * HOUR, at - 4 * HOUR]  # 11:00 is quiet now
    physio.call("PATCH", f"{record}/visits/{made['id']}", {"at": (at + HOUR).isoformat()})
    assert planned(committed) == [at - 23 * HOUR, at - HOUR]


@pytest.mark.parametrize("state", ["cancelled", "done", "missed"])
def test_a_visit_that_is_over_reminds_nobody_and_stays_as_it_is(
    physio: Person, record: str, committed: sessionmaker[Session], now: datetime, state: str
) -> None:
    made = physio.post(f"{record}/visits", visit(now + 76 * HOUR))
    assert physio.call("PATCH", f"{record}/visits/{made['id']}", {"state": state}).status_code == 200
    assert planned(committed) == []
    assert physio.call("PATCH", f"{record}/visits/{made['id']}", {"state": "planned"}).status_code == 409


def test_a_visit_of_which_nothing_is_heard_counts_as_missed_and_the_clinic_is_told_once(
    physio: Person, record: str, committed: sessionmaker[Session], now: datetime
) -> None:
    at = now + 76 * HOUR
    physio.post(f"{record}/visits", visit(at))
    late = at + timedelta(days=CONTENT.constants.visits.late_days)
    for when, state, told in ((late, "planned", 0), (late + HOUR, "missed", 1), (late + 2 * HOUR, "missed", 1)):
        with committed.begin() as session:
            patient = session.scalars(select(Patient)).one()
            visits.give_up(session, patient, when, CONTENT)
            assert [each.state for each in visits.listed(session, patient)] == [state]
        assert [each["kind"] for each in physio.get("/v1/clinic/alerts")["alerts"]] == ["visit"] * told


def test_a_cancelled_visit_takes_back_what_is_not_sent_yet(
    person: Person, physio: Person, record: str, committed: sessionmaker[Session], now: datetime, move: Move
) -> None:
    at = now + 15 * HOUR  # midnight in Paris: two hours before is quiet
    made = physio.post(f"{record}/visits", visit(at, minutes=240))
    with committed.begin() as session:
        session.execute(update(Patient).values(quiet_from=1200, quiet_until=1290))
        session.execute(update(Schedule).where(Schedule.kind == "visit").values(at=now + 12 * HOUR))
        tick(session, now + 12 * HOUR + timedelta(minutes=1))  # within the quiet hours: kept until their end
        assert session.scalars(select(Occurrence.state).where(Occurrence.kind == "visit")).all() == ["due"]
    move(now + 12 * HOUR + timedelta(minutes=2))
    physio.call("PATCH", f"{record}/visits/{made['id']}", {"state": "cancelled"})
    with committed() as session:
        row = session.scalars(select(Occurrence).where(Occurrence.kind == "visit")).one()
        assert (row.state, row.reason) == ("cancelled", "changed")


@pytest.mark.parametrize(
    ("hours", "values", "status"),
    [
        (-1, {}, 422), (0, {}, 422), (0.1, {}, 201), (730 * 24, {}, 201), (730 * 24 + 1, {}, 422),
        (5, {"minutes": 4}, 422), (5, {"minutes": 5}, 201), (5, {"minutes": 240}, 201), (5, {"minutes": 241}, 422),
        (5, {"mode": "dream"}, 422),
    ],
)  # fmt: skip
def test_bounds_of_a_visit(
    physio: Person, record: str, now: datetime, hours: float, values: dict[str, Any], status: int
) -> None:
    assert physio.call("POST", f"{record}/visits", visit(now + hours * HOUR, **values)).status_code == status


def test_the_same_visit_twice_is_one_and_another_under_its_id_is_refused(
    person: Person, physio: Person, record: str, now: datetime
) -> None:
    body = visit(now + 30 * HOUR)
    assert physio.post(f"{record}/visits", body) == physio.post(f"{record}/visits", body)
    assert len(person.get("/v1/me/visits")["visits"]) == 1
    assert physio.call("POST", f"{record}/visits", body | {"minutes": 45}).status_code == 409


def test_a_fifty_first_planned_visit_is_refused(physio: Person, record: str, now: datetime) -> None:
    for number in range(visits.MOST_PLANNED):
        physio.post(f"{record}/visits", visit(now + (number + 1) * HOUR))
    assert physio.call("POST", f"{record}/visits", visit(now + 100 * HOUR)).status_code == 409


def test_a_clinicians_message_is_announced_without_a_word_of_it(
    person: Person, physio: Person, record: str, committed: sessionmaker[Session], now: datetime
) -> None:
    body = {"id": str(uuid4()), "text": "Your left leg sounds better."}
    sent = physio.post(f"{record}/messages", body)
    assert physio.post(f"{record}/messages", body) == sent
    with committed.begin() as session:
        tick(session, now + timedelta(minutes=1))
        row = session.scalars(select(Occurrence).where(Occurrence.kind == "message")).one()
        assert row.state == "due"
        assert now < row.fire_at < now + timedelta(minutes=1)
        assert "leg" not in row.text
    assert person.get("/v1/me/messages")["messages"] == [sent]
    assert person.call("POST", f"/v1/me/messages/{body['id']}/read").status_code == 204
    assert physio.get(f"{record}/messages")["messages"][0]["read_at"] is not None


def test_a_patients_message_reaches_the_clinic_and_reminds_nobody(
    person: Person, physio: Person, record: str, committed: sessionmaker[Session]
) -> None:
    body = {"id": str(uuid4()), "text": "May I swim?"}
    person.post("/v1/me/messages", body)
    assert [each["text"] for each in physio.get(f"{record}/messages")["messages"]] == ["May I swim?"]
    assert person.call("POST", f"/v1/me/messages/{body['id']}/read").status_code == 404  # their own
    assert person.call("POST", "/v1/me/messages", body | {"text": "Another"}).status_code == 409
    with committed() as session:
        assert session.scalars(select(Schedule.kind)).all() == []


@pytest.mark.parametrize(("length", "status"), [(0, 422), (1, 201), (2000, 201), (2001, 422)])
def test_bounds_of_a_message(person: Person, length: int, status: int) -> None:
    assert person.call("POST", "/v1/me/messages", {"id": str(uuid4()), "text": "x" * length}).status_code == status


def test_a_fifty_first_message_of_a_day_is_refused(person: Person, now: datetime, move: Move) -> None:
    for _ in range(messages.MOST_A_DAY):
        person.post("/v1/me/messages", {"id": str(uuid4()), "text": "x"})
    assert person.call("POST", "/v1/me/messages", {"id": str(uuid4()), "text": "x"}).status_code == 409
    move(now + 24 * HOUR)
    assert person.call("POST", "/v1/me/messages", {"id": str(uuid4()), "text": "x"}).status_code == 201


def test_strangers_see_neither(client: FlaskClient, physio: Person, now: datetime) -> None:
    nobody = f"/v1/clinic/patients/{uuid4()}"
    assert physio.call("GET", f"{nobody}/messages").status_code == 404
    assert physio.call("POST", f"{nobody}/visits", visit(now + HOUR)).status_code == 404
    assert physio.call("PATCH", f"{nobody}/visits/{uuid4()}", {"state": "done"}).status_code == 404
