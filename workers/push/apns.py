"""Apple's push service, HTTP/2 with a provider token that every worker makes alike."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from coach.config import Config
from coach.services.deliveries import Handover
from coach.services.devices import vapid_key
from workers.push.client import Answer, Client
from workers.push.outcome import (
    STOPPED,
    Accepted,
    Expired,
    Outcome,
    Refused,
    TokenGone,
    TryLater,
    asked_wait,
    hand_over,
)

TOKEN_LIFE_S = 50 * 60  # Apple refuses one older than an hour
RENEWED_AGAIN_S = 20 * 60  # Apple refuses who renews more often
SAME_DEVICE_WAIT = timedelta(seconds=60)
PRIORITY = {"very-low": "5", "low": "5", "normal": "10", "high": "10"}  # 5 spares the battery and may wait
RECONNECT = {"IdleTimeout", "Shutdown", "TooManyProviderTokenUpdates"}
# Each means that our key or our settings are wrong, for every message: an operator mends that in minutes.
OURS = {"BadTopic", "MissingTopic", "TopicDisallowed", "MissingProviderToken", "InvalidProviderToken"}
OURS |= {"BadCertificate", "BadCertificateEnvironment", "Forbidden", "UnrelatedKeyIdInToken"}
OURS |= {"ExpiredProviderToken", "BadEnvironmentKeyIdInToken"}

logger = structlog.get_logger()


class Apns:
    """One app under one key, in both of Apple's environments."""

    def __init__(self, client: Client, signer: "Signer", topic: str, url: str, sandbox_url: str) -> None:
        self._client = client
        self._signer = signer
        self._topic = topic
        self._urls = {False: url, True: sandbox_url}

    @classmethod
    def from_config(cls, client: Client, config: Config) -> "Apns":
        key_file, key_id, team = config.apns_key_file, config.apns_key_id, config.apns_team_id
        if not (key_file and key_id and team and config.apns_topic):
            raise LookupError("COACH_APNS_KEY_FILE")
        return cls(client, Signer(key_file, key_id, team), config.apns_topic, config.apns_url, config.apns_sandbox_url)

    def address(self, handover: Handover) -> str:
        return f"{self._urls[handover.sandbox]}/3/device/{handover.endpoint}"

    async def send(self, handover: Handover) -> Outcome:
        """Hands one message over. Tried again here, once: under a new token, in the other environment."""
        if handover.ttl_s <= 0:
            return Expired()
        token = self._signer.token()
        answer = await self._post(handover, handover.sandbox, token)
        if isinstance(answer, Answer) and reason(answer) == "ExpiredProviderToken" and self._signer.renew(token):
            answer = await self._post(handover, handover.sandbox, self._signer.token())
        if isinstance(answer, Answer) and reason(answer) == "BadDeviceToken":
            return await self._elsewhere(handover, answer)
        return outcome_of(answer) if isinstance(answer, Answer) else answer

    async def _elsewhere(self, handover: Handover, refusal: Answer) -> Outcome:
        """A build from Xcode registers with the sandbox, the same app from the store does not."""
        answer = await self._post(handover, not handover.sandbox, self._signer.token())
        if not isinstance(answer, Answer):
            return answer
        if answer.status == 200:
            logger.warning("apns_other_environment", device=str(handover.key.device_id), sandbox=not handover.sandbox)
            return Accepted(200)
        return TokenGone(refusal.status, reason(refusal))

    async def _post(self, handover: Handover, sandbox: bool, token: str) -> Answer | Outcome:
        url = f"{self._urls[sandbox]}/3/device/{handover.endpoint}"
        headers = {
            "authorization": f"bearer {token}",
            "apns-topic": self._topic,
            "apns-push-type": "alert",
            "apns-priority": PRIORITY[handover.urgency],
            "apns-expiration": str(int(time.time()) + handover.ttl_s),
            "apns-collapse-id": handover.collapse_id,  # a newer one replaces the one shown
        }
        answer = await hand_over(self._client, url, headers, message(handover))
        if isinstance(answer, Answer) and reason(answer) in RECONNECT:
            self._client.forget(url)
        return answer


class Signer:
    """The provider token. Its time is rounded and its signature has no chance in it (RFC 6979), so that all workers
    on all machines send the same one, which Apple asks for, without a place to share it."""

    def __init__(self, key_file: Path, key_id: str, team: str) -> None:
        self._key = vapid_key(key_file)
        self._head = _part({"alg": "ES256", "kid": key_id})
        self._team = team
        self._issued_at, self._token = 0, ""
        self._renewed_at = 0

    def token(self) -> str:
        """On the real clock, which is Apple's."""
        now = int(time.time())
        issued_at = max(now - now % TOKEN_LIFE_S, self._renewed_at)
        if issued_at != self._issued_at:
            self._issued_at, self._token = issued_at, self._signed(issued_at)
        return self._token

    def renew(self, refused: str) -> bool:
        """A token of this very second, if Apple calls `refused` old; not twice within 20 minutes."""
        now = int(time.time())
        if refused != self.token():  # another message has renewed it meanwhile
            return True
        if now - self._renewed_at < RENEWED_AGAIN_S:
            return False
        self._renewed_at = now
        return True

    def _signed(self, issued_at: int) -> str:
        unsigned = f"{self._head}.{_part({'iss': self._team, 'iat': issued_at})}"
        der = self._key.sign(unsigned.encode(), ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return f"{unsigned}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def message(handover: Handover) -> bytes:
    """No health data: a lock screen shows it."""
    aps: dict[str, Any] = {"alert": {"body": handover.text}}
    if PRIORITY[handover.urgency] == "10":
        aps["sound"] = "default"
    expires_at = handover.expires_at.isoformat()
    return json.dumps({"aps": aps, "id": handover.collapse_id, "expires_at": expires_at}).encode()


def outcome_of(answer: Answer) -> Outcome:
    """What APNs' status and reason mean ("Handling notification responses from APNs")."""
    status, why = answer.status, reason(answer)
    if why in OURS:
        return TryLater(status, STOPPED, why, everyone=True)
    match status:
        case 200:
            return Accepted(status)
        case 400 if why in ("BadDeviceToken", "DeviceTokenNotForTopic"):  # no token of this app
            return TokenGone(status, why)
        case 410:
            return TokenGone(status, why, _since(answer))
        case 429 if why == "TooManyProviderTokenUpdates":
            return TryLater(status, timedelta(seconds=RENEWED_AGAIN_S), why, everyone=True)
        case 429:
            return TryLater(status, asked_wait(answer) or SAME_DEVICE_WAIT, why)
        case _ if status >= 500 or why == "IdleTimeout":
            return TryLater(status, asked_wait(answer), why)
    return Refused(status, why)


def reason(answer: Answer) -> str | None:
    found = _body(answer).get("reason")
    return str(found)[:40] if found else None


def _since(answer: Answer) -> datetime | None:
    """When APNs learnt that the token is none any more, in milliseconds; None if that cannot be read."""
    try:
        return datetime.fromtimestamp(int(_body(answer)["timestamp"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _body(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(values: dict[str, Any]) -> str:
    return _base64(json.dumps(values, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
