"""Independent receivers of pushes for the tests of sending."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coach.config import Config
from tests.receivers import apns as apns_stand_in
from tests.receivers import fcm as fcm_stand_in
from tests.receivers.notices import PASSWORD, USER, Office
from tests.receivers.webpush import Receiver
from workers.push.sender import Sender


@pytest.fixture(scope="session")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their folder, with the one certificate that they share."""
    return tmp_path_factory.mktemp("receivers")


@pytest.fixture(scope="session")
def receiver(receivers: Path) -> Iterator[Receiver]:
    with Receiver(receivers) as receiver:
        yield receiver


@pytest.fixture(scope="session")
def fcm(receivers: Path) -> Iterator[fcm_stand_in.Receiver]:
    with fcm_stand_in.Receiver(receivers) as receiver:
        yield receiver


@pytest.fixture(scope="session")
def apns(receivers: Path) -> Iterator[apns_stand_in.Receiver]:
    with apns_stand_in.Receiver(receivers) as receiver:
        yield receiver


@pytest.fixture
def sender(config: Config, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """Sends Web Push for real, and trusts the receivers' certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    sender = Sender(config)
    yield sender
    sender.stop()


@pytest.fixture
def native(
    config: Config,
    fcm: fcm_stand_in.Receiver,
    apns: apns_stand_in.Receiver,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Sender]:
    """Sends by every provider."""
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    sender = Sender(replace(config, **fcm.settings, **apns.settings))
    yield sender
    sender.stop()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.stop()


@pytest.fixture
def sending(config: Config, office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """The settings of a worker that has a mail server and trusts its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(office.certificate))
    office.answer_next()
    yield replace(
        config,
        smtp_host="localhost",
        smtp_port=office.smtp_port,
        smtp_user=USER,
        smtp_password=PASSWORD,
        smtp_sender="coach@example.org",
        public_url="https://coach.example.org",
    )
    office.answer_next()
