"""Web Push against a receiver that we did not write, the RFC's own example, and the providers' status codes."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from coach.clock import real_now
from coach.config import Config
from coach.services import devices
from coach.services.deliveries import Handover, Key
from coach.services.devices import decoded
from tests.patients import receiver_key
from tests.receivers.webpush import Receiver, Subscription
from workers.push import client, webpush
from workers.push.client import Answer, Client, Forbidden
from workers.push.outcome import Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater
from workers.push.sender import Sender

KEY = Key(UUID(int=1), UUID(int=2), date(2026, 3, 2), 480, UUID(int=3))
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NAME = "0123456789abcdef0123456789abcdef"


def handover(subscription: Subscription | None = None, **values: Any) -> Handover:
    to = subscription or Subscription("https://127.0.0.1:1/push/x", receiver_key(), "AAAAAAAAAAAAAAAAAAAAAA")
    made = Handover(
        key=KEY,
        lease=uuid4(),
        leased_at=NOW,
        collapse_id=NAME,
        text="Your short routine is ready.",
        urgency="normal",
        ttl_s=14_400,
        expires_at=NOW + timedelta(hours=4),
        attempt=1,
        provider="webpush",
        endpoint=to.endpoint,
        p256dh=to.p256dh,
        auth=to.auth,
    )
    return replace(made, **values)


def send(sender: Sender, *handovers: Handover) -> list[Outcome]:
    sender.send(handovers)
    return [outcome for _, outcome in sender.answers(20, len(handovers))]


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    sender = ec.derive_private_key(
        int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    body = webpush.encrypt(
        b"When I grow up, I want to be a watermelon",
        decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        key=sender,
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert devices.encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_stranger_decrypts_what_we_send_and_knows_who_sent_it(
    sender: Sender, receiver: Receiver, config: Config
) -> None:
    phone = receiver.subscribe()
    assert send(sender, handover(phone)) == [Accepted(201)]
    (message,) = receiver.messages(phone)
    assert message["text"] == {
        "id": NAME,
        "text": "Your short routine is ready.",
        "expires_at": "2026-03-02T11:00:00+00:00",
    }
    assert (message["ttl"], message["urgency"], message["topic"]) == (14_400, "normal", NAME)
    assert message["signer"] == {
        "key": devices.public_key(config.vapid_key_file),
        "subject": "mailto:tests@example.org",
    }


def test_every_message_has_its_own_key_and_salt(sender: Sender, receiver: Receiver) -> None:
    phone = receiver.subscribe()
    assert send(sender, *(handover(phone) for _ in range(20))) == [Accepted(201)] * 20
    assert len({message["salt"] for message in receiver.messages(phone)}) == 20


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Accepted(200)),
        (201, Accepted(201)),
        (202, Accepted(202)),
        (301, Refused(301)),
        (307, Refused(307)),
        (400, Refused(400)),
        (401, Refused(401)),
        (403, Refused(403)),
        (404, TokenGone(404)),
        (410, TokenGone(410)),
        (429, TryLater(429)),
        (500, TryLater(500)),
        (502, TryLater(502)),
        (503, TryLater(503)),
        (507, TryLater(507)),
    ],
)
def test_each_status_has_its_meaning(sender: Sender, receiver: Receiver, status: int, outcome: Outcome) -> None:
    phone = receiver.subscribe()
    receiver.answer_next({"status": status, "headers": {"Location": phone.endpoint}})
    assert send(sender, handover(phone)) == [outcome]
    assert len(receiver.messages(phone)) == 1  # no redirect followed, nothing sent twice


def test_a_message_too_large_is_sent_once_more_as_its_name_alone(sender: Sender, receiver: Receiver) -> None:
    phone = receiver.subscribe()
    receiver.answer_next({"status": 413})
    assert send(sender, handover(phone)) == [Accepted(201)]
    assert [message["text"] for message in receiver.messages(phone)][1] == {"id": NAME}
    receiver.answer_next({"status": 413}, {"status": 413})
    assert send(sender, handover(phone)) == [Refused(413)]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("999999999999", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_a_provider_may_ask_us_to_wait_for_a_day_at_most(header: str | None, wait: timedelta | None) -> None:
    assert webpush.outcome_of(Answer(429, header)) == TryLater(429, wait)


def test_a_wait_may_also_be_a_date() -> None:
    outcome = webpush.outcome_of(Answer(503, format_datetime(real_now() + timedelta(minutes=5), usegmt=True)))
    assert isinstance(outcome, TryLater)
    assert outcome.after is not None
    assert timedelta(minutes=4) < outcome.after <= timedelta(minutes=5)
    past = webpush.outcome_of(Answer(503, "Sun, 06 Nov 1994 08:49:37 GMT"))
    assert past == TryLater(503, timedelta())


def test_an_answer_that_never_comes_is_ambiguous(
    sender: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.5)
    phone = receiver.subscribe()
    receiver.answer_next({"hold_ms": 3_000})
    assert send(sender, handover(phone)) == [Ambiguous()]


def test_a_connection_cut_after_the_message_is_ambiguous(sender: Sender, receiver: Receiver) -> None:
    phone = receiver.subscribe()
    receiver.answer_next({"reset": True})
    assert send(sender, handover(phone)) == [Ambiguous()]
    assert len(receiver.messages(phone)) == 1


def test_nobody_listening_means_nothing_was_sent(sender: Sender) -> None:
    assert send(sender, handover()) == [TryLater(reason="not_sent")]


def test_a_certificate_that_nobody_vouches_for_gets_nothing(config: Config, receiver: Receiver) -> None:
    sender = Sender(config)  # trusts only what the system trusts
    phone = receiver.subscribe()
    assert send(sender, handover(phone)) == [TryLater(reason="not_sent")]
    assert receiver.messages(phone) == []
    sender.stop()


def test_what_has_no_time_left_is_not_sent(sender: Sender, receiver: Receiver) -> None:
    phone = receiver.subscribe()
    assert send(sender, handover(phone, ttl_s=0)) == [Expired()]
    assert receiver.messages(phone) == []


def test_one_message_that_cannot_be_built_does_not_hold_up_the_others(sender: Sender, receiver: Receiver) -> None:
    phone = receiver.subscribe()
    outcomes = send(sender, handover(phone, p256dh="AAAA"), handover(phone))
    assert sorted(outcomes, key=repr) == [Accepted(201), Refused(reason="keys_broken")]


def test_without_a_key_the_provider_is_off(config: Config) -> None:
    sender = Sender(replace(config, vapid_key_file=None, vapid_subject=None))
    assert send(sender, handover()) == [TryLater(reason="provider_off")]
    sender.stop()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_private_addresses_are_never_connected_to(host: str) -> None:
    with pytest.raises(Forbidden):
        post(f"https://{host}/push")


@pytest.mark.parametrize("url", ["http://push.example.org/x", "https://2130706433/", "https:///x", "https://127.1/"])
def test_only_whole_https_addresses_are_used(url: str) -> None:
    with pytest.raises(Forbidden):
        post(url)


def post(url: str, *, loopback: bool = False) -> None:
    async def once() -> None:
        client = Client(loopback=loopback)
        try:
            await client.post(url, {}, b"")
        finally:
            await client.close()

    asyncio.run(once())


def test_the_signature_is_made_once_for_each_push_service(config: Config) -> None:
    assert config.vapid_key_file
    assert config.vapid_subject
    sender = webpush.WebPush(Client(), config.vapid_key_file, config.vapid_subject)
    same = {sender._token(f"https://one.example.org/{number}") for number in range(5)}
    assert len(same) == 1
    assert sender._token("https://other.example.org/1") not in same


def test_no_payload_says_anything_about_health() -> None:
    assert set(json.loads(webpush._message(handover()))) == {"id", "text", "expires_at"}
