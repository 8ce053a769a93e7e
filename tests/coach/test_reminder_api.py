"""What a person sets about their reminders over HTTP: shapes, warning, stops, shifts, pause, a better hour."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.people import Patient
from coach.models.reminders import Cursor, Occurrence, Schedule
from coach.services import cursors, plans
from programs import catalog
from programs.schedule import BREAKS, KINDS
from tests.coach.conftest import Move
from tests.coach.people import Person, entry
from tests.ticks import tick

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "own", "minute": 0}, 201),
        ({"kind": "own", "minute": 1440}, 422),
        ({"kind": "own"}, 422),
        ({"kind": "own", "minute": 600, "every": 30}, 422),
        ({"kind": "own", "every": 30}, 422),
        ({"kind": "break_sitting", "every": 19}, 422),
        ({"kind": "break_sitting", "every": 20, "days": 31}, 201),
        ({"kind": "break_bending", "every": 120}, 201),
        ({"kind": "break_bending", "every": 121}, 422),
        ({"kind": "walk", "minute": 600, "on_day": "2026-03-01"}, 422),
        ({"kind": "walk", "minute": 600, "on_day": "2026-03-02"}, 201),
        ({"kind": "walk", "minute": 600, "on_day": "2027-03-03"}, 201),
        ({"kind": "walk", "minute": 600, "on_day": "2027-03-04"}, 422),
        ({"kind": "walk", "minute": 600, "on_day": "2026-03-02", "days": 1}, 422),
        ({"kind": "own", "minute": 1380, "crosses_quiet": True}, 201),
        ({"kind": "walk", "minute": 1380, "crosses_quiet": True}, 422),
        ({"kind": "message", "minute": 600}, 422),
    ],
)
def test_the_shapes_a_person_may_set(person: Person, body: dict[str, Any], status: int) -> None:
    answer = person.call("POST", "/v1/me/reminders", body)
    assert answer.status_code == status, answer.text
    if status == 201:
        made = answer.get_json()
        assert body.items() <= made.items()
        moved = {name: value for name, value in body.items() if name != "kind"}
        assert person.call("PUT", f"/v1/me/reminders/{made['id']}", moved).status_code == 200


def test_a_second_interval_of_one_kind_is_refused(person: Person) -> None:
    first = {"kind": "break_sitting", "every": 30}
    made = person.post("/v1/me/reminders", first)
    assert person.call("POST", "/v1/me/reminders", first | {"every": 40}).status_code == 409
    assert person.call("PUT", f"/v1/me/reminders/{made['id']}", {"every": 40}).status_code == 200
    timed = person.post("/v1/me/reminders", {"kind": "break_sitting", "minute": 600})
    assert person.call("PUT", f"/v1/me/reminders/{timed['id']}", {"every": 60}).status_code == 409
    assert person.call("POST", "/v1/me/reminders", first | {"kind": "break_standing"}).status_code == 201


def test_a_third_time_on_one_day_is_warned_of(person: Person) -> None:
    for minute, days, warning in ((600, 1, None), (660, 3, None), (720, 2, None), (780, 1, "many_a_day")):
        made = person.post("/v1/me/reminders", {"kind": "own", "minute": minute, "days": days})
        assert made["warning"] == warning
    answer = person.call("PUT", f"/v1/me/reminders/{made['id']}", {"minute": 780, "days": 64})
    assert answer.get_json()["warning"] is None
    dated = {"kind": "own", "minute": 800, "on_day": "2026-03-09"}  # a Monday, which has two
    assert person.post("/v1/me/reminders", dated)["warning"] == "many_a_day"


def test_one_tap_stops_a_kind_and_one_stops_all(person: Person, committed: sessionmaker[Session]) -> None:
    assert person.call("PUT", "/v1/me/reminders/stops", {"kinds": ["walk"]}).status_code == 204
    listed = person.get("/v1/me/reminders")
    assert listed["stopped"] == ["walk"]
    assert person.call("PUT", "/v1/me/reminders/stops", {"kinds": listed["kinds"]}).status_code == 204
    assert person.get("/v1/me/reminders")["stopped"] == sorted(KINDS)
    assert person.call("PUT", "/v1/me/reminders/stops", {"kinds": ["dance"]}).status_code == 422


def test_a_stop_takes_back_what_is_not_sent(
    person: Person, committed: sessionmaker[Session], now: datetime, move: Move
) -> None:
    person.call("PATCH", "/v1/me", {"quiet_from": 600, "quiet_until": 690})
    person.post("/v1/me/reminders", {"kind": "walk", "minute": 610})
    later = now + 1.5 * HOUR  # half past ten in Paris: quiet, so it waits
    with committed.begin() as session:
        tick(session, later)
        assert session.scalars(select(Occurrence.state)).all() == ["due"]
    move(later)
    person.call("PUT", "/v1/me/reminders/stops", {"kinds": ["walk"]})
    with committed() as session:
        row = session.scalars(select(Occurrence)).one()
        assert (row.state, row.reason) == ("cancelled", "stopped")


def test_quiet_hours_that_end_sooner_release_what_waits_for_them(
    person: Person, committed: sessionmaker[Session], now: datetime, move: Move
) -> None:
    person.call("PATCH", "/v1/me", {"quiet_from": 600, "quiet_until": 690})
    person.post("/v1/me/reminders", {"kind": "walk", "minute": 610})
    later = now + 1.5 * HOUR
    with committed.begin() as session:
        tick(session, later)
    move(later)
    person.call("PATCH", "/v1/me", {"quiet_until": 615})
    with committed() as session:
        assert session.scalars(select(Occurrence.fire_at)).one() == later


def test_a_shift_is_switched_by_one_tap_and_keeps_its_own_hours(
    person: Person, committed: sessionmaker[Session]
) -> None:
    me = person.put("/v1/me/shift", {"name": "night"})
    assert (me["shift"], me["quiet_from"], me["work_from"]) == ("night", 420, 1320)
    hours = {"quiet_from": 480, "quiet_until": 960, "work_from": 1260, "work_until": 300}
    assert person.put("/v1/me/shifts/night", hours).items() >= hours.items()
    assert person.put("/v1/me/shift", {"name": "day"})["quiet_from"] == 1290
    changed = person.call("PATCH", "/v1/me", {"quiet_from": 1300}).get_json()
    assert changed["shifts"]["day"]["quiet_from"] == 1300
    person.put("/v1/me/shift", {"name": "night"})
    assert person.put("/v1/me/shift", {"name": "day"})["quiet_from"] == 1300
    assert person.call("PUT", "/v1/me/shift", {"name": "moon"}).status_code == 422
    assert person.call("PUT", "/v1/me/shifts/moon", hours).status_code == 422
    assert person.call("PUT", "/v1/me/shifts/day", hours | {"work_from": 1440}).status_code == 422


@pytest.mark.parametrize(("zone", "far"), [("Europe/Helsinki", False), ("Europe/Moscow", True), ("Asia/Tokyo", True)])
def test_a_move_of_two_hours_is_travel(
    person: Person, committed: sessionmaker[Session], now: datetime, zone: str, far: bool
) -> None:
    person.call("PATCH", "/v1/me", {"zone": zone})  # Helsinki is one hour away, Moscow two
    with committed() as session:
        assert session.scalars(select(Patient.moved_at)).one() == (now if far else None)


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(0, 0, 204), (-3, -1, 422), (-30, 0, 204), (-31, 0, 422), (2, 1, 422), (0, 366, 204), (0, 367, 422)],
)
def test_bounds_of_a_pause(person: Person, first: int, last: int, status: int) -> None:
    days = {"first": (TODAY + first * DAY).isoformat(), "last": (TODAY + last * DAY).isoformat()}
    assert person.call("PUT", "/v1/me/pause", days | {"cause": "away"}).status_code == status


def test_a_pause_stops_what_is_due_and_is_one_entry_however_often_it_is_told(
    person: Person, committed: sessionmaker[Session], now: datetime, move: Move
) -> None:
    person.onboard()
    body = {"first": "2026-03-03", "last": "2026-03-05", "cause": "ill", "wanted": "off"}
    for minutes in (0, 5):
        move(now + timedelta(minutes=minutes))
        assert person.call("PUT", "/v1/me/pause", body).status_code == 204
    assert [each["kind"] for each in person.get("/v1/me/entries")["entries"]].count("away") == 1
    with committed.begin() as session:
        patient = session.scalars(select(Patient)).one()
        plans.store(session, patient, now + timedelta(minutes=6), catalog.load())
        for days in (1, 2, 3):
            tick(session, now + days * DAY)
        reasons = session.scalars(select(Occurrence.reason).where(Occurrence.kind == "routine")).all()
        assert set(reasons) == {"paused"}


@pytest.mark.parametrize(("sessions", "days", "hour"), [(5, 14, 18), (4, 14, None), (5, 13, None)])
def test_a_better_hour_is_suggested_after_two_weeks_and_five_sessions(
    person: Person, committed: sessionmaker[Session], now: datetime, move: Move, sessions: int, days: int, hour: int
) -> None:
    person.onboard()
    for day in range(sessions):
        at = now + (day + 1) * DAY + 8.5 * HOUR  # half past five in the afternoon: the hour of 17 in Paris
        move(at + HOUR)
        person.report(entry("session", at + HOUR, pre=2, peak=2, rpe=4))
    move(now + days * DAY + (0.5 * HOUR if days > 5 else DAY))
    found = person.get("/v1/me/reminders")["suggestion"]
    assert (found and found["hour"]) == hour
    assert all(each["minute"] == 480 for each in person.get("/v1/me/reminders")["reminders"])


def test_a_snooze_sent_twice_by_a_phone_that_was_offline_is_one(
    person: Person, committed: sessionmaker[Session], now: datetime, move: Move
) -> None:
    person.post("/v1/me/reminders", {"kind": "walk", "minute": 600})
    with committed.begin() as session:
        tick(session, now + HOUR + timedelta(minutes=1))
    move(now + HOUR + timedelta(minutes=2))
    (item,) = person.get("/v1/me/inbox")["items"]
    path = f"/v1/me/reminders/{item['id']}/snooze"
    first = person.post(path, {"minutes": 30})
    move(now + HOUR + timedelta(minutes=20))
    assert person.post(path, {"minutes": 30}) == first


def test_anything_the_person_does_ends_the_count_of_ignored_ones(
    person: Person, committed: sessionmaker[Session], now: datetime
) -> None:
    person.post("/v1/me/reminders", {"kind": "walk", "minute": 600})
    with committed.begin() as session:
        cursors.claim(session, session.scalars(select(Schedule.patient_id)).one(), now).ignored = 7
    person.report({**entry("steps", now, steps=4000), "id": str(uuid4())})
    with committed() as session:
        assert session.scalars(select(Cursor.ignored)).one() == 0


def test_working_hours_that_change_take_back_breaks_not_sent(
    person: Person, committed: sessionmaker[Session], now: datetime
) -> None:
    assert set(BREAKS) < set(KINDS)
    person.post("/v1/me/reminders", {"kind": "break_sitting", "every": 60})
    before = {each["fire_at"] for each in person.get("/v1/me/reminders")["upcoming"]}
    person.call("PATCH", "/v1/me", {"work_from": 600, "work_until": 720})
    after = {each["fire_at"] for each in person.get("/v1/me/reminders")["upcoming"]}
    assert 0 < len(after) < len(before)
