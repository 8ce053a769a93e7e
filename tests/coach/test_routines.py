"""The phone's main call: few queries, never stale, never another condition's programme."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from coach.app import create_app
from coach.config import Config
from coach.services import accounts
from programs import catalog
from tests.coach.conftest import CLINICIAN, close
from tests.coach.people import PASSWORD, Person, entry
from workers.adaptation import adapt_due

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]


@pytest.fixture
def on_real_time(config: Config, committed: Sessions) -> Iterator[Person]:
    """A person of a service as it runs in earnest: its clock cannot be moved, so reading it costs no query."""
    earnest = replace(config, clock="real")
    app = create_app(earnest)
    with committed.begin() as session:
        accounts.open_clinic(
            session,
            name="Riverside",
            zone="Europe/Paris",
            email=CLINICIAN,
            password=PASSWORD,
            person="Maya",
            now=datetime.now(UTC),
        )
    person = Person(app.test_client()).register()
    person.onboard(episode_day="2026-01-10", sit_h=8)
    adapt_due(committed, earnest, catalog.load())
    yield person
    close(app)


def test_the_routine_of_today_takes_one_query_once_it_is_stored(on_real_time: Person, statements: list[str]) -> None:
    asked = _asked(on_real_time, statements)
    assert asked == ["SELECT", "SELECT", "INSERT"], "a miss builds the bytes and stores them"
    assert _asked(on_real_time, statements) == ["SELECT"]
    etag = on_real_time.call("GET", "/v1/me/routines/today").headers["ETag"]
    assert _asked(on_real_time, statements, etag) == ["SELECT"]


def test_a_report_not_yet_adapted_is_seen_at_once_and_takes_three_queries(
    on_real_time: Person, statements: list[str]
) -> None:
    now = datetime.now(UTC)
    on_real_time.report(entry("flare", now, day=datetime.fromisoformat(on_real_time.today()["day"]).date()))
    assert _asked(on_real_time, statements) == ["SELECT", "SELECT", "SELECT"]
    assert on_real_time.today()["mode"] == "flare"


def test_a_plan_that_changes_never_serves_the_old_bytes(
    person: Person, committed: Sessions, config: Config, now: datetime
) -> None:
    person.onboard()
    before = person.call("GET", "/v1/me/routines/today")
    person.report(entry("flare", now))
    adapt_due(committed, config, catalog.load())
    after = person.call("GET", "/v1/me/routines/today", **{"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.get_json()["mode"] == "flare"


def test_a_day_that_has_turned_is_read_right_before_any_worker_comes(person: Person, move: Move, now: datetime) -> None:
    person.onboard()
    move(now + timedelta(days=1))
    routine = person.today()
    assert routine["day"] == "2026-03-03"
    assert routine["status"] == "unanswered"


def test_a_week_ahead_is_provisional_and_seven_days_long(person: Person) -> None:
    person.onboard()
    week = person.get("/v1/me/routines?days=7")["routines"]
    assert [each["day"] for each in week] == [f"2026-03-{day:02}" for day in range(2, 9)]
    assert [each["provisional"] for each in week] == [False] + [True] * 6
    assert person.get("/v1/me/routines/2026-03-08")["provisional"] is True


@pytest.mark.parametrize(
    "facts",
    [
        {"diagnoses": ["STEN"], "location": 2, "leg": 4},
        {"diagnoses": ["RAD"], "location": 3, "leg": 5},
        {"surgery": {"day": "2026-02-10", "cleared": False}},
        {"age": 72},
    ],
)
def test_whose_condition_has_no_programme_yet_gets_the_safety_card_and_an_alert(
    config: Config, person: Person, facts: dict[str, object]
) -> None:
    app = create_app(config)
    parts = app.extensions["coach"]
    object.__setattr__(parts, "catalog", parts.catalog.only({"T01", "T05", "T06"}))
    person.client = app.test_client()
    plan = person.onboard(**facts)
    assert plan["program"] is None
    assert plan["items"] == []
    assert plan["lock"] == "NO_PLAN"
    assert plan["safety_card"]["text"]
    routine = person.today()
    assert routine["status"] == "no_plan"
    assert not any(routine["variants"].values())
    maya = Person(app.test_client()).log_in(CLINICIAN, PASSWORD)
    assert [alert["subject"] for alert in maya.get("/v1/clinic/alerts")["alerts"]] == ["NO_PROGRAM"]
    close(app)


def test_a_child_gets_no_plan_and_somebody_is_told(person: Person, app: Flask) -> None:
    plan = person.onboard(age=12)
    assert (plan["program"], plan["lock"]) == (None, "NO_PLAN")
    maya = Person(app.test_client()).log_in(CLINICIAN, PASSWORD)
    assert [alert["subject"] for alert in maya.get("/v1/clinic/alerts")["alerts"]] == ["AGE"]


def _asked(person: Person, statements: list[str], etag: str = "") -> list[str]:
    statements.clear()
    answer = person.call("GET", "/v1/me/routines/today", **({"If-None-Match": etag} if etag else {}))
    assert answer.status_code == (304 if etag else 200)
    return [statement.split(maxsplit=1)[0] for statement in statements]
