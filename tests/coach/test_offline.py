"""What has a defined outcome when a phone comes back: an expired token, a wrong clock, another zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.models.people import Account
from coach.models.reminders import Delivery
from programs import catalog
from tests.coach.people import PASSWORD, Person, entry
from tests.patients import receiver_key
from tests.ticks import tick
from workers.adaptation import adapt_due

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]


def test_with_an_expired_access_token_the_queue_goes_after_one_refresh(person: Person, now: datetime) -> None:
    person.onboard()
    queue = [entry("checkin", now), entry("morning", now, pain=3)]
    person.tokens["access_token"] += "x"
    refused = person.call("POST", "/v1/me/entries", {"entries": queue})
    assert (refused.status_code, refused.get_json()["type"]) == (401, "/problems/not-logged-in")

    person.tokens = _refresh(person).get_json()
    assert _statuses(person.report(*queue)) == ["stored", "stored"]


def test_with_an_expired_refresh_token_the_queue_goes_after_a_new_log_in(
    person: Person, committed: Sessions, now: datetime
) -> None:
    person.onboard()
    queue = [entry("checkin", now), entry("morning", now, pain=3)]
    person.report(queue[0])  # its answer was lost
    with committed.begin() as session:
        session.execute(text("UPDATE refresh_token SET expires_at = created_at"))
        email = session.scalars(select(Account.email).where(Account.role == "patient")).one()
    refused = _refresh(person)
    assert (refused.status_code, refused.get_json()["type"]) == (401, "/problems/refresh-refused")

    person.log_in(email, PASSWORD)
    assert _statuses(person.report(*queue)) == ["same", "stored"]


def test_a_clock_a_day_ahead_is_told_and_mended_under_the_same_id(person: Person, now: datetime) -> None:
    person.onboard()
    wrong = entry("morning", now + timedelta(days=1), pain=3)
    (result,) = person.report(wrong)["results"]
    assert (result["status"], list(result["errors"])) == ("invalid", ["occurred_at"])

    service_now = datetime.fromisoformat(person.call("GET", "/v1/me").headers["Server-Time"])
    ahead = datetime.fromisoformat(wrong["occurred_at"]) - service_now
    right = wrong | {
        "occurred_at": (datetime.fromisoformat(wrong["occurred_at"]) - ahead).isoformat(),
        "local_day": service_now.date().isoformat(),
    }
    assert _statuses(person.report(right)) == ["stored"]


def test_a_red_flag_under_a_wrong_clock_locks_today(person: Person, now: datetime) -> None:
    person.onboard()
    for shift in (timedelta(days=1), timedelta(days=-40)):
        alarm = entry("checkin", now + shift, answers={"RF01": "yes"})
        answer = person.report(alarm)
        assert _statuses(answer) == ["stored"]
        assert "occurred_at" in answer["results"][0]["mended"]
        assert answer["lock"] == "EMERGENCY"


def test_a_clock_a_day_behind_opens_no_gate_of_today(person: Person, now: datetime, move: Move) -> None:
    person.onboard()
    move(now + timedelta(days=1))
    assert _statuses(person.report(entry("checkin", now))) == ["stored"]  # it says yesterday, and may be right

    today = person.get("/v1/me/sync")["days"][0]
    assert (today["day"], today["answered"], today["status"]) == ("2026-03-03", False, "unanswered")


def test_each_entry_keeps_the_zone_of_its_moment_and_no_day_runs_back(
    person: Person, committed: Sessions, config: Config, move: Move
) -> None:
    """Paris to Tokyo to New York: what was told on the way counts to the day it was told on."""
    person.onboard()
    in_tokyo = datetime(2026, 3, 2, 20, tzinfo=UTC)  # the morning of the third there
    move(in_tokyo)
    day = in_tokyo.date() + timedelta(days=1)
    told = entry("morning", in_tokyo, zone="Asia/Tokyo", day=day, pain=3)
    assert _statuses(person.report(told)) == ["stored"]
    assert person.call("PATCH", "/v1/me", {"zone": "Asia/Tokyo"}).status_code == 200
    assert person.get("/v1/me/sync")["days"][0]["day"] == "2026-03-03"

    adapt_due(committed, config, catalog.load())
    assert person.call("PATCH", "/v1/me", {"zone": "America/New_York"}).status_code == 200
    found = person.get("/v1/me/sync")
    assert found["me"]["zone"] == "America/New_York"
    assert found["days"][0]["day"] == "2026-03-03"  # the day that has begun goes on
    assert [each["local_day"] for each in found["entries"]] == ["2026-03-03"]


def test_a_zone_and_a_day_that_cannot_be_are_told(person: Person, now: datetime) -> None:
    person.onboard()
    lost = entry("morning", now, zone="Mars/Base", pain=3)
    far = entry("morning", now, day=(now - timedelta(days=3)).date(), pain=3)
    found = person.report(lost, far)["results"]

    assert [list(each["errors"]) for each in found] == [["zone"], ["local_day"]]


@pytest.mark.parametrize(("hours", "pushed"), [(1, 0), (47, 0), (49, 1)])
def test_a_device_that_shows_reminders_itself_gets_no_push_for_two_days(
    person: Person, committed: Sessions, now: datetime, hours: int, pushed: int
) -> None:
    _register(person, "walk")
    at = now + timedelta(hours=hours)
    rule = {"kind": "walk", "minute": (at.hour + 1) * 60 + 5, "on_day": at.date().isoformat()}
    assert person.call("POST", "/v1/me/reminders", rule).status_code == 201
    with committed.begin() as session:  # the phone has synced after the change
        session.execute(text("UPDATE schedule SET since = since - interval '1 minute'"))
        tick(session, at + timedelta(minutes=6))
        assert len(session.scalars(select(Delivery)).all()) == pushed


def test_a_reminder_changed_since_the_devices_last_sync_is_pushed(
    person: Person, committed: Sessions, now: datetime, move: Move
) -> None:
    _register(person, "walk")
    move(now + timedelta(hours=1))
    rule = {"kind": "walk", "minute": 12 * 60, "on_day": "2026-03-02"}  # on the other phone
    assert person.call("POST", "/v1/me/reminders", rule).status_code == 201
    with committed.begin() as session:
        tick(session, now + timedelta(hours=3, minutes=2))
        assert len(session.scalars(select(Delivery)).all()) == 1


def _register(person: Person, *kinds: str) -> None:
    form = {"endpoint": "https://push.example.org/1", "p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    answer = person.call("PUT", f"/v1/me/devices/{uuid4()}", form | {"local_timers": list(kinds)})
    assert answer.status_code == 204


def _refresh(person: Person) -> Any:
    client: FlaskClient = person.client
    return client.post("/v1/auth/refresh", json={"refresh_token": person.tokens["refresh_token"]})


def _statuses(answer: Any) -> list[str]:
    return [each["status"] for each in answer["results"]]
