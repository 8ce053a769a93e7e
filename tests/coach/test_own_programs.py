"""A clinic's own programmes: copied, changed, checked like the content, and never a surprise to a running plan."""

from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from tests.coach.conftest import Move
from tests.coach.people import Person, entry

NEW = {"copy_of": "T05", "title": "Strong at sea", "summary": "For people who work on boats."}


def exercises(plan: dict[str, Any]) -> set[str]:
    return {each["exercise"] for each in plan["items"]}


def test_a_plan_keeps_the_version_it_was_given_until_a_clinician_gives_it_another(
    client: FlaskClient, person: Person, maya: Person, now: datetime, move: Move
) -> None:
    person.onboard()
    path = f"/v1/clinic/patients/{person.get('/v1/me')['id']}"
    made = maya.post("/v1/clinic/programs", NEW)
    own = f"/v1/clinic/programs/{made['id']}"
    blocks = [{"first_week": 1, "last_week": 4, "exercises": ["bridge", "cat_camel", "walk_easy"]}]
    changed = maya.call("PATCH", own, {"weeks": 4, "blocks": blocks}).get_json()
    assert (changed["version"], changed["published_at"]) == (1, None)
    assert maya.call("PUT", f"{path}/assignment", {"program": made["id"]}).status_code == 422  # not published yet
    assert maya.post(f"{own}/publish", {})["published_at"]
    seen = maya.post(f"{path}/preview", {"program": made["id"]})
    plan = maya.put(f"{path}/assignment", {"program": made["id"]})
    assert exercises(plan) == exercises(seen["plan"]) == {"bridge", "cat_camel", "walk_easy"}
    assert (plan["program"]["name"], plan["program"]["chosen_by"]) == ("Strong at sea", "clinician")

    blocks[0]["exercises"] = ["bird_dog_leg", "walk_easy"]
    assert maya.call("PATCH", own, {"blocks": blocks, "title": "Stronger at sea"}).get_json()["version"] == 2
    maya.post(f"{own}/publish", {})
    move(now + timedelta(days=1))
    person.report(entry("checkin", now + timedelta(days=1)))
    assert person.today()["status"] in ("open", "rest")
    assert exercises(maya.get(path)) == {"bridge", "cat_camel", "walk_easy"}
    assert person.get("/v1/me/plan")["program"]["name"] == "Strong at sea"
    assert maya.get("/v1/clinic/patients")["patients"][0]["program"] == made["id"]
    assert maya.get(f"{path}/decisions")["decisions"]
    assert "bird_dog_leg" in exercises(maya.put(f"{path}/assignment", {"program": made["id"]}))
    versions = [(each["version"], bool(each["published_at"])) for each in maya.get("/v1/clinic/programs")["programs"]]
    assert versions == [(2, True)]


def test_what_the_content_would_not_be_loaded_with_is_not_published(maya: Person) -> None:
    made = maya.post("/v1/clinic/programs", NEW)
    own = f"/v1/clinic/programs/{made['id']}"
    for blocks, said in (
        ([{"first_week": 1, "last_week": 4, "exercises": ["no_such"]}], "exercise no_such is not in the library"),
        ([{"first_week": 2, "last_week": 4, "exercises": ["bridge"]}], "do not follow on week 0"),
        ([{"first_week": 1, "last_week": 3, "exercises": ["bridge"]}], "its blocks end in week 3, not 4"),
    ):
        assert maya.call("PATCH", own, {"weeks": 4, "level_cap": 2, "blocks": blocks}).status_code == 200
        answer = maya.call("POST", f"{own}/publish", {})
        assert answer.status_code == 422
        assert any(said in each["reason"] for each in answer.get_json()["errors"]), answer.text
    assert maya.call("PATCH", own, {"minutes": 61}).status_code == 422
    assert maya.call("POST", "/v1/clinic/programs", NEW | {"copy_of": "T99"}).status_code == 422


def test_another_clinic_neither_sees_nor_changes_nor_assigns_it(maya: Person, rin: Person) -> None:
    made = maya.post("/v1/clinic/programs", NEW)
    own = f"/v1/clinic/programs/{made['id']}"
    maya.post(f"{own}/publish", {})
    assert rin.get("/v1/clinic/programs")["programs"] == []
    assert rin.call("PATCH", own, {"minutes": 20}).status_code == 404
    assert rin.call("POST", f"{own}/publish", {}).status_code == 404
    assert rin.call("POST", "/v1/clinic/programs", NEW | {"copy_of": made["id"]}).status_code == 422
