"""Recall and freeze: at once, where they are meant and nowhere else; and reports of harm that may ask for them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from coach import clinics as commands
from coach.config import Config
from coach.services import measures
from tests.coach.people import Person, entry
from workers import upkeep


def exercises(person: Person) -> set[str]:
    return {step["exercise"] for steps in person.today()["variants"].values() for step in steps}


@pytest.fixture
def ready(person: Person, now: datetime) -> Person:
    person.onboard()
    person.report(entry("checkin", now))
    return person


def test_a_recall_is_out_of_todays_routine_at_once_and_out_of_who_comes_later(
    client: FlaskClient, ready: Person, maya: Person, now: datetime
) -> None:
    before = ready.call("GET", "/v1/me/routines/today")
    name = before.get_json()["variants"]["full"][0]["exercise"]

    made = maya.post("/v1/clinic/measures", {"kind": "recall", "exercise": name, "reason": "two falls"})

    etag = {"If-None-Match": before.headers["ETag"]}
    after = ready.call("GET", "/v1/me/routines/today", **etag)
    assert after.status_code == 200
    assert name not in exercises(ready)
    assert after.get_json()["variants"]["full"]
    newcomer = Person(client).register("Ben")
    newcomer.onboard()
    newcomer.report(entry("checkin", now))
    assert name not in exercises(newcomer)
    path = f"/v1/clinic/patients/{ready.get('/v1/me')['id']}"
    assert name not in {each["exercise"] for each in maya.put(f"{path}/assignment", {"program": "T05"})["items"]}
    said = [each["sentence"] for each in ready.get("/v1/me/decisions")["decisions"]]
    assert any("out of everyone's plan" in each for each in said)
    assert maya.call("DELETE", f"/v1/clinic/measures/{made['id']}").status_code == 204
    assert maya.get("/v1/clinic/measures")["measures"][0]["ended_at"] is not None
    assert maya.call("DELETE", f"/v1/clinic/measures/{made['id']}").status_code == 404


def test_a_clinic_stops_only_its_own_and_the_operator_stops_all(
    client: FlaskClient, ready: Person, rin: Person, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    name = sorted(exercises(ready))[0]
    rin.post("/v1/clinic/measures", {"kind": "recall", "exercise": name, "reason": "a trial of ours"})
    assert name in exercises(ready)
    assert commands.recall(config, exercise=name, reason="sharp edge", ends=False) == 0
    assert "1 patients" in capsys.readouterr().out
    assert name not in exercises(ready)
    mine = rin.get("/v1/clinic/measures")["measures"]
    assert sorted(each["everyone"] for each in mine) == [False, True]
    theirs = next(each for each in mine if each["everyone"])
    assert rin.call("DELETE", f"/v1/clinic/measures/{theirs['id']}").status_code == 404
    assert commands.recall(config, exercise=name, reason="", ends=True) == 0
    assert commands.freeze(config, reason="", ends=False) == 0


def test_a_pass_that_broke_off_is_ended_by_a_worker(
    client: FlaskClient, ready: Person, config: Config, committed: sessionmaker[Session], now: datetime
) -> None:
    from programs import catalog

    name = sorted(exercises(ready))[0]
    with committed.begin() as session:
        measures.start(
            session, "recall", clinic_id=None, exercise=name, reason="harm", author_id=None, now=now,
            catalog=catalog.load(),
        )  # fmt: skip
    assert name in exercises(ready)
    upkeep.spread_measures(committed, config)
    assert name not in exercises(ready)
    with committed.begin() as session:
        assert measures.pending(session) == []


@pytest.mark.parametrize("serious", [True, False])
def test_a_report_of_harm_alerts_the_clinic_within_a_working_day(
    ready: Person, maya: Person, serious: bool, now: datetime
) -> None:
    report = {"id": str(uuid4()), "text": "My knee gave way.", "serious": serious, "exercise": "bridge"}
    ready.post("/v1/me/adverse-events", report)
    ready.post("/v1/me/adverse-events", report)
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    assert (alert["kind"], alert["level"]) == ("adverse", "URGENT" if serious else "SOON")
    assert alert["due_day"] == (now + timedelta(days=1)).date().isoformat()
    assert [each["text"] for each in maya.get("/v1/clinic/adverse-events")["reports"]] == ["My knee gave way."]
    other = ready.call("POST", "/v1/me/adverse-events", report | {"text": "other"})
    assert other.status_code == 409
