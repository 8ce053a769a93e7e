"""Assigning from the library: seen before it is done, done to many at once, and ended again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.events import Event
from tests.coach.conftest import Move
from tests.coach.people import Person, entry

DAY = timedelta(days=1)


@pytest.fixture
def path(client: FlaskClient, person: Person, maya: Person) -> str:
    person.onboard()
    return f"/v1/clinic/patients/{person.get('/v1/me')['id']}"


def events(committed: sessionmaker[Session]) -> int:
    with committed() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def exercises(plan: dict[str, Any]) -> list[str]:
    return [each["exercise"] for each in plan["items"]]


def test_a_preview_is_what_assigning_then_does_and_stores_nothing(
    maya: Person, path: str, committed: sessionmaker[Session]
) -> None:
    before, known = maya.get(path), events(committed)

    seen = maya.post(f"{path}/preview", {"program": "T06"})

    assert events(committed) == known
    assert maya.get(path) == before
    done = maya.put(f"{path}/assignment", {"program": "T06"})
    assert (seen["plan"]["items"], seen["plan"]["not_chosen"]) == (done["items"], done["not_chosen"])
    entered = {each["exercise"] for each in seen["difference"]["enters"]}
    assert entered == set(exercises(done)) - set(exercises(before)) != set()
    assert all(each["why"] for each in seen["plan"]["items"])


def test_a_preview_of_an_exception_says_if_a_rule_refuses_it_and_which(maya: Person, path: str) -> None:
    for override, accepted in (
        ({"field": "level_cap", "value": 1}, True),
        ({"field": "peak_accepted", "value": 9}, False),
        ({"field": "disable_rule", "value": "E2"}, False),
    ):
        (verdict,) = maya.post(f"{path}/preview", {"override": override})["plan"]["verdicts"]
        assert (verdict["accepted"], bool(verdict["text"])) == (accepted, not accepted)
    chinese = maya.post(f"{path}/preview", {"override": {"field": "disable_rule", "value": "E2"}, "locale": "zh-Hans"})
    assert "E2" in chinese["plan"]["verdicts"][0]["text"]
    assert maya.get(path)["overrides"] == []


def test_an_exercise_is_left_out_and_a_dose_set_until_that_is_ended(maya: Person, path: str) -> None:
    items = {each["exercise"]: each for each in maya.get(path)["items"]}
    out, kept = list(items)[:2]
    plan = maya.post(f"{path}/overrides", {"field": "exclude", "value": out, "reason": "a sore knee"})
    assert out not in exercises(plan)
    assert [each["value"] for each in plan["overrides"]] == [out]
    wrong = maya.post(f"{path}/overrides", {"field": "dose", "value": f"{kept} 9x9"})["verdicts"][-1]
    assert (wrong["accepted"], wrong["reason"]) == (False, "OUT_OF_RANGE")
    less = f"{kept} 1x{items[kept]['amount']}"
    plan = maya.post(f"{path}/overrides", {"field": "dose", "value": less})
    assert next(each["sets"] for each in plan["items"] if each["exercise"] == kept) == 1

    answer = maya.call("DELETE", f"{path}/overrides/exclude?value={out}")
    assert answer.get_json()["overrides"] == []
    assert maya.call("DELETE", f"{path}/overrides/exclude").status_code == 404


def test_many_are_assigned_at_once_and_whom_the_checks_leave_out_is_told_why(
    client: FlaskClient, maya: Person, now: datetime
) -> None:
    people = {name: Person(client).register(name) for name in ("Ana", "Ben", "Chen", "Dora", "Eve")}
    for name in ("Ana", "Ben", "Chen", "Eve"):
        people[name].onboard()
    people["Ben"].report(entry("checkin", now, answers={"RF07": "yes"}))
    ids = {name: person.get("/v1/me")["id"] for name, person in people.items()}
    maya.put(f"/v1/clinic/patients/{ids['Eve']}/assignment", {"program": "T08"})
    call = {"patients": list(ids.values()), "program": "T08"}

    seen = maya.post("/v1/clinic/assignments", call | {"preview": True})["outcomes"]
    assert maya.get(f"/v1/clinic/patients/{ids['Ana']}")["program"]["id"] != "T08"
    done = maya.post("/v1/clinic/assignments", call)["outcomes"]

    assert seen == done
    assert [(each["name"], each["status"], each["reason"]) for each in done] == [
        ("Ana", "assigned", None), ("Ben", "left_out", "locked"), ("Chen", "assigned", None),
        ("Dora", "left_out", "no_intake"), ("Eve", "left_out", "same"),
    ]  # fmt: skip
    assert all(each["text"] for each in done if each["reason"])
    assert done[0]["difference"]["program_after"] == "T08"
    assert maya.get(f"/v1/clinic/patients/{ids['Ana']}")["program"]["id"] == "T08"
    unfit = maya.post("/v1/clinic/assignments", {"patients": [ids["Ana"]], "program": "T02"})["outcomes"]
    assert unfit[0]["reason"] == "does_not_fit"


def test_one_stranger_among_many_and_nobody_is_assigned(maya: Person, path: str, rin: Person) -> None:
    mine = path.rsplit("/", 1)[1]
    for caller, ids in ((maya, [mine, str(uuid4())]), (rin, [mine])):
        answer = caller.call("POST", "/v1/clinic/assignments", {"patients": ids, "program": "T06"})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, f"patients.{len(ids) - 1}")
    assert maya.get(path)["program"]["id"] == "T05"


def test_a_clinician_pauses_a_plan_and_calls_it_off_again(
    maya: Person, path: str, person: Person, now: datetime, move: Move
) -> None:
    pause = {"first": "2026-03-02", "last": "2026-03-09", "cause": "away"}
    assert maya.put(f"{path}/pause", pause)["pause"]["last"] == "2026-03-09"
    assert person.today()["status"] == "paused"
    shorter = maya.put(f"{path}/pause", pause | {"last": "2026-03-04"})
    assert shorter["pause"]["last"] == "2026-03-04"
    move(now + DAY)
    assert maya.call("DELETE", f"{path}/pause").get_json()["pause"] is None
    assert person.today()["status"] != "paused"
    late = maya.call("PUT", f"{path}/pause", pause | {"last": "2028-03-09"})
    assert late.get_json()["errors"][0]["field"] == "last"


def test_a_clinician_locks_at_any_time_and_only_a_release_opens(maya: Person, path: str, person: Person) -> None:
    locked = maya.post(f"{path}/lock", {"level": "URGENT", "reason": "new numbness told on the phone"})
    assert (locked["lock"], person.today()["status"]) == ("URGENT", "locked")
    (row,) = maya.get("/v1/clinic/patients?attention=lock")["patients"]
    assert row["reasons"][0]["text"] == "Locked by a clinician since 2026-03-02."
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen, all is well"})
    assert maya.get(path)["lock"] == "none"


def test_entries_and_decisions_of_a_patient_come_newest_first(maya: Person, path: str, person: Person) -> None:
    person.report(entry("morning", datetime.fromisoformat("2026-03-02T08:00:00+00:00"), pain=3))
    assert [each["kind"] for each in maya.get(f"{path}/entries")["entries"]] == ["morning", "intake"]
    maya.put(f"{path}/assignment", {"program": "T06"})
    assert maya.get(f"{path}/decisions")["decisions"][0]["change"] == "program.T06"
