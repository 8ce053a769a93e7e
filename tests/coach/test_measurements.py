"""Health stores hand over what they counted, again and again: one source for a day, each thing once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from coach.services import log
from programs import timeline
from programs.entries import Steps
from tests.coach.people import Person, entry

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]
MONDAY = "2026-03-02"


@pytest.fixture
def ana(person: Person) -> Person:
    person.onboard()
    return person


def steps(value: int, source: str = "phone", day: str = MONDAY) -> dict[str, Any]:
    return {"type": "steps", "source": source, "local_day": day, "value": value}


def send(person: Person, *samples: dict[str, Any]) -> list[str]:
    return [each["status"] for each in person.post("/v1/me/measurements", {"samples": list(samples)})["results"]]


def counted(person: Person, committed: Sessions, day: str = MONDAY) -> int:
    """What the rules take as the steps of a day."""
    with committed() as session:
        events = log.read(session, person.get("/v1/me")["id"])
    lines = timeline.by_day(events, None, date(2026, 12, 31)).get(date.fromisoformat(day), ())
    bodies = [line.event.body for line in lines if not line.corrected]
    return max(body.count for body in bodies if isinstance(body, Steps))


def test_the_watch_counts_before_the_phone_whoever_comes_first(ana: Person, committed: Sessions) -> None:
    assert send(ana, steps(6200), steps(5900, "watch")) == ["same", "stored"]
    assert counted(ana, committed) == 5900
    assert send(ana, steps(9000)) == ["same"]
    assert counted(ana, committed) == 5900


def test_while_the_day_lasts_its_total_goes_up_and_down(ana: Person, committed: Sessions, move: Move) -> None:
    for value in (1000, 3000, 6000):
        send(ana, steps(value))
        assert counted(ana, committed) == value
    send(ana, steps(4000, "watch"))
    assert counted(ana, committed) == 4000
    assert send(ana, steps(4100, "watch")) == ["same"]  # too little to tell


def test_a_day_that_is_over_is_raised_and_never_lowered(
    ana: Person, committed: Sessions, now: datetime, move: Move
) -> None:
    send(ana, steps(5000))
    move(now + timedelta(days=1))
    assert send(ana, steps(4000)) == ["same"]
    assert counted(ana, committed) == 5000
    assert send(ana, steps(5100)) == ["stored"]
    assert counted(ana, committed) == 5100
    move(now + timedelta(days=4))
    assert send(ana, steps(8000, "watch")) == ["stored"]
    assert counted(ana, committed) == 8000


def test_what_is_sent_twice_is_stored_once(ana: Person, now: datetime) -> None:
    day = [
        steps(5000),
        {"type": "weight", "source": "other", "local_day": MONDAY, "start": now.isoformat(), "value": 70.5},
        {"type": "workout", "source": "watch", "local_day": MONDAY, "start": now.isoformat(), "value": 30,
         "activity": "walking"},
    ]  # fmt: skip
    assert send(ana, *day) == ["stored"] * 3
    before = len(ana.get("/v1/me/entries")["entries"])
    assert send(ana, *day) == ["same"] * 3
    assert len(ana.get("/v1/me/entries")["entries"]) == before


def test_one_walk_told_by_two_sources_is_one(ana: Person, now: datetime) -> None:
    at = now - timedelta(hours=2)
    walk = {"type": "workout", "local_day": MONDAY, "value": 30, "activity": "walking"}
    told = [
        walk | {"source": "phone", "start": (at + timedelta(minutes=5)).isoformat()},
        walk | {"source": "watch", "start": at.isoformat()},
        walk | {"source": "phone", "start": (at + timedelta(minutes=60)).isoformat()},
    ]
    assert send(ana, *told) == ["same", "stored", "stored"]


def test_what_the_person_typed_is_not_doubled(ana: Person, now: datetime) -> None:
    ana.report(entry("weight", now, kg=71))
    sample = {"type": "weight", "source": "other", "local_day": MONDAY, "value": 70.5}
    assert send(ana, sample) == ["same"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": 200_001}, "value"),
        ({"type": "weight", "value": 19}, "value"),
        ({"type": "workout", "value": 20}, "start"),
        ({"activity": "walking"}, "activity"),
        ({"source": "manual"}, "source"),
        ({"type": "mood"}, "type"),
        ({"start": "yesterday"}, "start"),
    ],
)
def test_a_wrong_sample_names_its_field(ana: Person, change: dict[str, Any], field: str) -> None:
    answer = ana.call("POST", "/v1/me/measurements", {"samples": [steps(1) | change]})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == f"samples.0.{field}"


def test_too_old_is_refused_and_the_rest_is_taken(ana: Person) -> None:
    found = ana.post("/v1/me/measurements", {"samples": [steps(5000, day="2026-01-02"), steps(5000)]})["results"]

    assert [each["status"] for each in found] == ["invalid", "stored"]
    assert "occurred_at" in found[0]["errors"]
