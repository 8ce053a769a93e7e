"""Approve each change: a queue for the clinician, an answer for each change, and nothing without one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.coach.conftest import Move
from tests.coach.people import Person, entry

DAY = timedelta(days=1)


@pytest.fixture
def path(client: FlaskClient, maya: Person, now: datetime, move: Move) -> str:
    """A patient whose raises wait: two good sessions are behind them."""
    patient = Person(client).register()
    patient.onboard()
    path = f"/v1/clinic/patients/{patient.get('/v1/me')['id']}"
    maya.put(f"{path}/assignment", {"program": "T05"})
    maya.post(f"{path}/overrides", {"field": "progression", "value": "approve"})
    for number in range(4):
        at = now + number * DAY
        move(at)
        patient.report(entry("checkin", at), entry("morning", at, pain=3))
        if number in (0, 2):
            patient.report(entry("session", at, pre=2, peak=2, rpe=4))
    return path


def changes(maya: Person) -> list[dict[str, Any]]:
    maya.call("GET", "/v1/clinic/patients")
    queue = maya.get("/v1/clinic/approvals")["patients"]
    return queue[0]["changes"] if queue else []


def dose(plan: dict[str, Any], exercise: str) -> tuple[int, int]:
    return next((each["sets"], each["amount"]) for each in plan["items"] if each["exercise"] == exercise)


def test_what_waits_is_seen_approved_made_less_or_rejected(maya: Person, path: str) -> None:
    plan = maya.get(path)
    waiting = {each["about"]: each for each in plan["waiting"]}
    assert len(waiting) >= 3
    taken, smaller, refused, *_ = (each for each in waiting.values() if each["kind"] == "raise")
    assert (taken["since"], taken["until"]) == ("2026-03-05", "2026-03-11")

    after = maya.post(f"{path}/approvals", {"about": taken["about"], "decision": "approve"})
    assert dose(after, taken["about"]) == (taken["dose"]["sets"], taken["dose"]["amount"])
    less = {"sets": smaller["dose"]["sets"], "amount": smaller["dose"]["amount"] - 1}
    after = maya.post(f"{path}/approvals", {"about": smaller["about"], "decision": "edit", "dose": less})
    assert dose(after, smaller["about"]) == (less["sets"], less["amount"])
    before = dose(after, refused["about"])
    after = maya.post(f"{path}/approvals", {"about": refused["about"], "decision": "reject", "reason": "not yet"})
    assert dose(after, refused["about"]) == before
    assert not {taken["about"], smaller["about"], refused["about"]} & {each["about"] for each in after["waiting"]}


def test_more_than_what_waits_is_refused_by_its_field_and_loses_nothing(maya: Person, path: str) -> None:
    change = next(each for each in maya.get(path)["waiting"] if each["kind"] == "raise")
    more = {"sets": 5, "amount": 60}
    answer = maya.call("POST", f"{path}/approvals", {"about": change["about"], "decision": "edit", "dose": more})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "dose")
    for wrong, field in (
        ({"decision": "reject"}, "reason"),
        ({"decision": "approve", "dose": more}, "dose"),
        ({"decision": "edit"}, "dose"),
    ):
        answer = maya.call("POST", f"{path}/approvals", {"about": change["about"], **wrong})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)
    assert change in maya.get(path)["waiting"]
    assert maya.call("POST", f"{path}/approvals", {"about": "heel_slide", "decision": "approve"}).status_code == 404


def test_nothing_is_approved_in_a_flare_and_it_waits_on(
    maya: Person, path: str, client: FlaskClient, now: datetime, move: Move
) -> None:
    move(now + 4 * DAY)
    change = next(each for each in maya.get(path)["waiting"] if each["kind"] == "raise")
    maya.post(f"{path}/entries", {"entries": [entry("flare", now + 4 * DAY)]})
    move(now + 5 * DAY)
    answer = maya.call("POST", f"{path}/approvals", {"about": change["about"], "decision": "approve"})
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/conflict")
    assert change in maya.get(path)["waiting"]


def test_the_queue_says_in_words_what_stands_now_and_what_would_be(maya: Person, path: str) -> None:
    maya.put(f"{path}/assignment", {"exercises": ["bridge"]})  # folds and stores what the worker would
    queue = maya.get("/v1/clinic/approvals")["patients"]
    assert [each["patient"] for each in queue] == ["Ana"]
    for change in queue[0]["changes"]:
        assert change["name"] and change["now"] and change["then"] and change["now"] != change["then"]
    chinese = maya.get("/v1/clinic/approvals?locale=zh-Hans")["patients"][0]["changes"]
    assert [each["about"] for each in chinese] == [each["about"] for each in queue[0]["changes"]]
    assert chinese[0]["name"] != queue[0]["changes"][0]["name"]
