"""Whatever comes in: a clear refusal that names the field, and nothing stored."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.events import Event
from tests.coach.people import ALL_NO, WELL, Person, entry

Sessions = sessionmaker[Session]


@pytest.fixture
def onboarded(person: Person) -> Person:
    person.onboard()
    return person


def _stored(committed: Sessions) -> int:
    with committed() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


@pytest.mark.parametrize(
    ("body", "headers", "status", "kind"),
    [
        ("{not json", {}, 400, "malformed"),
        ("", {}, 400, "malformed"),
        (b"\xff\xfe", {}, 400, "malformed"),
        ('{"entries": [NaN]}', {}, 400, "malformed"),
        ('{"entries": [1], "entries": [2]}', {}, 400, "malformed"),
        ('{"entries": ["\\u0000"]}', {}, 400, "malformed"),
        ('{"entries": ["\\ud800"]}', {}, 400, "malformed"),
        ("[" * 100_000, {}, 400, "malformed"),
        ('{"entries": []}', {"Content-Type": "text/plain"}, 415, "not-json"),
        ('{"entries": []}', {}, 422, "invalid"),
        ('{"entries": [{}], "more": 1}', {}, 422, "invalid"),
        ('{"entries": 7}', {}, 422, "invalid"),
        (json.dumps({"entries": ["x" * 300_000]}), {}, 413, "too-large"),
    ],
)
def test_an_unreadable_envelope_is_a_problem_and_stores_nothing(
    onboarded: Person, committed: Sessions, body: Any, headers: dict[str, str], status: int, kind: str
) -> None:
    before = _stored(committed)
    answer = onboarded.call("POST", "/v1/me/entries", body, **headers)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == f"/problems/{kind}"
    assert _stored(committed) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "dance"}, "kind"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"occurred_at": "2026-03-02T08:00:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-02T09:06:00+00:00"}, "occurred_at"),
        ({"occurred_at": "2026-01-30T08:00:00+00:00", "local_day": "2026-01-30"}, "occurred_at"),
        ({"local_day": "2026-03-05"}, "local_day"),
        ({"local_day": "yesterday"}, "local_day"),
        ({"id": "seven"}, "id"),
        ({"more": 1}, "more"),
        ({"body": {"pain": 11}}, "body.pain"),
        ({"body": {"pain": 3.5}}, "body.pain"),
        ({"body": {"pain": "3"}}, "body.pain"),
        ({"body": {"pain": 3, "mood": 1}}, "body.mood"),
        ({"body": {}}, "body.pain"),
        ({"body": []}, "body"),
        ({"kind": "session", "body": {"pre": 1, "peak": 2, "hurt": ["levitation"]}}, "body.hurt.0"),
        ({"kind": "session", "body": {"pre": 1, "peak": 2, "items": {"levitation": {}}}}, "body.items.levitation"),
        ({"kind": "session", "body": {"pre": 1, "peak": 2, "by": "levitation"}}, "body.by"),
        ({"kind": "checkin", "body": {"answers": {"RF99": "no"}}}, "body.answers.RF99"),
        ({"kind": "checkin", "body": {}}, "body.answers"),
        (
            {"kind": "checkin", "body": {"full": True, "answers": {flag: "no" for flag in ALL_NO if flag != "RF01"}}},
            "body.answers.RF01",
        ),
        ({"kind": "steps", "body": {"count": -1}}, "body.count"),
        ({"kind": "questionnaire", "body": {"name": "NPRS_BACK", "score": 50}}, "body.score"),
        ({"kind": "questionnaire", "body": {"name": "RMDQ", "applies": 20, "answered": 10}}, "body.applies"),
        ({"kind": "condition", "body": {"changes": {"diastolic": 206}}}, "body.changes.diastolic"),
        ({"kind": "condition", "body": {"changes": {"height_cm": 20}}}, "body.changes.height_cm"),
        (
            {"kind": "condition", "body": {"changes": {"surgery": {"day": "2026-03-03", "cleared": False}}}},
            "body.changes.surgery.day",
        ),
        (
            {"kind": "correction", "body": {"replaces": str(uuid4()), "kind": "steps", "body": {"count": "x"}}},
            "body.body.count",
        ),
    ],
)  # fmt: skip
def test_a_bad_entry_is_refused_alone_and_by_field(
    onboarded: Person, committed: Sessions, now: datetime, change: dict[str, Any], field: str
) -> None:
    before = _stored(committed)
    bad = entry("morning", now, pain=3) | change
    good = entry("morning", now, pain=4)
    results = onboarded.report(bad, good)["results"]
    assert results[0]["status"] == "invalid"
    assert list(results[0]["errors"]) == [field]
    assert results[1] == {"id": good["id"], "status": "stored"}
    assert _stored(committed) == before + 1


@pytest.mark.parametrize("raw", [None, 7, "text", [], True])
def test_an_entry_that_is_no_object_is_refused_alone(onboarded: Person, now: datetime, raw: Any) -> None:
    results = onboarded.report(raw, entry("morning", now, pain=4))["results"]
    assert [result["status"] for result in results] == ["invalid", "stored"]


def test_the_same_entry_twice_is_the_same(onboarded: Person, committed: Sessions, now: datetime) -> None:
    once = entry("morning", now, pain=3)
    assert onboarded.report(once)["results"][0]["status"] == "stored"
    before = _stored(committed)
    assert [each["status"] for each in onboarded.report(once, once)["results"]] == ["same", "same"]
    assert _stored(committed) == before


def test_an_id_with_another_body_is_a_conflict(onboarded: Person, now: datetime) -> None:
    once = entry("morning", now, pain=3)
    onboarded.report(once)
    result = onboarded.report(once | {"body": {"pain": 9}})["results"][0]
    assert result["status"] == "conflict"
    assert "id" in result["errors"]


def test_an_entry_may_be_five_minutes_ahead_and_thirty_days_old(onboarded: Person, now: datetime) -> None:
    ahead = entry("morning", now + timedelta(minutes=5), pain=3)
    old = entry("morning", now - timedelta(days=30), pain=3)
    assert [each["status"] for each in onboarded.report(ahead, old)["results"]] == ["stored", "stored"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"height_cm": 20}, "height_cm"),
        ({"age": 200}, "age"),
        ({"episode_day": "2026-03-03"}, "episode_day"),
        ({"surgery": {"day": "2026-03-03", "cleared": False}}, "surgery.day"),
        ({"pregnancy_day": "2024-01-01"}, "pregnancy_day"),
        ({"sit_h": 12, "stand_h": 12, "bend_h": 3}, "sit_h"),
        ({"diastolic": 150, "systolic": 120}, "diastolic"),
        ({"red_flags": ALL_NO | {"RF99": "no"}}, "red_flags.RF99"),
        ({"red_flags": {flag: "no" for flag in ALL_NO if flag != "RF01"}}, "red_flags.RF01"),
        ({"red_flags": {"RF01": "perhaps"}}, "red_flags.RF01.value"),
        ({"diagnoses": ["FLU"]}, "diagnoses.0"),
        ({"mood": "good"}, "mood"),
        ({"leg": None}, "leg"),
    ],
)  # fmt: skip
def test_an_impossible_intake_names_the_field_and_stores_nothing(
    person: Person, committed: Sessions, change: dict[str, Any], field: str
) -> None:
    answer = person.call("PUT", "/v1/me/intake", WELL | change)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.get_json()["errors"]] == [field]
    assert _stored(committed) == 0
    assert person.today()["status"] == "no_plan"


def test_the_intake_is_answered_once(onboarded: Person) -> None:
    assert onboarded.call("PUT", "/v1/me/intake", WELL).status_code == 409


def test_another_persons_ids_are_unknown(onboarded: Person, client: Any, now: datetime) -> None:
    reminder = onboarded.get("/v1/me/reminders")["reminders"][0]["id"]
    stranger = Person(client).register("Eve")
    for method, path, body in [
        ("PUT", f"/v1/me/reminders/{reminder}", {"minute": 600}),
        ("DELETE", f"/v1/me/reminders/{reminder}", None),
        ("DELETE", f"/v1/me/devices/{uuid4()}", None),
        ("POST", f"/v1/me/inbox/{uuid4()}/read", {}),
    ]:
        assert stranger.call(method, path, body).status_code == 404
    assert onboarded.get("/v1/me/reminders")["reminders"][0]["id"] == reminder


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "2026-03-01", "2026-03-10", "9999-12-31"])
def test_a_day_that_is_not_served_is_told(onboarded: Person, day: str) -> None:
    assert onboarded.call("GET", f"/v1/me/routines/{day}").status_code in (404, 422)


@pytest.mark.parametrize("query", ["", "limit=1", "limit=100", "before=5"])
def test_a_good_query_is_answered(onboarded: Person, query: str) -> None:
    assert onboarded.call("GET", f"/v1/me/decisions?{query}").status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "before=x", "sort=up"])
def test_a_bad_query_is_refused(onboarded: Person, query: str) -> None:
    assert onboarded.call("GET", f"/v1/me/decisions?{query}").status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"provider": "fcm", "token": "t" * 100}, 204),
        ({"provider": "apns", "token": "ab" * 32, "sandbox": True, "local_timers": ["routine"]}, 204),
        ({"provider": "apns", "token": "not hexadecimal"}, 422),
        ({"provider": "pigeon", "token": "t" * 100}, 422),
        ({"token": "t" * 100}, 422),
    ],
)
def test_a_native_app_registers_its_token(onboarded: Person, body: dict[str, Any], status: int) -> None:
    assert onboarded.call("PUT", f"/v1/me/devices/{uuid4()}", body).status_code == status
