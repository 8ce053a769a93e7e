"""One call keeps a phone going for a week: all of it at once, in few statements, and nothing when nothing changed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.app import create_app
from coach.config import Config
from coach.models.reminders import Delivery, Device, Occurrence
from coach.services import accounts, sync
from programs import catalog
from tests.coach.conftest import CLINICIAN, close
from tests.coach.people import PASSWORD, Person, entry
from tests.patients import receiver_key
from tests.ticks import tick
from workers.adaptation import adapt_due

CONTENT = catalog.load()
MOST_STATEMENTS = 9
MOST_BYTES = 160_000
LEG = {"leg": 4, "location": 3, "diagnoses": ["RAD"]}

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]


@pytest.fixture
def on_real_time(config: Config, committed: Sessions) -> Iterator[Person]:
    """A person of a service as it runs in earnest: its clock cannot be moved, so reading it costs no query."""
    earnest = replace(config, clock="real")
    app = create_app(earnest)
    with committed.begin() as session:
        accounts.open_clinic(
            session, name="Riverside", zone="Europe/Paris", email=CLINICIAN, password=PASSWORD, person="Maya",
            now=datetime.now(UTC),
        )  # fmt: skip
    person = Person(app.test_client()).register()
    person.onboard(episode_day="2026-01-10", sit_h=8, **LEG)
    adapt_due(committed, earnest, CONTENT)
    yield person
    close(app)


def test_one_answer_holds_a_week_and_takes_few_statements(on_real_time: Person, statements: list[str]) -> None:
    statements.clear()
    answer = on_real_time.call("GET", "/v1/me/sync")

    assert len(statements) <= MOST_STATEMENTS, statements
    assert {each.split(maxsplit=1)[0] for each in statements} == {"SELECT"}
    assert len(answer.data) < MOST_BYTES
    found = answer.get_json()
    assert len(found["days"]) == 7
    assert all({"full", "short", "calm"} <= day["variants"].keys() for day in found["days"])
    assert [day["provisional"] for day in found["days"]] == [False] + [True] * 6


def test_nothing_new_is_not_sent_again(on_real_time: Person, statements: list[str]) -> None:
    first = on_real_time.call("GET", "/v1/me/sync")
    statements.clear()
    again = on_real_time.call("GET", "/v1/me/sync", **{"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Server-Time"]
    assert len(statements) <= MOST_STATEMENTS


def test_a_locked_person_costs_only_what_is_said_of_the_lock(on_real_time: Person, statements: list[str]) -> None:
    on_real_time.report(entry("checkin", datetime.now(UTC), answers={"RF01": "yes"}))
    statements.clear()
    found = on_real_time.get("/v1/me/sync")

    assert len(statements) <= MOST_STATEMENTS + 5, statements
    assert found["lock"]["level"] == "EMERGENCY"


def test_before_the_intake_there_is_the_gate_and_no_exercise(person: Person) -> None:
    found = person.get("/v1/me/sync")

    assert found["me"]["onboarded"] is False
    assert {day["status"] for day in found["days"]} == {"no_plan"}
    assert date.fromisoformat(found["days"][6]["day"]) == date(2026, 3, 8)
    assert found["gate"]["items"]
    assert found["due"] == []


def test_the_days_are_those_of_the_routine(person: Person) -> None:
    person.onboard(**LEG)
    found = person.get("/v1/me/sync")
    week = person.get("/v1/me/routines?days=7")["routines"]

    apart = {"gate", "told", "lock_cards"}
    for day, routine in zip(found["days"], week, strict=True):
        assert {name: day[name] for name in routine.keys() - apart} == {
            name: value for name, value in routine.items() if name not in apart
        }
        asked = [item["flag"] for item in found["gate"]["items"] if set(item["when"]) & set(day["asks"])]
        assert asked == [item["flag"] for item in routine["gate"]["items"]]


def test_a_lock_raised_on_one_phone_reaches_the_other_with_its_next_call(person: Person, now: datetime) -> None:
    person.onboard()
    tablet = Person(person.client, tokens=person.tokens)
    before = tablet.call("GET", "/v1/me/sync")
    person.report(entry("checkin", now, answers={"RF01": "yes"}))

    answer = tablet.call("GET", "/v1/me/sync", **{"If-None-Match": before.headers["ETag"]})
    found = answer.get_json()
    assert answer.status_code == 200
    card = found["lock"]["cards"][0]
    assert (found["lock"]["level"], card["level"]) == ("EMERGENCY", "EMERGENCY")
    assert card["until"]["driving"] and card["notes"]
    assert found["lock"]["told"]["clinician"] == "Maya Lindqvist"
    assert found["lock"]["told"]["seen_at"] is None
    assert not any(items for day in found["days"] for items in day["variants"].values())
    assert not any(each["kind"] == "routine" for each in found["reminders"]["upcoming"])


def test_a_lock_is_pushed_to_the_other_phone(person: Person, committed: Sessions, now: datetime) -> None:
    person.onboard()
    form = {"p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    ids = [str(uuid4()), str(uuid4())]
    for device in ids:
        form["endpoint"] = f"https://push.example.org/{device}"
        assert person.call("PUT", f"/v1/me/devices/{device}", form).status_code == 204
    person.report(entry("checkin", now, answers={"RF01": "yes"}))

    with committed.begin() as session:
        tick(session, now + timedelta(minutes=1))
    with committed() as session:
        told = session.scalars(select(Delivery.device_id).where(Delivery.due_at <= now + timedelta(minutes=1)))
        assert {str(each) for each in told} == set(ids)
        (line,) = session.scalars(select(Occurrence.kind).where(Occurrence.fire_at <= now + timedelta(minutes=1)))
        assert line == "red_flag_followup"


def test_whoever_has_one_phone_sees_the_lock_there_and_gets_no_push_of_it(
    person: Person, committed: Sessions, now: datetime
) -> None:
    person.onboard()
    form = {"endpoint": "https://push.example.org/1", "p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    assert person.call("PUT", f"/v1/me/devices/{uuid4()}", form).status_code == 204
    person.report(entry("checkin", now, answers={"RF01": "yes"}))

    with committed.begin() as session:
        tick(session, now + timedelta(minutes=1))
        assert session.scalars(select(Delivery)).all() == []


def test_what_one_phone_reports_the_other_gets_once(person: Person, now: datetime) -> None:
    person.onboard()
    tablet = Person(person.client, tokens=person.tokens)
    since = tablet.get("/v1/me/sync")["since"]
    sent = [entry("morning", now, pain=3), entry("steps", now, count=4000)]
    person.report(*sent)

    found = tablet.get(f"/v1/me/sync?since={since}")
    assert [each["id"] for each in found["entries"]] == [each["id"] for each in sent]
    assert found["more"] is False
    assert tablet.get(f"/v1/me/sync?since={found['since']}")["entries"] == []


def test_many_entries_come_in_several_answers(person: Person, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "MOST_ENTRIES", 2)
    person.onboard()
    since = person.get("/v1/me/sync")["since"]
    person.report(*(entry("steps", now, count=count) for count in range(5)))

    seen: list[int] = []
    more = True
    while more:
        found = person.get(f"/v1/me/sync?since={since}")
        since, more = found["since"], found["more"]
        assert 0 < len(found["entries"]) <= 2
        seen += [each["body"]["count"] for each in found["entries"]]
    assert seen == [0, 1, 2, 3, 4]


def test_a_new_phone_gets_the_last_days_without_being_asked(person: Person, now: datetime, move: Move) -> None:
    person.onboard()
    person.report(entry("steps", now, count=1))
    move(now + timedelta(days=20))
    person.report(entry("steps", now + timedelta(days=20), count=2))

    assert [each["body"]["count"] for each in person.get("/v1/me/sync")["entries"]] == [2]


def test_being_asked_keeps_a_devices_own_timers_alive(
    person: Person, committed: Sessions, now: datetime, move: Move
) -> None:
    person.onboard()
    device = str(uuid4())
    form = {"endpoint": "https://push.example.org/1", "p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    assert person.call("PUT", f"/v1/me/devices/{device}", form | {"local_timers": ["routine"]}).status_code == 204
    move(now + timedelta(hours=30))
    person.get("/v1/me/sync")
    assert _seen(committed) == now
    person.get(f"/v1/me/sync?device={device}")
    assert _seen(committed) == now + timedelta(hours=30)
    person.get(f"/v1/me/sync?device={uuid4()}")  # one that never registered changes nothing


def test_a_phone_shows_every_reminder_of_the_week_under_the_servers_name(person: Person, now: datetime) -> None:
    person.onboard()
    found = person.get("/v1/me/sync")["reminders"]

    assert found["own"] == person.get("/v1/me/reminders")["reminders"]
    assert found["upcoming"] == person.get("/v1/me/reminders")["upcoming"]
    assert len({each["collapse_id"] for each in found["upcoming"]}) == len(found["upcoming"]) == 2
    assert all(each["text"] for each in found["upcoming"])


def test_the_intake_goes_on_over_two_weeks(person: Person, now: datetime, move: Move) -> None:
    person.onboard(**LEG)
    assert person.get("/v1/me/sync")["due"] == []
    move(now + timedelta(days=1))
    assert {"RMDQ", "PSFS"} <= _due(person, "questionnaire")
    assert _due(person, "facts") == set()
    move(now + timedelta(days=7))
    assert _due(person, "facts") == {"positions", "lifting", "weight"}
    assert _due(person, "motor") == {"weekly"}

    facts = {"avoids": [], "lifting_goal": False, "weight_consent": True}
    answer = person.report(
        entry("condition", now + timedelta(days=7), changes=facts),
        entry("questionnaire", now + timedelta(days=7), name="RMDQ", score=8),
    )
    assert {each["status"] for each in answer["results"]} == {"stored"}
    assert _due(person, "facts") == {"weight_more"}
    assert "RMDQ" not in _due(person, "questionnaire")


def test_a_return_after_an_illness_asks_for_what_its_end_waits_for(person: Person, now: datetime) -> None:
    person.onboard()
    person.report(entry("absence", now, cause="illness"))
    found = person.get("/v1/me/sync")["due"]

    assert [each["name"] for each in found] == ["whole", "NPRS_BACK", "RMDQ"]


def test_visits_and_unread_messages_are_there(client: FlaskClient, person: Person, maya: Person, now: datetime) -> None:
    patient = person.get("/v1/me")["id"]
    maya.post(f"/v1/clinic/patients/{patient}/messages", {"id": str(uuid4()), "text": "How are you?"})
    at = (now + timedelta(days=3)).isoformat()
    visit = {"id": str(uuid4()), "at": at, "minutes": 30, "mode": "clinic"}
    maya.post(f"/v1/clinic/patients/{patient}/visits", visit)
    found = person.get("/v1/me/sync")

    assert found["unread"] == 1
    assert found["visits"] == person.get("/v1/me/visits")["visits"]


@pytest.mark.parametrize("query", ["since=-1", "since=x", "device=x", "until=3", "since=99999999999"])
def test_a_wrong_question_names_its_field(person: Person, query: str) -> None:
    answer = person.call("GET", f"/v1/me/sync?{query}")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == query.split("=", maxsplit=1)[0]


def _due(person: Person, kind: str) -> set[str]:
    found: list[dict[str, Any]] = person.get("/v1/me/sync")["due"]
    return {each["name"] for each in found if each["kind"] == kind}


def _seen(committed: Sessions) -> datetime | None:
    with committed() as session:
        return session.scalar(select(Device.seen_at))
