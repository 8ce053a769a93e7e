"""The content for everyone: complete, in words, cached by its version."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from programs import catalog

CONTENT = catalog.load()
EDUCATION = CONTENT.education


def get(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/v1/library/{path}")
    assert answer.status_code == 200
    return answer.get_json()


def test_lessons_come_whole_and_in_their_order(client: FlaskClient) -> None:
    lessons = get(client, "lessons")["lessons"]

    assert len(lessons) == len(EDUCATION.lessons)
    assert [each["order"] for each in lessons] == sorted(each["order"] for each in lessons)
    first = next(each for each in lessons if each["id"] == "common_and_strong")
    assert first["title"] == "Sore, common, and still strong"
    assert first["theme_name"] == "About back pain"
    assert first["answers"][first["right"] - 1] == "The pain is real, and no single part is broken"
    assert first["sources"][0]["confidence"] == "verified"
    assert get(client, "lessons/common_and_strong") == first


def test_modules_come_with_therapies_and_the_calendar(client: FlaskClient) -> None:
    answer = get(client, "modules")

    assert [each["id"] for each in answer["modules"]] == list(EDUCATION.modules)
    breaks = answer["modules"][0]
    assert breaks["do"][0].startswith("After 30 minutes of sitting")
    assert breaks["careful_for"] == ["RAD", "ACU"]
    stances = {each["id"]: each["stance"] for each in answer["therapies"]}
    assert stances["traction"] == "not_routine"
    assert answer["visits"]["days"]["chronic"] == [14, 42, 84, 180, 365]


def test_a_licensed_questionnaire_goes_out_without_its_words(client: FlaskClient) -> None:
    asked = {each["id"]: each for each in get(client, "questionnaires")["questionnaires"]}

    assert [len(asked[name]["items"]) for name in ("RMDQ", "ODI", "PHQ2")] == [24, 10, 2]
    assert asked["RMDQ"]["items"][0]["text"] == "I stay at home most of the time because of my back."
    assert asked["NPRS_BACK"]["items"][0]["labels"] == ["No pain", "The worst pain you can think of"]
    for licensed in ("ODI", "STARTBACK", "PSEQ2", "PHQ9"):
        assert "title" not in asked[licensed]
        assert all(item["text"] is None and not item["labels"] for item in asked[licensed]["items"])
    assert asked["RMDQ"]["reported"]
    assert not asked["PGIC"]["reported"]


def test_every_exercise_has_a_drawing(client: FlaskClient) -> None:
    answer = client.get("/v1/library/exercises/bridge/figure.svg")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert b"<title" in answer.data and b">Bridge</title>" in answer.data
    for exercise in CONTENT.exercises:
        assert client.get(f"/v1/library/exercises/{exercise}/figure.svg").data.startswith(b"<svg ")


def test_a_drawing_changes_its_etag_only_with_its_bytes(client: FlaskClient) -> None:
    bridge, clam = (client.get(f"/v1/library/exercises/{name}/figure.svg") for name in ("bridge", "clam"))
    assert bridge.headers["ETag"] != clam.headers["ETag"]

    again = client.get("/v1/library/exercises/bridge/figure.svg", headers={"If-None-Match": bridge.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_app_may_draw_by_itself(client: FlaskClient) -> None:
    found = get(client, "exercises/bridge/figure.json")

    assert (found["view"], found["seconds"], found["still"], found["props"]) == ("side", 6.6, 2, ["mat"])
    assert found["moments"][2] == {"at_s": 2.6, "pose": 2}
    assert found["poses"][1]["joints"]["right_leg"].keys() == {"flex", "out", "turn", "bend", "end"}
    x, y = found["poses"][1]["points"]["right_knee"]
    assert 0 < x < found["width"] and 0 < y < found["height"]


@pytest.mark.parametrize("what", ["figure.svg", "figure.json"])
def test_an_unknown_exercise_has_no_drawing(client: FlaskClient, what: str) -> None:
    answer = client.get(f"/v1/library/exercises/gardening/{what}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["exercises/bridge/figure.json", "lessons", "lessons/warmth", "modules", "questionnaires"]
)
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/v1/library/{path}")

    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(f"/v1/library/{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_unknown_lesson_is_not_found(client: FlaskClient) -> None:
    assert client.get("/v1/library/lessons/gardening").status_code == 404
