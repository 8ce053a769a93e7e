"""What a browser must send to register, and what is refused by its field."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

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
