"""What a browser or an app must send to register, and what is refused by its field."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from coach.api.schemas import reminders as wire
from coach.config import Config
from coach.models.reminders import Device
from coach.services import devices
from coach.services.problems import Problem
from tests.patients import patient, receiver_key

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GOOD = {"endpoint": "https://push.example.org/x", "p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "http://push.example.org/x"),
        ("endpoint", "https://user@push.example.org/x"),
        ("endpoint", "https://push.example.org/x#part"),
        ("endpoint", "https:///x"),
        ("endpoint", "https://push.example.org:99999/x"),
        ("endpoint", "https://[::1/x"),
        ("endpoint", "https://push.example.org/ä"),
        ("endpoint", "https://push.example.org/x y"),
        ("endpoint", "https://push.example.org/" + "x" * 1000),
        ("endpoint", ""),
        ("p256dh", "not base64!"),
        ("p256dh", devices.encoded(b"\x04" + b"\x01" * 64)),  # not on the curve
        ("p256dh", ""),
        ("auth", devices.encoded(b"fifteen bytes.."[:15])),
        ("auth", "a"),
        ("auth", ""),
    ],
)
def test_a_bad_subscription_is_refused_by_its_field(session: Session, field: str, value: str) -> None:
    owner = patient(session, NOW)
    values: dict[str, Any] = GOOD | {field: value}
    with pytest.raises(Problem) as refused:
        devices.register(session, owner, uuid4(), **values, now=NOW)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("provider", "token"),
    [
        ("fcm", "short"),
        ("fcm", "x" * 1025),
        ("fcm", "x" * 100 + " "),
        ("fcm", "x" * 100 + "/../y"),
        ("apns", "ab" * 31),
        ("apns", "xy" * 32),
        ("apns", "ab" * 101),
        ("apns", "../" * 30),
        ("apns", ""),
    ],
)
def test_a_token_that_is_none_is_refused(session: Session, provider: str, token: str) -> None:
    owner = patient(session, NOW)
    with pytest.raises(Problem) as refused:
        devices.register(session, owner, uuid4(), provider=provider, token=token, now=NOW)
    assert list(refused.value.fields) == ["token"]


def test_native_apps_register_with_their_token_and_what_they_show_by_themselves(session: Session) -> None:
    owner, android, iphone = patient(session, NOW), uuid4(), uuid4()
    devices.register(session, owner, android, provider="fcm", token="d:A-b_1" * 20, now=NOW)
    timers = ["routine", "checkin", "routine"]
    apple = {"provider": "apns", "token": "AB" * 32, "sandbox": True}
    devices.register(session, owner, iphone, **apple, local_timers=timers, now=NOW)
    row = session.get_one(Device, (owner.id, android))
    assert (row.provider, row.endpoint, row.p256dh, row.local_timers) == ("fcm", "d:A-b_1" * 20, "", [])
    row = session.get_one(Device, (owner.id, iphone))
    assert (row.provider, row.endpoint, row.sandbox) == ("apns", "ab" * 32, True)
    assert row.local_timers == ["checkin", "routine"]


def test_a_device_may_change_its_provider_and_a_token_its_person(session: Session) -> None:
    ana, ben, device_id = patient(session, NOW), patient(session, NOW), uuid4()
    devices.register(session, ana, device_id, **GOOD, now=NOW)
    devices.register(session, ana, device_id, provider="fcm", token="t" * 100, local_timers=["routine"], now=NOW)
    devices.register(session, ben, device_id, provider="fcm", token="t" * 100, now=NOW)
    session.expire_all()
    row = session.get_one(Device, (ana.id, device_id))
    assert (row.state, row.endpoint, row.p256dh, row.local_timers) == ("removed", "", "", [])
    assert session.get_one(Device, (ben.id, device_id)).state == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider": "pigeon"}, "provider"),
        ({"provider": ["apns"]}, "provider"),
        ({"provider": "fcm"}, "token"),
        ({"provider": "fcm", "token": "t" * 100, "sandbox": True}, "sandbox"),
        ({"provider": "apns", "token": "ab" * 32, "sandbox": "yes"}, "sandbox"),
        ({"provider": "apns", "token": "ab" * 32, "local_timers": ["sermon"]}, "local_timers"),
        ({"provider": "fcm", "token": "t" * 100, "local_timers": ["routine"] * 30}, "local_timers"),
        ({"provider": "webpush", "token": "t" * 100}, "token"),
        (GOOD | {"provider": "fcm"}, "endpoint"),
        ([], "_schema"),
    ],
)
def test_the_wire_tells_providers_apart(body: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        wire.Device().load(body)
    assert field in refused.value.normalized_messages()


def test_without_a_provider_it_is_a_browser() -> None:
    assert wire.Device().load(GOOD) == GOOD | {"provider": "webpush", "local_timers": []}


def test_padding_is_accepted_and_registering_twice_is_one_device(session: Session) -> None:
    owner, device_id = patient(session, NOW), uuid4()
    for _ in range(2):
        padded = GOOD | {"auth": GOOD["auth"] + "=="}
        devices.register(session, owner, device_id, **padded, now=NOW)
    assert session.get_one(Device, (owner.id, device_id)).auth == GOOD["auth"]


def test_the_public_key_is_a_point_a_browser_accepts(config: Config) -> None:
    key = devices.public_key(config.vapid_key_file)
    assert key is not None
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), devices.decoded(key))
    assert devices.public_key(None) is None
