"""Two weeks of three people, over HTTP, with a real worker and beat. Only the clock is moved."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from coach.models.people import Clinic, Patient
from coach.models.plans import Plan
from tests.coach.conftest import Move
from tests.coach.people import PASSWORD, Person, entry
from tests.journeys.conftest import CLINICIAN
from tests.journeys.service import Service, eventually

Sessions = sessionmaker[Session]
DESK = {"episode_day": "2026-01-10", "sit_h": 8}


def test_a_person_with_chronic_pain_trains_progresses_and_falls_silent(
    service: Service, committed: Sessions, move: Move, now: datetime
) -> None:
    ana = Person(service.client).register()
    plan = ana.onboard()
    assert plan["program"]["id"] == "T05"
    assert plan["program"]["because"]
    assert all(item["why"] for item in plan["items"])

    routine = ana.today()
    assert routine["status"] == "open"
    assert routine["gate"]["answered"] is True, "the onboarding screen is the first day's card"
    assert routine["gate"]["items"][0]["question"]
    assert {"full", "calm"} <= set(routine["variants"])
    assert 1 <= len(routine["variants"]["full"]) <= 5
    _check_etag(ana)

    for day in (0, 2, 4):
        _a_good_training_day(ana, now + timedelta(days=day), move)
    evening = now + timedelta(days=5, hours=1)
    move(evening)
    decisions = eventually(lambda: [each for each in _decisions(ana) if each["change"] == "progress"])
    assert decisions[0]["rule"] == "G2"
    assert decisions[0]["sentence"]
    assert decisions[0]["before"] != decisions[0]["after"]
    assert ana.today()["revision"] > routine["revision"]

    silent = now + timedelta(days=10)
    for day in range(6, 11):
        move(now + timedelta(days=day))
        _wait_for_the_day(committed, now + timedelta(days=day))
    move(silent + timedelta(hours=1))
    plan_row = eventually(lambda: _state(committed)["training"]["gap"] == "M2" and _state(committed))
    assert all(item["streak"] == 0 for item in plan_row["items"])
    assert ana.today()["status"] == "unanswered"


def test_a_red_flag_closes_everything_until_a_clinician_has_seen_the_person(
    service: Service, clinic: Clinic, committed: Sessions, move: Move, now: datetime
) -> None:
    ben = Person(service.client).register("Ben")
    assert ben.onboard(**DESK)["program"]["id"] == "T06"
    maya = Person(service.client).log_in(CLINICIAN, PASSWORD)
    for day in range(4):
        _a_good_training_day(ben, now + timedelta(days=day), move)

    bad_day = now + timedelta(days=4)
    move(bad_day)
    flagged = entry("checkin", bad_day, answers={"RF02": "unsure"})
    answer = ben.report(flagged)
    assert answer["lock"] == "EMERGENCY"
    assert ben.today()["status"] == "locked"
    assert ben.get("/v1/me/plan")["items"] == []

    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    assert (alert["subject"], alert["level"]) == ("RF02", "EMERGENCY")
    assert maya.get("/v1/clinic/patients")["patients"][0]["lock"] == "EMERGENCY"
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    assert ben.today()["told"]["seen_at"]

    next_day = bad_day + timedelta(days=1)
    move(next_day)
    assert ben.report(entry("checkin", next_day))["lock"] == "EMERGENCY"
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen in the emergency department, MRI clear"})
    ben.report(entry("checkin", next_day + timedelta(seconds=1)))
    eventually(lambda: ben.today()["status"] in ("open", "rest"))
    assert ben.get("/v1/me/plan")["items"]
    for day in range(6, 14):
        _a_good_training_day(ben, now + timedelta(days=day), move)
    assert ben.today()["lock"]["level"] in (None, "none") if isinstance(ben.today().get("lock"), dict) else True


def test_a_person_offline_for_days_sends_everything_late_shuffled_and_twice(
    service: Service, committed: Sessions, move: Move, now: datetime
) -> None:
    cleo = Person(service.client).register("Cleo")
    assert cleo.onboard(**DESK)["program"] == cleo.get("/v1/me/plan")["program"]
    week = cleo.get("/v1/me/routines")["routines"]
    assert [each["provisional"] for each in week] == [False] + [True] * 6
    assert all(each["gate"]["items"] for each in week)

    diary = [each for day in range(1, 9) for each in _good_day(now + timedelta(days=day))]
    back_online = now + timedelta(days=9)
    for day in range(1, 10):  # the server judges silence meanwhile
        move(now + timedelta(days=day))
        _wait_for_the_day(committed, now + timedelta(days=day))
    before = _load(_state(committed))
    random.Random(7).shuffle(diary)
    first = cleo.report(*diary[: len(diary) // 2])
    second = cleo.report(*diary)
    assert {each["status"] for each in first["results"]} == {"stored"}
    assert [each["status"] for each in second["results"]].count("same") == len(diary) // 2
    eventually(lambda: _folded(committed))
    late = [each for each in _decisions(cleo) if each["change"] == "progress"]
    assert late, "what was reported late is judged by its day"
    assert _load(_state(committed)) <= before, "a late report never raises today's load"

    for day in range(10, 14):
        _a_good_training_day(cleo, now + timedelta(days=day), move)
    eventually(lambda: _folded(committed))
    assert back_online < now + timedelta(days=14)


def _good_day(at: datetime) -> list[dict[str, Any]]:
    return [
        entry("checkin", at),
        entry("morning", at + timedelta(seconds=1), pain=3),
        entry("session", at + timedelta(seconds=2), pre=2, peak=2, rpe=4, leg_pre=0, leg_post=0, loc_pre=0, loc_post=0),
    ]


def _a_good_training_day(person: Person, at: datetime, move: Move) -> None:
    """Trains on one day; on the next answers the card and reports a settled morning, which is one screen."""
    move(at)
    routine = person.today()
    assert routine["day"] == at.date().isoformat(), "the day has turned, whether or not the worker has been there"
    if routine["provisional"] is False and routine["gate"]["answered"] is False:
        assert routine["status"] == "unanswered"
    results = person.report(*_good_day(at))["results"]
    assert {each["status"] for each in results} <= {"stored"}, results
    assert person.today()["gate"]["answered"] is True
    following = at + timedelta(days=1) - timedelta(hours=1)
    move(following)
    person.report(entry("checkin", following), entry("morning", following, pain=3))


def _check_etag(person: Person) -> None:
    answer = person.call("GET", "/v1/me/routines/today")
    etag = answer.headers["ETag"]
    assert person.call("GET", "/v1/me/routines/today", **{"If-None-Match": etag}).status_code == 304
    assert answer.headers["Cache-Control"] == "private, no-cache"


def _decisions(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.get("/v1/me/decisions?limit=100")["decisions"]
    return found


def _state(committed: Sessions) -> dict[str, Any]:
    with committed() as session:
        return session.query(Plan).one().state


def _folded(committed: Sessions) -> bool:
    with committed() as session:
        return session.query(Plan).one().folded_seq == session.query(Patient).one().last_seq


def _load(state: dict[str, Any]) -> int:
    return sum(item["dose"]["sets"] * item["dose"]["amount"] for item in state["items"])


def _wait_for_the_day(committed: Sessions, at: datetime) -> None:
    def turned() -> bool:
        with committed() as session:
            return session.query(Plan).one().day >= at.date()

    eventually(turned)
