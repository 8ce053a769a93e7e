"""The referral pack, the end of an episode, and coming back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.coach.conftest import Move
from tests.coach.people import WELL, Person, entry

DAY = timedelta(days=1)


@pytest.fixture
def path(person: Person, maya: Person, now: datetime, move: Move) -> str:
    """Ten days of a course: mornings, sessions, a strength check, a questionnaire."""
    person.onboard(leg=4, location=3)
    for number in range(10):
        at = now + number * DAY
        move(at)
        lines = [entry("checkin", at), entry("morning", at, pain=4, leg=5 if number < 5 else 3)]
        if number % 2 == 0:
            lines.append(entry("session", at, pre=2, peak=3, rpe=5, leg_pre=3, leg_post=3, loc_pre=3, loc_post=2))
        person.report(*lines)
    return f"/v1/clinic/patients/{person.get('/v1/me')['id']}"


def settle_all(maya: Person) -> None:
    for alert in maya.get("/v1/clinic/alerts")["alerts"]:
        maya.post(f"/v1/clinic/alerts/{alert['id']}/resolve", {"note": "talked it over", "refer": False})


def test_the_pack_holds_what_a_specialist_asks_for(maya: Person, path: str) -> None:
    pack = maya.get(f"{path}/referral-pack")
    course: dict[str, Any] = pack["course"]
    assert (pack["name"], pack["clinician"]) == ("Ana", "Maya Lindqvist")
    assert [each["leg"] for each in course["series"]] == [5] * 5 + [3] * 5
    assert course["series"][0]["location"] == 2
    assert sum(each["sessions"] for each in course["weeks"]) == 5
    assert course["programs"][-1]["program"] == "T02" and course["tried"]
    assert {each["name"] for each in course["questionnaires"]} == {"NPRS_BACK", "NPRS_LEG"}
    assert course["flags"] == [] and course["conditions"] == ["RAD"]
    assert maya.get(f"{path}/referral-pack")["course"] == course


def test_an_episode_ends_without_open_alerts_and_opens_again_with_the_whole_screen(
    maya: Person, person: Person, path: str, now: datetime, move: Move
) -> None:
    person.report(entry("checkin", now + 9 * DAY, answers={"RF07": "yes"}))
    end = {"care": "closed", "note": "You did well."}
    assert maya.call("POST", f"{path}/close", end).status_code == 409
    (alert,) = [each for each in maya.get("/v1/clinic/alerts")["alerts"] if each["kind"] == "red_flag"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen, all is well"})
    settle_all(maya)
    done = maya.post(f"{path}/close", end)
    assert done["summary"]["programs"] and [each["title"] for each in done["flare_plan"]]
    assert person.get("/v1/me/closing")["note"] == "You did well."
    assert person.today()["status"] == "no_plan"
    assert maya.get("/v1/clinic/patients")["patients"] == []
    assert [each["name"] for each in maya.get("/v1/clinic/patients?closed=true")["patients"]] == ["Ana"]
    assert maya.get("/v1/clinic/alerts")["alerts"] == []
    assert maya.call("POST", f"{path}/close", end).status_code == 409

    move(now + 30 * DAY)
    unanswered = {key: value for key, value in WELL.items() if key != "red_flags"} | {"red_flags": {}}
    assert person.call("PUT", "/v1/me/intake", unanswered).status_code == 422
    person.onboard(episode_day="2026-03-01")
    assert [each["name"] for each in maya.get("/v1/clinic/patients")["patients"]] == ["Ana"]
    assert [each["kind"] for each in maya.get("/v1/clinic/alerts")["alerts"]] == ["returned"]
    assert maya.get(path)["care"] == "active"
    assert len(maya.get(f"{path}/closings")["closings"]) == 1


def test_self_care_goes_on_with_the_maintenance_programme(maya: Person, person: Person, path: str) -> None:
    settle_all(maya)
    maya.post(f"{path}/close", {"care": "self_care", "note": "Go on by yourself."})
    plan = maya.get(path)
    assert (plan["care"], plan["program"]["id"], plan["lock"]) == ("self_care", "T10", "none")
    assert person.today()["variants"]["full"]


def test_nobody_can_be_closed_before_an_intake(client: FlaskClient, maya: Person) -> None:
    path = f"/v1/clinic/patients/{Person(client).register('Ben').get('/v1/me')['id']}"
    assert maya.call("POST", f"{path}/close", {"care": "closed", "note": "never came"}).status_code == 409
    assert maya.call("GET", f"{path}/referral-pack").status_code == 409
