"""Web Push: encryption (RFC 8291), signature (RFC 8292), delivery (RFC 8030); UnifiedPush speaks the same."""

import json
import os
import struct
import time
from collections import OrderedDict
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coach.config import Config
from coach.services.deliveries import Handover
from coach.services.devices import decoded, encoded, raw_public, vapid_key
from workers.push.client import Answer, Client, origin
from workers.push.outcome import Accepted, Expired, Outcome, Refused, TokenGone, TryLater, asked_wait, hand_over

RECORD_SIZE = 4096  # one record holds every message of ours
TOKEN_LIFE_S, TOKEN_RENEW_S = 12 * 3600, 3600  # RFC 8292 allows 24 h
MOST_TOKENS = 1024  # origins remembered


class WebPush:
    """One sender for all browsers; signs once for each push service."""

    def __init__(self, client: Client, key_file: Path, subject: str) -> None:
        self._client = client
        self._key = vapid_key(key_file)
        self._public = encoded(raw_public(self._key))
        self._subject = subject
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()

    @classmethod
    def from_config(cls, client: Client, config: Config) -> "WebPush":
        if config.vapid_key_file is None or config.vapid_subject is None:
            raise LookupError("COACH_VAPID_KEY_FILE")
        return cls(client, config.vapid_key_file, config.vapid_subject)

    def address(self, handover: Handover) -> str:
        return handover.endpoint

    async def send(self, handover: Handover) -> Outcome:
        """Hands one message over; every answer is an outcome. Only a smaller message is tried again here."""
        if handover.ttl_s <= 0:
            return Expired()
        outcome, answer = await self._post(handover, _message(handover))
        if answer is not None and answer.status == 413:  # too large for this service: only what wakes the app
            outcome, _ = await self._post(handover, _smallest(handover))
        return outcome

    async def _post(self, handover: Handover, message: bytes) -> tuple[Outcome, Answer | None]:
        try:
            body = encrypt(message, decoded(handover.p256dh), decoded(handover.auth))
        except ValueError:  # no key of a browser
            return Refused(reason="keys_broken"), None
        headers = {
            "TTL": str(handover.ttl_s),
            "Urgency": handover.urgency,
            "Topic": handover.collapse_id,  # a newer message of this name replaces an undelivered one
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": f"vapid t={self._token(handover.endpoint)}, k={self._public}",
        }
        answer = await hand_over(self._client, handover.endpoint, headers, body)
        return (outcome_of(answer), answer) if isinstance(answer, Answer) else (answer, None)

    def _token(self, endpoint: str) -> str:
        """Who we are, signed for one push service; on the real clock, which is theirs."""
        audience, now = origin(endpoint).removesuffix(":443"), time.time()  # RFC 6454: without the usual port
        token, ends = self._tokens.get(audience, ("", 0.0))
        if ends - now < TOKEN_RENEW_S:
            ends = now + TOKEN_LIFE_S
            claims = {"aud": audience, "exp": int(ends), "sub": self._subject}
            token = jwt.encode(claims, self._key, algorithm="ES256")
            self._tokens[audience] = (token, ends)
            while len(self._tokens) > MOST_TOKENS:
                self._tokens.popitem(last=False)
        return token


def outcome_of(answer: Answer) -> Outcome:
    """What a push service's status means (RFC 8030 and the services' own pages)."""
    status = answer.status
    if 200 <= status < 300:
        return Accepted(status)
    if status in (404, 410):
        return TokenGone(status)
    if status == 429 or status >= 500:
        return TryLater(status, asked_wait(answer))
    return Refused(status)  # our signature, our encryption, or a redirect, which we do not follow


def encrypt(
    message: bytes,
    receiver: bytes,
    auth: bytes,
    *,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body for one subscription. Key and salt are new for each message; only tests give them.

    Raises ValueError if `receiver` is not a P-256 point.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    sender = raw_public(key)
    secret = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver))
    material = _derive(auth, secret, b"WebPush: info\0" + receiver + sender, 32)
    content_key = _derive(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, material, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", RECORD_SIZE, len(sender)) + sender
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _message(handover: Handover) -> bytes:
    """No health data: a push service cannot read it, but a lock screen shows it."""
    expires_at = handover.expires_at.isoformat()
    return json.dumps({"id": handover.collapse_id, "text": handover.text, "expires_at": expires_at}).encode()


def _smallest(handover: Handover) -> bytes:
    return json.dumps({"id": handover.collapse_id}).encode()
