"""What a phone app logs: every kind there is, in any order, twice, from two devices."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from coach.api.schemas.entry_kinds import KINDS
from programs import catalog, logged
from tests.coach.people import Person, entry

CONTENT = catalog.load()
Move = Callable[[datetime], None]
BODIES: dict[str, list[dict[str, Any]]] = {
    "lesson": [{"lesson": next(iter(CONTENT.education.lessons))}],
    "therapy": [
        {"therapy": "traction", "minutes": 20, "before": 5, "after": 4, "next_day": 4, "loc_before": 3, "loc_after": 2},
        {"therapy": "heat", "provider": "at home", "problem": "The skin was red for an hour."},
    ],
    "break": [{"exposure": "sitting"}],
    "walk": [{"minutes": 25, "leg_stopped": True}],
    "wear": [{"minutes": 90, "task": "travel"}],
    "workout": [{"activity": "swimming", "minutes": 40}],
    "note": [{"text": "Slept badly; the neighbours moved."}],
    "barrier": [{"answer": "time"}],
    "goals": [{"activities": ["lift my daughter", "sit through a film"]}],
    "form": [
        {"name": "PHQ2", "items": {"interest": 1, "mood": 0}},
        {"name": "WEEKLY", "items": {"pain": 3, "barrier": "forgot"}},
    ],
    "followup": [{"seen": True, "by": "Dr Okafor", "told": "An examination, all well."}],
}


def test_every_kind_that_no_rule_judges_is_tried_here() -> None:
    assert BODIES.keys() == logged.KINDS.keys() <= KINDS.keys()


def test_each_is_stored_once_and_changes_no_plan(person: Person, now: datetime) -> None:
    person.onboard()
    before = person.get("/v1/me/plan")
    sent = [entry(kind, now, **body) for kind, bodies in BODIES.items() for body in bodies]

    assert {each["status"] for each in person.report(*sent)["results"]} == {"stored"}
    assert {each["status"] for each in person.report(*sent)["results"]} == {"same"}
    kept = {each["id"]: each for each in person.get("/v1/me/sync")["entries"]}
    for each in sent:
        assert each["body"].items() <= kept[each["id"]]["body"].items()
    after = person.get("/v1/me/plan")
    assert (after["items"], after["lock"]) == (before["items"], before["lock"])


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("lesson", {"lesson": "juggling"}, "lesson"),
        ("therapy", {"therapy": "leeches"}, "therapy"),
        ("form", {"name": "RMDQ", "items": {"rmdq_01": 1}}, "name"),  # a rule scores it: a `questionnaire` entry
        ("form", {"name": "PHQ9", "items": {"phq_9": 1}}, "name"),  # licensed
        ("form", {"name": "PHQ2", "items": {"mood": 4}}, "items.mood"),
        ("form", {"name": "PHQ2", "items": {"mood": True}}, "items.mood"),
        ("form", {"name": "PHQ2", "items": {"luck": 1}}, "items.luck"),
        ("form", {"name": "WEEKLY", "items": {"barrier": "aliens"}}, "items.barrier"),
        ("note", {"text": "x" * 2001}, "text"),
        ("walk", {"minutes": 0}, "minutes"),
        ("goals", {"activities": []}, "activities"),
        ("goals", {"activities": ["a", "b", "c", "d"]}, "activities"),
    ],
)
def test_what_the_content_does_not_know_is_refused_by_its_field(
    person: Person, now: datetime, kind: str, body: dict[str, Any], field: str
) -> None:
    person.onboard()
    (result,) = person.report(entry(kind, now, **body))["results"]

    assert (result["status"], list(result["errors"])) == ("invalid", [f"body.{field}"])


def test_lessons_follow_each_other_and_forms_come_back_in_their_time(person: Person, now: datetime, move: Move) -> None:
    person.onboard()
    first = person.get("/v1/me/sync")["lesson"]
    person.report(entry("lesson", now, lesson=first, answer=1))
    assert person.get("/v1/me/sync")["lesson"] == first  # today's again
    move(now + timedelta(days=1))
    assert person.get("/v1/me/sync")["lesson"] not in (None, first)
    assert "PHQ2" in _due(person)

    person.report(entry("form", now + timedelta(days=1), name="PHQ2", items={"interest": 0, "mood": 0}))
    assert "PHQ2" not in _due(person)
    move(now + timedelta(days=7))
    assert "WEEKLY" in _due(person)
    person.report(entry("form", now + timedelta(days=7), name="WEEKLY", items={"pain": 3}))
    assert "WEEKLY" not in _due(person)
    move(now + timedelta(days=14))
    assert "WEEKLY" in _due(person)


def test_a_week_offline_from_two_phones_in_any_order_and_twice_gives_one_plan(
    client: FlaskClient, now: datetime, move: Move
) -> None:
    """The same diary, sent in order by one person and shuffled, doubled and from two phones by another."""
    ana, eva = Person(client).register(), Person(client).register()
    for person in (ana, eva):
        person.onboard()
    move(now + timedelta(days=7))
    diary = [each for day in range(7) for each in _day(now + timedelta(days=day))]
    chance = Random(6)
    ana.report(*diary)
    for _ in range(2):
        mixed = chance.sample(diary, len(diary))
        for half in (mixed[::2], mixed[1::2]):
            eva.report(*half)

    plans = [person.get("/v1/me/plan") for person in (ana, eva)]
    assert plans[0]["items"] == plans[1]["items"]
    assert plans[0]["mode"] == plans[1]["mode"]
    assert [len(person.get("/v1/me/entries?limit=100")["entries"]) for person in (ana, eva)] == [len(diary) + 1] * 2


def test_a_correction_replaces_what_was_told_and_takes_no_red_flag_back(person: Person, now: datetime) -> None:
    person.onboard()
    wrong = entry("morning", now, pain=9, numbness="spreading")
    locked = person.report(wrong)["lock"]
    assert locked == "URGENT"
    right = {"replaces": wrong["id"], "kind": "morning", "body": {"pain": 3}}
    answer = person.report(entry("correction", now + timedelta(minutes=2), **right))

    assert answer["results"][0]["status"] == "stored"
    assert answer["lock"] == "URGENT"


def _day(at: datetime) -> list[dict[str, Any]]:
    return [
        entry("checkin", at, answers={}),
        entry("morning", at + timedelta(minutes=1), pain=3),
        entry("session", at + timedelta(minutes=30), pre=2, peak=3, rpe=4),
        entry("steps", at + timedelta(hours=2), count=5000),
    ]


def _due(person: Person) -> set[str]:
    return {each["name"] for each in person.get("/v1/me/sync")["due"]}
