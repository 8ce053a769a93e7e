"""A red-flag answer is never refused, locks in the same commit, and only a clinician ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from coach.app import create_app
from coach.config import Config
from coach.limits import RequestLimit
from tests.coach.conftest import close
from tests.coach.people import Person, entry

Move = Callable[[datetime], None]


@pytest.fixture
def onboarded(person: Person) -> Person:
    person.onboard()
    return person


def _flagged(now: datetime, answer: Any = "yes", flag: str = "RF01", **change: Any) -> dict[str, Any]:
    """Answered a moment after the intake of the same frozen clock."""
    return entry("checkin", now + timedelta(seconds=1), answers={flag: answer}) | change


def test_a_yes_locks_in_the_same_answer_and_shows_what_to_do(onboarded: Person, now: datetime) -> None:
    answer = onboarded.report(_flagged(now))
    assert answer["lock"] == "EMERGENCY"
    assert answer["cards"][0]["title"]
    assert set(answer["cards"][0]["until"]) == {"walking", "work", "driving", "sleep", "medicines"}
    routine = onboarded.today()
    assert routine["status"] == "locked"
    assert not any(routine["variants"].values())
    assert routine["told"]["clinic"] == "Riverside Physiotherapy"


BROKEN: list[dict[str, Any]] = [
    {"occurred_at": "2031-01-01T00:00:00+00:00", "local_day": "2031-01-01"},
    {"occurred_at": "2026-01-21T08:00:00+00:00", "local_day": "2026-01-21"},
    {"occurred_at": "2026-03-02T08:00:00"},
    {"occurred_at": "half past eight"},
    {"occurred_at": None, "zone": None, "local_day": None},
    {"zone": "Mars/Olympus"},
    {"local_day": "2026-03-09"},
    {"id": "not an id"},
    {"id": None},
    {"more": 1},
    {"body": {"answers": {"RF01": "yes"}, "card_version": "0.0.1", "mood": 3}},
    {"body": {"answers": {"RF01": "yes", "RF77": "no"}}},
    {"body": {"answers": {"RF01": "unsure", "RF02": "perhaps"}}},
    {"body": {"answers": {"RF01": True}}},
    {"body": {"answers": {"RF01": "yes"}, "severe": "RF01"}},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_red_flag_with_anything_else_wrong_is_stored_marked_and_triaged(
    onboarded: Person, now: datetime, broken: dict[str, Any]
) -> None:
    answer = onboarded.report(_flagged(now) | broken)
    assert answer["lock"] == "EMERGENCY"
    assert answer["results"][0]["status"] == "stored"
    assert answer["results"][0]["mended"]
    assert onboarded.today()["status"] == "locked"


@pytest.mark.parametrize(
    ("kind", "body", "level"),
    [
        ("morning", {"pain": 11, "numbness": "spreading"}, "URGENT"),
        ("morning", {"numbness": "more"}, "SOON"),
        ("motor", {"left": {"heel_walk": "cannot", "raises": 11}, "right": {}}, "EMERGENCY"),
        ("motor", {"left": {"chair": "weak"}}, "URGENT"),
        ("questionnaire", {"name": "PHQ9", "items": [0, 0, 99, 0, 0, 0, 0, 0, 3]}, "EMERGENCY"),
        ("checkin", {"answers": {}, "severe": ["RF06a"], "full": "x"}, "EMERGENCY"),
    ],
)
def test_danger_told_in_another_way_is_not_refused_for_a_bad_neighbouring_field(
    onboarded: Person, now: datetime, kind: str, body: dict[str, Any], level: str
) -> None:
    answer = onboarded.report(entry(kind, now) | {"body": body})
    assert answer["results"][0]["status"] == "stored"
    assert answer["lock"] == level


@pytest.mark.parametrize("broken", BROKEN)
def test_a_mended_red_flag_sent_again_is_the_same(onboarded: Person, now: datetime, broken: dict[str, Any]) -> None:
    sent = _flagged(now) | broken
    onboarded.report(sent)
    assert onboarded.report(sent)["results"][0]["status"] == "same"


def test_a_flag_of_an_older_card_counts_as_its_whole_family(onboarded: Person, now: datetime) -> None:
    assert onboarded.report(_flagged(now, flag="RF05"))["lock"] == "EMERGENCY"


def test_a_flag_nobody_knows_is_taken_as_the_gravest(onboarded: Person, now: datetime) -> None:
    assert onboarded.report(_flagged(now, flag="XX12"))["lock"] == "EMERGENCY"


def test_a_red_flag_among_bad_neighbours_is_stored(onboarded: Person, now: datetime) -> None:
    answer = onboarded.report({"kind": "dance"}, 7, _flagged(now), entry("morning", now, pain=77))  # type: ignore[arg-type]
    assert [each["status"] for each in answer["results"]] == ["invalid", "invalid", "stored", "invalid"]
    assert answer["lock"] == "EMERGENCY"


def test_a_red_flag_behind_five_hundred_entries_is_taken_first(onboarded: Person, now: datetime) -> None:
    steps = [entry("steps", now, count=1) for _ in range(505)]
    for each in steps:  # keeps the body below its bound
        each["zone"] = "UTC"
    answer = onboarded.report(*steps, _flagged(now))
    assert answer["results"][-1]["status"] == "stored"
    assert answer["lock"] == "EMERGENCY"
    assert [each["status"] for each in answer["results"]].count("later") == 5
    assert answer["retry_after"] >= 1


def test_a_red_flag_under_a_known_id_with_another_body_is_stored(onboarded: Person, now: datetime) -> None:
    calm = entry("checkin", now)
    onboarded.report(calm)
    answer = onboarded.report(calm | {"body": {"answers": {"RF01": "yes"}}})
    assert answer["results"][0] == {"id": calm["id"], "status": "stored", "mended": ["id"]}
    assert answer["lock"] == "EMERGENCY"


def test_a_red_flag_passes_the_request_limit(config: Config, onboarded: Person, now: datetime) -> None:
    app = onboarded.client.application
    parts = app.extensions["coach"]
    object.__setattr__(parts, "limit", RequestLimit(config.redis_url, 1))
    try:
        onboarded.report(entry("steps", now, count=100))
        refused = onboarded.call("POST", "/v1/me/entries", {"entries": [entry("steps", now, count=200)]})
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        mixed = onboarded.report(entry("steps", now, count=300), _flagged(now))
        assert [each["status"] for each in mixed["results"]] == ["later", "stored"]
        assert mixed["lock"] == "EMERGENCY"
    finally:
        object.__setattr__(parts, "limit", RequestLimit(config.redis_url, config.rate_limit))


def test_a_red_flag_before_the_intake_is_stored_and_locks(person: Person, now: datetime) -> None:
    assert person.report(_flagged(now))["lock"] == "EMERGENCY"
    assert person.today()["told"] is not None
    person.onboard()
    assert person.today()["status"] == "locked"


def test_a_later_no_lifts_nothing(onboarded: Person, now: datetime, move: Move) -> None:
    onboarded.report(_flagged(now))
    move(now + timedelta(days=1))
    answer = onboarded.report(entry("checkin", now + timedelta(days=1), answers={"RF01": "no"}))
    assert answer["lock"] == "EMERGENCY"
    assert onboarded.today()["status"] == "locked"


def test_a_correction_never_withdraws_a_red_flag(onboarded: Person, now: datetime) -> None:
    flagged = _flagged(now)
    onboarded.report(flagged)
    undo = entry("correction", now, replaces=flagged["id"], kind="morning", body={"pain": 1})
    onboarded.report(undo)
    assert onboarded.today()["status"] == "locked"


def test_a_lock_made_through_one_process_is_obeyed_by_the_other_at_once(
    config: Config, onboarded: Person, now: datetime
) -> None:
    second = create_app(config)
    other = Person(second.test_client(), tokens=onboarded.tokens)
    onboarded.report(entry("checkin", now))
    for reader in (onboarded, other):
        reader.today()  # both have it at hand now
    etag = other.call("GET", "/v1/me/routines/today").headers["ETag"]
    assert other.call("GET", "/v1/me/routines/today", **{"If-None-Match": etag}).status_code == 304
    onboarded.report(_flagged(now))
    answer = other.call("GET", "/v1/me/routines/today", **{"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "locked"
    close(second)


def test_an_unsure_answer_to_a_milder_question_closes_the_day_and_asks_again(onboarded: Person, now: datetime) -> None:
    answer = onboarded.report(_flagged(now, "unsure", "RF05a"))
    assert answer["lock"] == "none"
    assert onboarded.today()["gate"]["answered"] is False


def test_the_weekly_questions_are_asked_again_until_they_are_answered(
    onboarded: Person, now: datetime, move: Move
) -> None:
    def asked(day: int) -> set[str]:
        move(now + timedelta(days=day))
        return {item["flag"] for item in onboarded.today()["gate"]["items"]}

    assert "RF10a" not in asked(6)
    assert "RF10a" in asked(7)
    move(now + timedelta(days=8))
    gate = onboarded.today()["gate"]
    assert gate["also"] == ["W"], "a missed week is asked on the next day"
    onboarded.report(entry("checkin", now + timedelta(days=8), answers={}, also=gate["also"]))
    assert "RF10a" not in asked(9)
    assert "RF10a" in asked(15)
    onboarded.report(entry("checkin", now + timedelta(days=15), answers={"RF10a": "yes"}, also=["W"]))
    assert onboarded.today()["status"] == "locked"
