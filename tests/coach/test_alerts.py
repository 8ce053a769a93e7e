"""Somebody named is told of a red flag, sees the gravest first, and the patient's screen tells the truth about it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.events import Event
from tests.coach.conftest import Move
from tests.coach.people import Person, entry

Sessions = sessionmaker[Session]


@pytest.fixture
def onboarded(person: Person, now: datetime, move: Move) -> Person:
    person.onboard()
    move(now + timedelta(minutes=1))
    return person


def _flag(person: Person, at: datetime, flag: str, severe: tuple[str, ...] = ()) -> None:
    person.report(entry("checkin", at, answers={flag: "yes"}, severe=list(severe)))


def test_the_person_sees_who_is_told_and_when_it_was_seen(onboarded: Person, maya: Person, now: datetime) -> None:
    _flag(onboarded, now, "RF07")
    told = onboarded.today()["told"]
    assert (told["clinic"], told["clinician"], told["seen_at"]) == ("Riverside Physiotherapy", "Maya Lindqvist", None)
    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    assert onboarded.today()["told"]["seen_at"]


def test_a_flag_that_gets_graver_must_be_seen_again(onboarded: Person, maya: Person, now: datetime) -> None:
    _flag(onboarded, now, "RF06a")
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    assert alert["level"] == "URGENT"
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    _flag(onboarded, now + timedelta(seconds=1), "RF06a", ("RF06a",))
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    assert (alert["level"], alert["seen_at"]) == ("EMERGENCY", None)
    assert onboarded.today()["told"]["seen_at"] is None


def test_one_unseen_flag_among_seen_ones_is_unseen(onboarded: Person, maya: Person, now: datetime) -> None:
    _flag(onboarded, now, "RF07")
    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    _flag(onboarded, now + timedelta(seconds=1), "RF01")
    assert onboarded.today()["told"]["seen_at"] is None
    assert [each["subject"] for each in maya.get("/v1/clinic/alerts")["alerts"]] == ["RF01", "RF07"]


def test_releasing_one_flag_leaves_the_other_standing(onboarded: Person, maya: Person, now: datetime) -> None:
    _flag(onboarded, now, "RF07")
    _flag(onboarded, now + timedelta(seconds=1), "RF01")
    alerts = {each["subject"]: each["id"] for each in maya.get("/v1/clinic/alerts")["alerts"]}
    maya.post(f"/v1/clinic/alerts/{alerts['RF01']}/release", {"note": "seen, MRI clear"})
    assert onboarded.get("/v1/me")["lock"] == "URGENT"
    again = maya.call("POST", f"/v1/clinic/alerts/{alerts['RF01']}/release", {"note": "twice"})
    assert again.status_code == 409
    maya.post(f"/v1/clinic/alerts/{alerts['RF07']}/release", {"note": "examined today"})
    assert onboarded.get("/v1/me")["lock"] == "none"


def test_a_flag_raised_before_the_intake_can_be_released(person: Person, maya: Person, now: datetime) -> None:
    _flag(person, now, "RF01")
    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen, nothing found"})
    assert person.get("/v1/me")["lock"] == "none"


def test_what_a_clinician_records_is_the_clinicians(
    onboarded: Person, maya: Person, committed: Sessions, now: datetime
) -> None:
    patient = maya.get("/v1/clinic/patients")["patients"][0]["id"]
    maya.post(f"/v1/clinic/patients/{patient}/entries", {"entries": [entry("morning", now, pain=4)]})
    with committed() as session:
        event = session.scalars(select(Event).where(Event.kind == "morning")).one()
        assert event.author == "clinician"
        assert event.author_id is not None


def test_another_clinics_physiotherapist_sees_nothing(
    onboarded: Person, maya: Person, rin: Person, now: datetime
) -> None:
    _flag(onboarded, now, "RF01")
    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    assert rin.get("/v1/clinic/alerts")["alerts"] == []
    assert rin.get("/v1/clinic/patients")["patients"] == []
    for method, path, body in [
        ("GET", f"/v1/clinic/patients/{alert['patient_id']}", None),
        ("PUT", f"/v1/clinic/patients/{alert['patient_id']}/assignment", {"program": "T05"}),
        ("POST", f"/v1/clinic/patients/{alert['patient_id']}/entries", {"entries": [{}]}),
        ("POST", f"/v1/clinic/alerts/{alert['id']}/acknowledge", {}),
        ("POST", f"/v1/clinic/alerts/{alert['id']}/release", {"note": "not mine"}),
    ]:
        assert rin.call(method, path, body).status_code == 404, path


@pytest.mark.parametrize("rule", ["E2", "E3", "E5", "E7"])
def test_no_override_switches_off_a_clock(onboarded: Person, maya: Person, rule: str) -> None:
    patient = maya.get("/v1/clinic/patients")["patients"][0]["id"]
    asked = {"field": "disable_rule", "value": rule, "reason": "too many alerts"}
    (verdict,) = maya.post(f"/v1/clinic/patients/{patient}/overrides", asked)["verdicts"]
    assert verdict["accepted"] is False


def test_a_red_flag_is_released_and_not_settled(onboarded: Person, maya: Person, now: datetime) -> None:
    _flag(onboarded, now, "RF07")
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    settled = maya.call("POST", f"/v1/clinic/alerts/{alert['id']}/resolve", {"note": "nothing"})
    assert settled.status_code == 409
    assert onboarded.get("/v1/me")["lock"] == "URGENT"
