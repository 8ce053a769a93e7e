"""Where a patient's pushes go, and the public key under which a browser subscribes to them."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Delivery, Device
from coach.services.problems import Problem, invalid, not_found

MOST_DEVICES = 10  # of one patient; the one not seen for longest makes room
ENDPOINT_LONGEST = 1024
TOKENS = {"fcm": r"[0-9A-Za-z_:.-]{20,1024}", "apns": r"[0-9a-f]{64,200}"}
WIPED: dict[str, Any] = {"endpoint": "", "p256dh": "", "auth": "", "suspect_at": None, "local_timers": []}


@dataclass(frozen=True)
class Address:
    """Where a provider takes messages for one device. Made, and checked, by `address`."""

    provider: str
    endpoint: str
    p256dh: str = ""
    auth: str = ""
    sandbox: bool = False


def address(provider: str, **words: Any) -> Address:
    """From a Web Push subscription (`endpoint`, `p256dh`, `auth`) or from a `token` of FCM or APNs. Raises Problem."""
    return _web_push(**words) if provider == "webpush" else _token(provider, **words)


def _web_push(endpoint: str, p256dh: str, auth: str) -> Address:
    """As a browser or a UnifiedPush distributor gives it, keys as base64url."""
    _check_endpoint(endpoint)
    _check_keys(p256dh, auth)
    return Address("webpush", endpoint, p256dh.rstrip("="), auth.rstrip("="))


def _token(provider: str, token: str, sandbox: bool = False) -> Address:
    """A registration token of FCM, or a device token of APNs in hexadecimal."""
    if provider == "apns":
        token = token.lower()
    if not re.fullmatch(TOKENS[provider], token):
        raise invalid("token", "must be the token as the phone's system gave it")
    return Address(provider, token, sandbox=sandbox)


def register(
    session: Session,
    patient: Patient,
    device_id: UUID,
    *,
    provider: str = "webpush",
    local_timers: Sequence[str] = (),
    now: datetime,
    **words: Any,
) -> None:
    """Makes or renews where one device is reached, in the words of `address`; it leaves whoever had it before.

    `local_timers`: kinds of reminder that the device shows by itself. Raises Problem.
    """
    at = address(provider, **words)
    # Two people registering one address at the same moment wait for each other here.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(at.endpoint, 0))))
    taken = (Device.endpoint == at.endpoint, (Device.patient_id != patient.id) | (Device.id != device_id))
    session.execute(update(Device).where(*taken).values(state="removed", **WIPED))
    values = asdict(at) | {
        "state": "active",
        "seen_at": now,
        "suspect_at": None,
        "local_timers": sorted(set(local_timers)),
    }
    row = insert(Device).values(patient_id=patient.id, id=device_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["patient_id", "id"], set_=values))
    _make_room(session, patient.id, now)


def remove(session: Session, patient_id: UUID, device_id: UUID, now: datetime) -> None:
    """Ends a registration and wipes its address; what waits for it is not sent. Raises Problem 404."""
    found = session.execute(
        update(Device)
        .where(Device.patient_id == patient_id, Device.id == device_id, Device.state == "active")
        .values(state="removed", **WIPED)
        .returning(Device.id)
    )
    if found.first() is None:
        raise not_found()
    _stop(session, patient_id, [device_id], now)


def active(session: Session, patient_id: UUID) -> int:
    """How many devices of a patient get pushes."""
    mine = (Device.patient_id == patient_id, Device.state == "active")
    return session.scalar(select(func.count()).select_from(Device).where(*mine)) or 0


@cache
def public_key(path: Path | None) -> str | None:
    """The VAPID public key as base64url, from COACH_VAPID_KEY_FILE; None if Web Push is off."""
    return None if path is None else encoded(raw_public(vapid_key(path)))


def vapid_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key that signs our pushes. Raises ValueError that names the file."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise ValueError(f"{path}: must hold a private key in PEM, without a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path}: must hold a P-256 key")
    return key


def raw_public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """65 bytes: the uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes of base64url with or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64url") from error


def _check_endpoint(endpoint: str) -> None:
    """Only its form: where the name leads is looked at when something is sent."""
    problem: Problem | None = None
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        raise invalid("endpoint", "must be a URL") from None
    if len(endpoint) > ENDPOINT_LONGEST:
        problem = invalid("endpoint", f"must have at most {ENDPOINT_LONGEST} characters")
    elif parts.scheme != "https" or not parts.hostname or parts.username or parts.password or parts.fragment:
        problem = invalid("endpoint", "must be an https URL without user or fragment")
    elif not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        problem = invalid("endpoint", "must be printable ASCII")
    if problem:
        raise problem


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(p256dh))
    except ValueError:
        raise invalid("p256dh", "must be a P-256 point in base64url") from None
    try:
        length = len(decoded(auth))
    except ValueError:
        length = 0
    if length != 16:
        raise invalid("auth", "must be 16 bytes in base64url")


def _make_room(session: Session, patient_id: UUID, now: datetime) -> None:
    active = (Device.patient_id == patient_id, Device.state == "active")
    oldest = select(Device.id).where(*active).order_by(Device.seen_at.desc(), Device.id).offset(MOST_DEVICES)
    too_many = list(session.scalars(oldest))
    if too_many:
        mine = (Device.patient_id == patient_id, Device.id.in_(too_many))
        session.execute(update(Device).where(*mine).values(state="removed", **WIPED))
        _stop(session, patient_id, too_many, now)


def _stop(session: Session, patient_id: UUID, device_ids: list[UUID], now: datetime) -> None:
    waiting = (
        Delivery.patient_id == patient_id,
        Delivery.device_id.in_(device_ids),
        Delivery.state == "pending",
    )
    session.execute(update(Delivery).where(*waiting).values(state="cancelled", finished_at=now))
