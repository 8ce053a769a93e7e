"""APNs against a stand-in on Node's HTTP/2, row by row of Apple's "Handling notification responses from APNs"."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coach.services.deliveries import Handover
from tests.receivers.apns import KEY_ID, TEAM_ID, Phone, Receiver
from tests.workers.test_webpush import NAME, handover, send
from workers.push import apns as provider
from workers.push import client
from workers.push.apns import Signer
from workers.push.outcome import STOPPED, Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater
from workers.push.sender import Sender

MINUTE = timedelta(minutes=1)


def to(phone: Phone, **values: Any) -> Handover:
    made = handover(provider="apns", endpoint=phone.endpoint, p256dh="", auth="", sandbox=phone.sandbox)
    return replace(made, **values)


def refusal(status: int, reason: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "body": {"reason": reason, **more}}


def test_a_stranger_takes_what_we_send_and_knows_who_sent_it(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    before = int(datetime.now(UTC).timestamp())
    assert send(native, to(phone)) == [Accepted(200)]
    (message,) = apns.messages(phone)
    assert message["text"] == {
        "aps": {"alert": {"body": "Your short routine is ready."}, "sound": "default"},
        "id": NAME,
        "expires_at": "2026-03-02T11:00:00+00:00",
    }
    assert (message["topic"], message["priority"], message["push_type"]) == (NAME, "10", "alert")
    assert 0 <= message["expiration"] - before - 14_400 < 60
    assert message["protocol"] == "2.0"


def test_what_is_not_urgent_spares_the_battery_and_makes_no_sound(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone, urgency="low")) == [Accepted(200)]
    (message,) = apns.messages(phone)
    assert (message["priority"], "sound" in message["text"]["aps"]) == ("5", False)


def test_many_messages_share_a_connection(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, *(to(phone) for _ in range(100))) == [Accepted(200)] * 100
    assert len({message["connection"] for message in apns.messages(phone)}) == 1


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        (400, "BadCollapseId", Refused(400, "BadCollapseId")),
        (400, "BadExpirationDate", Refused(400, "BadExpirationDate")),
        (400, "BadMessageId", Refused(400, "BadMessageId")),
        (400, "BadPriority", Refused(400, "BadPriority")),
        (400, "DuplicateHeaders", Refused(400, "DuplicateHeaders")),
        (400, "InvalidPushType", Refused(400, "InvalidPushType")),
        (400, "MissingDeviceToken", Refused(400, "MissingDeviceToken")),
        (400, "PayloadEmpty", Refused(400, "PayloadEmpty")),
        (400, "DeviceTokenNotForTopic", TokenGone(400, "DeviceTokenNotForTopic")),
        (400, "IdleTimeout", TryLater(400, None, "IdleTimeout")),
        (404, "BadPath", Refused(404, "BadPath")),
        (405, "MethodNotAllowed", Refused(405, "MethodNotAllowed")),
        (410, "Unregistered", TokenGone(410, "Unregistered")),
        (410, "ExpiredToken", TokenGone(410, "ExpiredToken")),
        (413, "PayloadTooLarge", Refused(413, "PayloadTooLarge")),
        (429, "TooManyRequests", TryLater(429, MINUTE, "TooManyRequests")),
        (500, "InternalServerError", TryLater(500, None, "InternalServerError")),
        (503, "ServiceUnavailable", TryLater(503, None, "ServiceUnavailable")),
        (503, "Shutdown", TryLater(503, None, "Shutdown")),
        (418, "SomethingNew", Refused(418, "SomethingNew")),
    ],
)
def test_each_reason_has_its_meaning(
    native: Sender, apns: Receiver, status: int, reason: str, outcome: Outcome
) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(status, reason))
    assert send(native, to(phone)) == [outcome]
    assert len(apns.messages(phone)) == 1  # nothing sent twice


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "BadTopic"),
        (400, "MissingTopic"),
        (400, "TopicDisallowed"),
        (403, "BadCertificate"),
        (403, "BadCertificateEnvironment"),
        (403, "Forbidden"),
        (403, "InvalidProviderToken"),
        (403, "MissingProviderToken"),
        (403, "UnrelatedKeyIdInToken"),
        (403, "BadEnvironmentKeyIdInToken"),
    ],
)
def test_what_is_wrong_with_our_key_stops_all_until_an_operator_mends_it(
    native: Sender, apns: Receiver, status: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(status, reason))
    assert send(native, to(phone)) == [TryLater(status, STOPPED, reason, everyone=True)]
    (held_back,) = send(native, to(phone))
    assert isinstance(held_back, TryLater)
    assert (held_back.reason, held_back.attempted) == ("provider_rests", False)
    assert held_back.after is not None
    assert STOPPED - MINUTE < held_back.after <= STOPPED
    assert len(apns.messages(phone)) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "provider_stopped" in line]
    assert len(told) == 1
    assert reason in told[0]


def test_an_old_provider_token_is_signed_anew_and_the_message_sent_again_at_once(
    native: Sender, apns: Receiver
) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(403, "ExpiredProviderToken"))
    assert send(native, to(phone)) == [Accepted(200)]
    first, second = apns.messages(phone)
    assert first["token"] != second["token"]
    # Twice within 20 minutes would be too often for Apple; then it is our clock that an operator must look at.
    apns.answer_next(refusal(403, "ExpiredProviderToken"))
    assert send(native, to(phone)) == [TryLater(403, STOPPED, "ExpiredProviderToken", everyone=True)]
    assert len(apns.messages(phone)) == 3


def test_many_messages_with_an_old_token_renew_it_once(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    apns.answer_next(*[refusal(403, "ExpiredProviderToken") | {"hold_ms": 1_000}] * 8)
    assert send(native, *(to(phone) for _ in range(8))) == [Accepted(200)] * 8
    assert len({message["token"] for message in apns.messages(phone)}) == 2


def test_too_many_new_tokens_are_waited_out(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(429, "TooManyProviderTokenUpdates"))
    outcome = TryLater(429, 20 * MINUTE, "TooManyProviderTokenUpdates", everyone=True)
    assert send(native, to(phone)) == [outcome]


def test_a_token_of_the_other_environment_is_tried_there(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(400, "BadDeviceToken"))
    assert send(native, to(phone)) == [Accepted(200)]
    hosts = [message["host"].split(":")[0] for message in apns.messages(phone)]
    assert hosts == ["localhost", "127.0.0.1"]
    apns.answer_next(refusal(400, "BadDeviceToken"), refusal(400, "BadDeviceToken"))
    assert send(native, to(phone)) == [TokenGone(400, "BadDeviceToken")]


def test_a_sandbox_token_goes_to_the_sandbox(native: Sender, apns: Receiver) -> None:
    phone = replace(apns.subscribe(), sandbox=True)
    assert send(native, to(phone)) == [Accepted(200)]
    assert apns.messages(phone)[0]["host"].startswith("127.0.0.1")


def test_gone_comes_with_its_time(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    apns.answer_next(refusal(410, "Unregistered", timestamp=1_772_434_800_500))
    since = datetime(2026, 3, 2, 7, 0, 0, 500_000, tzinfo=UTC)
    assert send(native, to(phone)) == [TokenGone(410, "Unregistered", since)]
    apns.answer_next(refusal(410, "Unregistered", timestamp="soon"))
    assert send(native, to(phone)) == [TokenGone(410, "Unregistered")]


@pytest.mark.parametrize("body", ["", "not JSON", "[1]", '{"reason": 7}', "[" * 10_000])
def test_an_answer_without_a_reason_still_has_its_status(native: Sender, apns: Receiver, body: str) -> None:
    apns.answer_next({"status": 503, "body": body})
    (outcome,) = send(native, to(apns.subscribe()))
    assert isinstance(outcome, TryLater)
    assert outcome.code == 503


def test_a_refused_stream_was_not_looked_at(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    apns.answer_next({"refuse": True})
    assert send(native, to(phone)) == [TryLater(reason="unread")]
    assert apns.messages(phone) == []


def test_a_goaway_leaves_later_messages_unread_and_finishes_the_earlier_ones(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    held = {"hold_ms": 300}
    apns.answer_next(held, held, {"goaway": True})
    outcomes = send(native, *(to(phone) for _ in range(6)))
    assert sorted(outcomes, key=repr) == [Accepted(200)] * 2 + [TryLater(reason="unread")] * 4
    assert send(native, to(phone)) == [Accepted(200)]  # on a new connection
    assert len(apns.messages(phone)) == 4


def test_a_connection_cut_under_many_messages_is_ambiguous_and_none_is_sent_twice(
    native: Sender, apns: Receiver
) -> None:
    """libcurl would send them again by itself; some of them may have been taken."""
    phone = apns.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    held = {"hold_ms": 1_000}
    apns.answer_next(held, held, held, {"hold_ms": 200, "reset": True}, held)
    assert send(native, *(to(phone) for _ in range(5))) == [Ambiguous()] * 5
    assert len(apns.messages(phone)) == 6


def test_a_limit_lowered_in_mid_flight_loses_and_hangs_nothing(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    apns.answer_next({"streams": 1, "hold_ms": 50})
    outcomes = send(native, *(to(phone) for _ in range(50)))
    assert set(outcomes) <= {Accepted(200), TryLater(reason="unread")}
    assert len(apns.messages(phone)) == 1 + outcomes.count(Accepted(200))


def test_a_new_connection_takes_one_message_until_its_token_is_known(native: Sender, apns: Receiver) -> None:
    """As APNs has it. A refused stream would cost its connection, the next one would begin the same way, and so on."""
    phone = apns.subscribe()
    assert send(native, *(to(phone) for _ in range(10))) == [Accepted(200)] * 10
    assert len({message["connection"] for message in apns.messages(phone)}) == 1


def test_a_limit_that_stays_low_is_kept_to(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    apns.answer_always(streams=1)
    try:
        assert send(native, *(to(phone) for _ in range(10))) == [Accepted(200)] * 10
        assert send(native, *(to(phone) for _ in range(50))) == [Accepted(200)] * 50
    finally:
        apns.answer_always()


def test_after_a_refusal_the_next_messages_find_a_way(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone)) == [Accepted(200)]
    apns.answer_next({"refuse": True})
    outcomes = send(native, *(to(phone) for _ in range(10)))
    assert outcomes.count(TryLater(reason="unread")) == 1
    assert send(native, *(to(phone) for _ in range(50))) == [Accepted(200)] * 50


def test_no_answer_is_ambiguous(native: Sender, apns: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.5)
    phone = apns.subscribe()
    apns.answer_next({"hold_ms": 3_000})
    assert send(native, to(phone)) == [Ambiguous()]
    assert len(apns.messages(phone)) == 1


def test_what_has_no_time_left_is_not_sent(native: Sender, apns: Receiver) -> None:
    phone = apns.subscribe()
    assert send(native, to(phone, ttl_s=0)) == [Expired()]
    assert apns.messages(phone) == []


def test_all_workers_make_the_same_token_for_fifty_minutes(apns: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_772_434_800 - 1_772_434_800 % 3000
    monkeypatch.setattr(provider.time, "time", lambda: now)
    first, second = (Signer(apns.key_file, KEY_ID, TEAM_ID) for _ in range(2))
    assert first.token() == second.token()
    now += 2_999
    assert Signer(apns.key_file, KEY_ID, TEAM_ID).token() == first.token() == second.token()
    now += 1
    assert first.token() != second.token.__self__._token  # the next fifty minutes have another one
    assert first.token() == second.token()


def test_no_payload_says_anything_about_health() -> None:
    message = json.loads(provider.message(to(Phone("a" * 64))))
    assert set(message) == {"aps", "id", "expires_at"}
    assert message["aps"]["alert"] == {"body": handover().text}
