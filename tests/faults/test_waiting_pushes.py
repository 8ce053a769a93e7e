"""A message that waits for its turn in the sender loses time to live, and is not sent when none is left."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from coach import clock
from coach.config import Config
from coach.services.deliveries import Handover, Key
from tests.receivers.webpush import Receiver
from workers.push import lanes
from workers.push.outcome import Accepted, Expired
from workers.push.sender import Sender

HOLD_MS = 1_500


def test_a_message_that_expires_while_it_waits_is_not_sent(
    config: Config, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    monkeypatch.setattr(lanes, "UNPROVEN", 1)  # one goes, the other waits
    monkeypatch.setattr(lanes, "PATIENCE_S", 30.0)
    receiver.answer_always()
    receiver.answer_next({"hold_ms": HOLD_MS})
    now, phone, key = clock.real_now(), receiver.subscribe(), Key(uuid4(), uuid4(), date(2026, 3, 2), 480, uuid4())
    where = {"provider": "webpush", "endpoint": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
    first = Handover(key, uuid4(), now, "a" * 32, "text", "normal", 60, now + timedelta(minutes=1), 1, **where)
    second = replace(first, collapse_id="b" * 32, ttl_s=1, expires_at=now + timedelta(seconds=1))
    sender = Sender(config)
    try:
        sender.send([first, second])
        outcomes = dict((handover.collapse_id[0], outcome) for handover, outcome in sender.answers(30.0, 2))
    finally:
        sender.stop()
    assert outcomes == {"a": Accepted(201), "b": Expired()}
    assert [message["topic"][0] for message in receiver.messages(phone)] == ["a"]
