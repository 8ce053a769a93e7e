"""Firebase Cloud Messaging, HTTP v1: messages to Android apps, and the access token they are sent with."""

import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from coach.config import Config
from coach.services.deliveries import Handover
from workers.push.client import Answer, Client
from workers.push.outcome import (
    STOPPED,
    Accepted,
    Ambiguous,
    Expired,
    Outcome,
    Refused,
    TokenGone,
    TryLater,
    asked_wait,
    hand_over,
)

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE_S = 3600  # the most that Google takes
RENEW_EARLIER_S = 300  # than a token ends
TOKEN_LIFE_LONGEST_S = 24 * 3600
QUOTA_WAIT = timedelta(seconds=60)  # where 429 names no wait: the quota is counted by the minute
PRIORITY = {"very-low": "NORMAL", "low": "NORMAL", "normal": "HIGH", "high": "HIGH"}  # NORMAL may wait for hours


class Fcm:
    """One project; one access token for all messages of a process."""

    def __init__(self, client: Client, account_file: Path, url: str) -> None:
        account = _account(account_file)
        self._client = client
        self._access = Access(client, account)
        self._url = f"{url}/v1/projects/{account['project_id']}/messages:send"

    @classmethod
    def from_config(cls, client: Client, config: Config) -> "Fcm":
        if config.fcm_service_account_file is None:
            raise LookupError("COACH_FCM_SERVICE_ACCOUNT_FILE")
        return cls(client, config.fcm_service_account_file, config.fcm_url)

    def address(self, handover: Handover) -> str:
        return self._url

    async def send(self, handover: Handover) -> Outcome:
        """Hands one message over. Only an access token that is refused is renewed and tried again here, once."""
        if handover.ttl_s <= 0:
            return Expired()
        for last_try in (False, True):
            token = await self._access.token()
            if not isinstance(token, str):
                return token
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = await hand_over(self._client, self._url, headers, message(handover))
            if not isinstance(answer, Answer):
                return answer
            if answer.status != 401 or last_try or _reason(answer) == "THIRD_PARTY_AUTH_ERROR":
                return outcome_of(answer)
            self._access.drop(token)
        raise AssertionError("the last try returns")


class Access:
    """The OAuth token of a service account: asked for once, shared by all sends, renewed before it ends."""

    def __init__(self, client: Client, account: dict[str, str]) -> None:
        self._client = client
        self._account = account
        self._token = ""
        self._ends = 0.0  # monotonic
        self._renewing: asyncio.Task[str | Outcome] | None = None

    async def token(self) -> str | Outcome:
        """The token, or the outcome for a message that cannot be sent without one."""
        if self._token and time.monotonic() < self._ends:
            return self._token
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
        return await asyncio.shield(self._renewing)

    def drop(self, token: str) -> None:
        """It was refused; unless another send has renewed it already, the next one does."""
        if token == self._token:
            self._token = ""

    async def _renew(self) -> str | Outcome:
        now, to = int(time.time()), self._account["token_uri"]
        claims = {"iss": self._account["client_email"], "scope": SCOPE, "aud": to, "iat": now}
        key_id = {"kid": self._account["private_key_id"]} if "private_key_id" in self._account else None
        claims |= {"exp": now + ASSERTION_LIFE_S}
        assertion = jwt.encode(claims, self._account["private_key"], algorithm="RS256", headers=key_id)
        body = urlencode({"grant_type": GRANT, "assertion": assertion}).encode()
        answer = await hand_over(self._client, to, {"Content-Type": "application/x-www-form-urlencoded"}, body)
        if isinstance(answer, Ambiguous):
            return TryLater(reason="no_access_token")  # the message itself has not been sent
        if not isinstance(answer, Answer):
            return answer
        if answer.status in (400, 401, 403):  # our account is not known, or our clock is wrong
            return TryLater(answer.status, STOPPED, "access_refused", everyone=True)
        try:
            given = json.loads(answer.body)
            token, life = given["access_token"], min(int(given["expires_in"]), TOKEN_LIFE_LONGEST_S)
        except (ValueError, KeyError, TypeError):
            return TryLater(max(answer.status, 500), asked_wait(answer), "no_access_token")
        self._token, self._ends = str(token), time.monotonic() + max(life - RENEW_EARLIER_S, 1)
        return self._token


def message(handover: Handover) -> bytes:
    """No health data: a lock screen shows it. An app on iOS or in a browser may hold an FCM token as well."""
    name, ttl = handover.collapse_id, handover.ttl_s
    ends = str(int(time.time()) + ttl)
    quiet = PRIORITY[handover.urgency] == "NORMAL"
    android = {
        "collapse_key": name,  # a newer one replaces what is not yet delivered
        "notification": {"tag": name},  # and what is shown
        "ttl": f"{ttl}s",
        "priority": PRIORITY[handover.urgency],
    }
    apple = {"apns-collapse-id": name, "apns-expiration": ends, "apns-priority": "5" if quiet else "10"}
    browser = {"TTL": str(ttl), "Urgency": handover.urgency, "Topic": name}
    return json.dumps(
        {
            "message": {
                "token": handover.endpoint,
                "notification": {"body": handover.text},
                "data": {"id": name, "expires_at": handover.expires_at.isoformat()},
                "android": android,
                "apns": {"headers": apple},
                "webpush": {"headers": browser, "notification": {"tag": name}},
            }
        }
    ).encode()


def outcome_of(answer: Answer) -> Outcome:
    """What FCM's status and error code mean ("FCM Error Codes", "Scale FCM messages")."""
    status, reason = answer.status, _reason(answer)
    match status:
        case 200:
            return Accepted(status)
        case 400:
            return Refused(status, reason, suspect=_is_of_the_token(answer))
        case 403 | 404 if reason in ("SENDER_ID_MISMATCH", "UNREGISTERED"):  # of another project; of no app
            return TokenGone(status, reason)
        case 401 if reason == "THIRD_PARTY_AUTH_ERROR":  # Google's key for Apple or a browser; Android goes on
            return TryLater(status, STOPPED, reason)
        case 401 | 403 | 404:  # our account, or our project
            return TryLater(status, STOPPED, reason, everyone=True)
        case 429:
            return TryLater(status, asked_wait(answer) or QUOTA_WAIT, reason, everyone=True)
        case _ if status >= 500:
            wait = asked_wait(answer)
            return TryLater(status, wait, reason, everyone=bool(wait))
    return Refused(status, reason)


def _reason(answer: Answer) -> str | None:
    """FCM's own error code if there is one, else Google's status."""
    error = _error(answer)
    codes = [each.get("errorCode") for each in _details(error) if str(each.get("@type", "")).endswith("FcmError")]
    found = next((code for code in codes if code), None) or error.get("status")
    return str(found)[:40] if found else None


def _is_of_the_token(answer: Answer) -> bool:
    """400 comes for a token that is none, and for a message that is none: "details" tells which."""
    error = _error(answer)
    violations = [field for each in _details(error) for field in each.get("fieldViolations") or () if field]
    if violations:
        return any(isinstance(each, dict) and each.get("field") == "message.token" for each in violations)
    return any(each.get("errorCode") == "INVALID_ARGUMENT" for each in _details(error))


def _error(answer: Answer) -> dict[str, Any]:
    try:
        error = json.loads(answer.body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    details = error.get("details")
    return [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []


def _account(path: Path) -> dict[str, str]:
    """The service account's file as Google gives it. Raises ValueError that names the file."""
    try:
        account = json.loads(path.read_text("utf-8"))
        texts = {name: account[name] for name in ("project_id", "client_email", "private_key", "token_uri")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError
        key = load_pem_private_key(texts["private_key"].encode(), password=None)
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path}: must be a service account's file with its private key") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path}: must hold an RSA key")
    key_id = account.get("private_key_id")
    return texts | ({"private_key_id": key_id} if isinstance(key_id, str) else {})
