"""Two weeks of three people, over HTTP, with a real worker and beat. Only the clock is moved."""

import random
from datetime import datetime, timedelta
from typing import Any

from coach.models.plans import Plan
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person
from tests.journeys.diary import DESK, good_day, morning, told
from tests.journeys.service import Service

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def test_a_person_with_chronic_pain_trains_progresses_and_falls_silent(service: Service, now: datetime) -> None:
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
        _train(ana, service, now + day * DAY)
    service.move(now + 5 * DAY + HOUR)
    service.settle()
    raised = [each for each in _decisions(ana) if each["change"] == "progress"]
    assert raised[0]["rule"] == "G2"
    assert raised[0]["sentence"]
    assert raised[0]["before"] != raised[0]["after"]
    assert ana.today()["revision"] > routine["revision"]

    for day in range(6, 11):
        service.move(now + day * DAY)
        service.settle()
    silent = _state(service)
    assert silent["training"]["gap"] == "M2"
    assert all(item["streak"] == 0 for item in silent["items"])
    assert ana.today()["status"] == "unanswered"


def test_a_red_flag_closes_everything_until_a_clinician_has_seen_the_person(service: Service, now: datetime) -> None:
    ben = Person(service.client).register("Ben")
    assert ben.onboard(**DESK)["program"]["id"] == "T06"
    maya = Person(service.client).log_in(CLINICIAN, PASSWORD)
    for day in range(4):
        _train(ben, service, now + day * DAY)

    bad_day = now + 4 * DAY
    service.move(bad_day)
    assert ben.report(told("checkin", bad_day, answers={"RF02": "unsure"}))["lock"] == "EMERGENCY"
    assert ben.today()["status"] == "locked"
    assert ben.get("/v1/me/plan")["items"] == []

    alert = maya.get("/v1/clinic/alerts")["alerts"][0]
    assert (alert["subject"], alert["level"]) == ("RF02", "EMERGENCY")
    assert maya.get("/v1/clinic/patients")["patients"][0]["lock"] == "EMERGENCY"
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    assert ben.today()["told"]["seen_at"]

    next_day = bad_day + DAY
    service.move(next_day)
    assert ben.report(told("checkin", next_day))["lock"] == "EMERGENCY", "an answer does not end a lock"
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen in the emergency department, MRI clear"})
    ben.report(told("checkin", next_day + SECOND))
    assert ben.today()["status"] in ("open", "rest")
    assert ben.get("/v1/me/plan")["items"]
    for day in range(6, 14):
        _train(ben, service, now + day * DAY)
    assert (ben.today()["status"], ben.today()["lock_cards"]) == ("open", [])


def test_a_person_offline_for_days_sends_everything_late_shuffled_and_twice(service: Service, now: datetime) -> None:
    cleo = Person(service.client).register("Cleo")
    assert cleo.onboard(**DESK)["program"] == cleo.get("/v1/me/plan")["program"]
    week = cleo.get("/v1/me/routines")["routines"]
    assert [each["provisional"] for each in week] == [False] + [True] * 6
    assert all(each["gate"]["items"] for each in week)

    diary = [each for day in range(1, 9) for each in good_day(now + day * DAY)]
    for day in range(1, 10):  # the server judges silence meanwhile
        service.move(now + day * DAY)
        service.settle()
    before = _load(_state(service))
    random.Random(7).shuffle(diary)
    half = len(diary) // 2
    first = cleo.report(*diary[:half])
    second = cleo.report(*diary)
    assert {each["status"] for each in first["results"]} == {"stored"}
    assert [each["status"] for each in second["results"]].count("same") == half
    service.settle()
    late = [each for each in _decisions(cleo) if each["change"] == "progress"]
    assert late, "what was reported late is judged by its day"
    assert _load(_state(service)) <= before, "a late report never raises today's load"

    for day in range(10, 14):
        _train(cleo, service, now + day * DAY)
    service.settle()
    assert _load(_state(service)) > before, "what has been done since counts"


def _train(person: Person, service: Service, at: datetime) -> None:
    """Trains on one day; on the next answers the card and reports a settled morning."""
    service.move(at)
    routine = person.today()
    assert routine["day"] == at.date().isoformat(), "the day has turned, whether or not the worker has been there"
    answered = routine["gate"]["answered"]
    assert answered or routine["status"] == "unanswered"
    entries = good_day(at)[answered:]  # the card is asked once a day
    results = person.report(*entries)["results"]
    assert [each["status"] for each in results] == ["stored"] * len(entries), results
    assert person.today()["gate"]["answered"] is True
    following = at + DAY - HOUR
    service.move(following)
    person.report(*morning(following))


def _check_etag(person: Person) -> None:
    answer = person.call("GET", "/v1/me/routines/today")
    etag = answer.headers["ETag"]
    assert person.call("GET", "/v1/me/routines/today", **{"If-None-Match": etag}).status_code == 304
    assert answer.headers["Cache-Control"] == "private, no-cache"


def _decisions(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.get("/v1/me/decisions?limit=100")["decisions"]
    return found


def _state(service: Service) -> dict[str, Any]:
    with service.sessions() as session:
        return session.query(Plan).one().state


def _load(state: dict[str, Any]) -> int:
    return sum(item["dose"]["sets"] * item["dose"]["amount"] for item in state["items"])
