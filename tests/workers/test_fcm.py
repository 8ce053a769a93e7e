"""FCM against a stand-in, row by row of Google's "FCM Error Codes" and "Scale FCM messages" (HTTP v1)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.config import Config
from coach.services.deliveries import Handover
from tests.receivers.fcm import Phone, Receiver
from tests.workers.test_webpush import NAME, handover, send
from workers.push import client
from workers.push import fcm as provider
from workers.push.outcome import STOPPED, Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater
from workers.push.sender import Sender

MINUTE = timedelta(minutes=1)
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


def to(phone: Phone, **values: Any) -> Handover:
    made = handover(provider="fcm", endpoint=phone.endpoint, p256dh="", auth="")
    return replace(made, **values)


def refusal(status: int, canonical: str, code: str | None = None, field: str | None = None) -> dict[str, Any]:
    """An error as Google's APIs give it, with FCM's own code and the wrong field among the details."""
    details: list[dict[str, Any]] = []
    if code:
        details.append({"@type": FCM_ERROR, "errorCode": code})
    if field:
        details.append({"@type": BAD_REQUEST, "fieldViolations": [{"field": field, "description": "wrong"}]})
    error = {"code": status, "message": "some words", "status": canonical, "details": details}
    return {"status": status, "body": {"error": error}}


def test_a_stranger_takes_what_we_send(native: Sender, fcm: Receiver) -> None:
    phone = fcm.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    (message,) = fcm.messages(phone)
    assert message["text"] == {
        "notification": {"body": "Your short routine is ready."},
        "data": {"id": NAME, "expires_at": "2026-03-02T11:00:00+00:00"},
    }
    assert (message["topic"], message["collapse_key"], message["ttl"]) == (NAME, NAME, 14_400)
    assert message["priority"] == "HIGH"
    assert message["elsewhere"]["apns"]["headers"]["apns-collapse-id"] == NAME
    assert message["elsewhere"]["webpush"]["headers"]["Topic"] == NAME


def test_what_is_not_urgent_may_wait(native: Sender, fcm: Receiver) -> None:
    phone = fcm.subscribe()
    assert send(native, to(phone, urgency="low")) == [Accepted(200)]
    (message,) = fcm.messages(phone)
    assert (message["priority"], message["elsewhere"]["apns"]["headers"]["apns-priority"]) == ("NORMAL", "5")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        # An invalid registration token, as FCM's documentation shows it, and as it comes with the field.
        (refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), Refused(400, "INVALID_ARGUMENT", suspect=True)),
        (
            refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "message.token"),
            Refused(400, "INVALID_ARGUMENT", suspect=True),
        ),
        # An invalid value in the message is our mistake; the token is good.
        (refusal(400, "INVALID_ARGUMENT", None, "message.data[0].value"), Refused(400, "INVALID_ARGUMENT")),
        (refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "message.android.ttl"), Refused(400, "INVALID_ARGUMENT")),
        (refusal(400, "INVALID_ARGUMENT"), Refused(400, "INVALID_ARGUMENT")),  # too large
        (
            refusal(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
            TryLater(401, STOPPED, "THIRD_PARTY_AUTH_ERROR"),
        ),
        (refusal(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), TokenGone(403, "SENDER_ID_MISMATCH")),
        (refusal(403, "PERMISSION_DENIED"), TryLater(403, STOPPED, "PERMISSION_DENIED", everyone=True)),
        (refusal(404, "NOT_FOUND", "UNREGISTERED"), TokenGone(404, "UNREGISTERED")),
        (refusal(404, "NOT_FOUND"), TryLater(404, STOPPED, "NOT_FOUND", everyone=True)),  # no such project
        (
            refusal(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
            TryLater(429, MINUTE, "QUOTA_EXCEEDED", everyone=True),
        ),
        (
            refusal(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED") | {"headers": {"Retry-After": "90"}},
            TryLater(429, 1.5 * MINUTE, "QUOTA_EXCEEDED", everyone=True),
        ),
        (refusal(500, "INTERNAL", "INTERNAL"), TryLater(500, None, "INTERNAL")),
        (refusal(503, "UNAVAILABLE", "UNAVAILABLE"), TryLater(503, None, "UNAVAILABLE")),
        (
            refusal(503, "UNAVAILABLE", "UNAVAILABLE") | {"headers": {"Retry-After": "30"}},
            TryLater(503, MINUTE / 2, "UNAVAILABLE", everyone=True),
        ),
        ({"status": 502, "body": "<!DOCTYPE html>"}, TryLater(502)),
        ({"status": 400, "body": {"error": "some words"}}, Refused(400)),
        (
            {"status": 400, "body": {"error": {"status": 7, "details": [1, {"fieldViolations": ["x"]}]}}},
            Refused(400, "7"),
        ),
        ({"status": 302, "headers": {"Location": "https://localhost:1/"}}, Refused(302)),
    ],
)
def test_each_error_has_its_meaning(native: Sender, fcm: Receiver, answer: dict[str, Any], outcome: Outcome) -> None:
    phone = fcm.subscribe()
    fcm.answer_next(answer)
    assert send(native, to(phone)) == [outcome]
    assert len(fcm.messages(phone)) == 1  # no redirect followed, nothing sent twice


def test_nothing_is_sent_to_a_project_whose_quota_is_used_up(native: Sender, fcm: Receiver) -> None:
    phone = fcm.subscribe()
    fcm.answer_next(refusal(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED") | {"headers": {"Retry-After": "90"}})
    send(native, to(phone))
    (held_back,) = send(native, to(phone))
    assert isinstance(held_back, TryLater)
    assert (held_back.attempted, len(fcm.messages(phone))) == (False, 1)


def test_one_access_token_serves_all_messages(native: Sender, fcm: Receiver) -> None:
    phone, before = fcm.subscribe(), fcm.tokens_given()
    assert send(native, *(to(phone) for _ in range(50))) == [Accepted(200)] * 50
    assert fcm.tokens_given() == before + 1


def test_a_refused_access_token_is_renewed_and_the_message_sent_again_once(native: Sender, fcm: Receiver) -> None:
    phone, before = fcm.subscribe(), fcm.tokens_given()
    fcm.answer_next(refusal(401, "UNAUTHENTICATED"))
    assert send(native, to(phone)) == [Accepted(200)]
    assert fcm.tokens_given() == before + 2
    fcm.answer_next(refusal(401, "UNAUTHENTICATED"), refusal(401, "UNAUTHENTICATED"))
    assert send(native, to(phone)) == [TryLater(401, STOPPED, "UNAUTHENTICATED", everyone=True)]
    assert len(fcm.messages(phone)) == 4


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": 400, "body": {"error": "invalid_grant"}}, TryLater(400, STOPPED, "access_refused", everyone=True)),
        ({"status": 401, "body": {"error": "invalid_client"}}, TryLater(401, STOPPED, "access_refused", everyone=True)),
        ({"status": 500}, TryLater(500, None, "no_access_token")),
        ({"status": 503, "headers": {"Retry-After": "60"}}, TryLater(503, MINUTE, "no_access_token")),
        ({"status": 200, "body": {"access_token": "x"}}, TryLater(500, None, "no_access_token")),
    ],
)
def test_without_an_access_token_nothing_is_sent(
    native: Sender, fcm: Receiver, answer: dict[str, Any], outcome: Outcome
) -> None:
    phone = fcm.subscribe()
    fcm.refuse_tokens(answer)
    assert send(native, to(phone)) == [outcome]
    assert fcm.messages(phone) == []


def test_no_answer_is_ambiguous(native: Sender, fcm: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = fcm.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    monkeypatch.setattr(client, "TIMEOUT_S", 0.5)
    fcm.answer_next({"hold_ms": 3_000}, {"hold_ms": 3_000})
    # The first takes the handle that has the usual time; two at once make a new one.
    assert Ambiguous() in send(native, to(phone), to(phone))


def test_what_has_no_time_left_is_not_sent(native: Sender, fcm: Receiver) -> None:
    phone = fcm.subscribe()
    assert send(native, to(phone, ttl_s=0)) == [Expired()]
    assert fcm.messages(phone) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"project_id": 1}', "not JSON"])
def test_a_broken_account_file_stops_only_fcm(
    config: Config, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "account.json"
    file.write_text(text)
    sender = Sender(replace(config, fcm_service_account_file=file))
    assert sender.providers == {"webpush"}
    assert "service account" in capsys.readouterr().out
    sender.stop()


def test_no_payload_says_anything_about_health() -> None:
    message = json.loads(provider.message(to(Phone("a" * 100))))["message"]
    assert set(message["data"]) == {"id", "expires_at"}
    assert message["notification"] == {"body": handover().text}
