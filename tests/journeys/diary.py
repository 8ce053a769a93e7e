"""What people in the journeys tell: whole days of a diary, each entry with an id that is the same in every run."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from tests.coach.people import Person, entry
from tests.receivers.webpush import Receiver, Subscription

NAMESPACE = UUID("5f7c6c8e-0b0e-4f0c-9a55-3d2a6d1f5a10")
DESK = {"episode_day": "2026-01-10", "sit_h": 8}
A_SECOND = timedelta(seconds=1)


def told(kind: str, at: datetime, /, **body: Any) -> dict[str, Any]:
    """An entry whose id says what it is, so that a story told twice is the same log."""
    return entry(kind, at, **body) | {"id": str(uuid5(NAMESPACE, f"{kind} {at.isoformat()}"))}


def morning(at: datetime, pain: int = 3) -> list[dict[str, Any]]:
    """The day's red-flag card and how the back feels, which is one screen."""
    return [told("checkin", at), told("morning", at + A_SECOND, pain=pain)]


def training(at: datetime, peak: int = 2) -> dict[str, Any]:
    legs = {"leg_pre": 0, "leg_post": 0, "loc_pre": 0, "loc_post": 0}
    return told("session", at, pre=2, peak=peak, rpe=4, **legs)


def good_day(at: datetime) -> list[dict[str, Any]]:
    return [*morning(at), training(at + 2 * A_SECOND)]


def remind_only_of(person: Person, *wanted: str) -> None:
    """No reminder of another kind."""
    others = [kind for kind in person.get("/v1/me/reminders")["kinds"] if kind not in wanted]
    assert person.call("PUT", "/v1/me/reminders/stops", {"kinds": others}).status_code == 204


def connect(person: Person, receiver: Receiver) -> Subscription:
    """A phone of the person, registered for pushes."""
    phone = receiver.subscribe()
    body = {"endpoint": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
    answer = person.call("PUT", f"/v1/me/devices/{uuid4()}", body)
    assert answer.status_code == 204, answer.text
    return phone
