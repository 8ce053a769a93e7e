"""`coach push test`: one message by the real path, and plain words about the answer."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from coach import cli
from coach.config import Config, variable
from coach.services import devices
from tests.faults.processes import environ
from tests.patients import patient
from tests.receivers import apns as apns_stand_in
from tests.receivers.webpush import Receiver
from workers.push import trial
from workers.push.outcome import Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(
    config: Config, receiver: Receiver, apns: apns_stand_in.Receiver, monkeypatch: pytest.MonkeyPatch
) -> Config:
    """In the environment, where the command looks for them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    config = dataclasses.replace(config, **apns.settings)
    for name, value in environ(config).items():
        monkeypatch.setenv(name, value)
    return config


def register(committed: sessionmaker[Session], **words: object) -> UUID:
    device_id = uuid4()
    with committed.begin() as session:
        devices.register(session, patient(session, NOW), device_id, **words, now=NOW)
    return device_id


def test_it_arrives_and_says_so(
    committed: sessionmaker[Session], settings: Config, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = receiver.subscribe()
    device_id = register(committed, endpoint=phone.endpoint, p256dh=phone.p256dh, auth=phone.auth)
    assert cli.main(["push", "test", str(device_id)]) == 0
    assert "webpush: 201, accepted" in capsys.readouterr().out
    (message,) = receiver.messages(phone)
    assert message["text"]["text"] == trial.TEXT


def test_a_refusal_says_what_to_do(
    committed: sessionmaker[Session],
    settings: Config,
    apns: apns_stand_in.Receiver,
    capsys: pytest.CaptureFixture[str],
) -> None:
    device_id = register(committed, provider="apns", token=apns.subscribe().endpoint)
    apns.answer_next({"status": 403, "body": {"reason": "InvalidProviderToken"}})
    assert cli.main(["push", "test", str(device_id)]) == 1
    out = capsys.readouterr().out
    assert "apns: 403, InvalidProviderToken" in out
    assert variable("apns_key_id") in out


def test_a_device_that_is_none_is_named(
    committed: sessionmaker[Session], settings: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = uuid4()
    assert cli.main(["push", "test", str(unknown)]) == 2
    assert str(unknown) in capsys.readouterr().err


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted(201),
        Ambiguous(),
        Expired(),
        TokenGone(410, "Unregistered"),
        TokenGone(403, "SENDER_ID_MISMATCH"),
        Refused(413),
        Refused(400, "INVALID_ARGUMENT", suspect=True),
        Refused(400, "BadPriority"),
        Refused(reason="keys_broken"),
        TryLater(429, timedelta(minutes=1)),
        TryLater(503),
        TryLater(reason="provider_off"),
        TryLater(reason="not_sent"),
    ],
)
def test_every_outcome_has_words(outcome: Outcome) -> None:
    assert len(trial.said(outcome)) > 3
    assert trial.advice(outcome).endswith(".")
