"""Plans and their reasons: swaps, corrections, decisions that say why."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from programs import catalog
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person, entry
from workers.adaptation import adapt_due

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]


@pytest.fixture
def onboarded(person: Person) -> Person:
    person.onboard()
    return person


def _exercises(plan: dict[str, Any]) -> list[str]:
    return [item["exercise"] for item in plan["items"]]


def test_a_disliked_exercise_is_replaced_by_one_of_the_same_purpose(onboarded: Person) -> None:
    library = catalog.load().exercises
    before = onboarded.get("/v1/me/plan")
    assert "bridge" in _exercises(before)
    after = onboarded.post("/v1/me/plan/swaps", {"exercise": "bridge"})
    assert "bridge" not in _exercises(after)
    new = next(item for item in after["items"] if item["exercise"] not in _exercises(before))
    assert library[new["exercise"]].category == library["bridge"].category
    assert new["level"] <= library["bridge"].level
    assert "as you asked" in new["why"]
    # It comes back the way every harder exercise comes: by progress, not at once.
    onboarded.post("/v1/me/plan/swaps", {"exercise": "bridge", "back": True})
    assert onboarded.call("POST", "/v1/me/plan/swaps", {"exercise": "bridge", "back": True}).status_code == 422


@pytest.mark.parametrize(
    "body", [{"exercise": "levitation"}, {"exercise": "deadlift_bar"}, {"exercise": "bridge", "back": True}]
)
def test_what_is_not_in_the_plan_cannot_be_swapped(onboarded: Person, body: dict[str, Any]) -> None:
    before = onboarded.get("/v1/me/plan")
    answer = onboarded.call("POST", "/v1/me/plan/swaps", body)
    assert answer.status_code == 422
    assert onboarded.get("/v1/me/plan")["items"] == before["items"]


def test_what_a_physiotherapist_chose_is_not_swapped(onboarded: Person, client: FlaskClient) -> None:
    maya = Person(client).log_in(CLINICIAN, PASSWORD)
    patient = maya.get("/v1/clinic/patients")["patients"][0]["id"]
    maya.put(f"/v1/clinic/patients/{patient}/assignment", {"exercises": ["clam"]})
    assert onboarded.call("POST", "/v1/me/plan/swaps", {"exercise": "clam"}).status_code == 409


def test_an_avoided_position_is_not_in_the_plan(person: Person) -> None:
    plan = person.onboard(avoids=["four_point", "prone"])
    library = catalog.load().exercises
    assert not {library[name].position for name in _exercises(plan)} & {"four_point", "prone"}
    assert any("position you avoid" in item["why"] for item in plan["items"])


def test_a_correction_is_judged_on_the_day_of_what_it_replaces(
    onboarded: Person, committed: Sessions, config: Config, now: datetime, move: Move
) -> None:
    onboarded.report(entry("session", now, pre=2, peak=8, rpe=4))
    wrong = entry("morning", now + timedelta(days=1), pain=9)
    move(now + timedelta(days=1))
    onboarded.report(entry("checkin", now + timedelta(days=1)), wrong)
    move(now + timedelta(days=2))
    mend = entry("correction", now + timedelta(days=2), replaces=wrong["id"], kind="morning", body={"pain": 3})
    assert onboarded.report(mend)["results"][0]["status"] == "stored"
    adapt_due(committed, config, catalog.load())
    made = [each for each in onboarded.get("/v1/me/decisions?limit=100")["decisions"] if each["exercise"]]
    assert {each["inputs"]["morning"] for each in made if each["rule"] == "D1" and not each["superseded"]} == {3}


@pytest.mark.parametrize(
    ("target", "kind", "body", "field"),
    [
        ("none", "morning", {"pain": 3}, "body.replaces"),
        ("morning", "steps", {"count": 3}, "body.kind"),
        ("old", "morning", {"pain": 3}, "body.replaces"),
    ],
)
def test_a_correction_that_fits_nothing_is_refused(
    onboarded: Person, now: datetime, target: str, kind: str, body: dict[str, int], field: str
) -> None:
    told = {"morning": entry("morning", now, pain=3), "old": entry("morning", now - timedelta(hours=49), pain=3)}
    onboarded.report(*told.values())
    replaces = told[target]["id"] if target in told else str(uuid4())
    result = onboarded.report(entry("correction", now, replaces=replaces, kind=kind, body=body))["results"][0]
    assert result["status"] == "invalid"
    assert list(result["errors"]) == [field]


def test_every_decision_says_why_on_what_and_by_which_source(
    onboarded: Person, committed: Sessions, config: Config, now: datetime, move: Move
) -> None:
    onboarded.report(entry("session", now, pre=2, peak=7, rpe=4))
    tomorrow = now + timedelta(days=1)
    move(tomorrow)
    onboarded.report(entry("checkin", tomorrow), entry("morning", tomorrow, pain=3))
    adapt_due(committed, config, catalog.load())
    made = onboarded.get("/v1/me/decisions?limit=100")["decisions"]
    back = [each for each in made if each["rule"] == "D1"]
    assert back
    for each in made:
        assert each["sentence"]
        assert each["sources"], each["rule"]
    assert back[0]["inputs"]["peak"] == 7
    assert back[0]["before"] != back[0]["after"]
