"""One's own progress, as numbers and as pictures."""

from collections.abc import Callable
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from programs.words import CHARTS
from tests.coach.people import Person, entry

Move = Callable[[datetime], None]


@pytest.fixture
def trained(person: Person, now: datetime, move: Move) -> Person:
    person.onboard()
    for day in range(7):  # a whole week
        then = now + timedelta(days=day)
        move(then)
        person.report(
            entry("checkin", then),
            entry("morning", then, pain=6 - day, leg=1),
            entry("session", then, pre=2, peak=3),
            entry("steps", then, count=4000 + day),
            entry("weight", then, kg=80),
        )
    return person


def test_what_was_told_comes_back_as_series(trained: Person) -> None:
    found = trained.get("/v1/me/progress?weeks=2")

    assert [each["value"] for each in found["back"]] == [6, 5, 4, 3, 2, 1, 0]
    assert [each["value"] for each in found["steps"]] == list(range(4000, 4007))
    assert found["weight"][0] == {"day": "2026-03-02", "value": 80}
    assert sum(each["value"] for each in found["sessions"]) == 7


def test_before_the_first_plan_all_is_empty(person: Person) -> None:
    found = person.get("/v1/me/progress")

    assert (found["first"], found["back"], found["questionnaires"]) == (None, [], [])
    assert person.call("GET", "/v1/me/progress.svg").status_code == 200


@pytest.mark.parametrize("chart", CHARTS)
def test_each_chart_is_a_picture_that_needs_nothing_else(trained: Person, chart: str) -> None:
    answer = trained.call("GET", f"/v1/me/progress.svg?chart={chart}")

    assert answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.text)
    assert root[0].tag.endswith("style")
    assert "url(" not in answer.text and "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")


def test_pictures_speak_the_persons_language_and_units(trained: Person) -> None:
    trained.call("PATCH", "/v1/me", {"weight_unit": "lb", "locale": "zh-Hans"})
    drawn = trained.call("GET", "/v1/me/progress.svg?chart=weight").text

    assert "体重" in drawn
    assert "176.4" in drawn


@pytest.mark.parametrize("query", ["weeks=0", "weeks=53", "chart=luck"])
def test_a_wrong_question_names_its_field(person: Person, query: str) -> None:
    answer = person.call("GET", f"/v1/me/progress.svg?{query}")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == query.partition("=")[0]
