"""An independent receiver of pushes for the tests of sending."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from coach.config import Config
from tests.receivers.notices import PASSWORD, USER, Office
from tests.receivers.webpush import Receiver
from workers.push.sender import Sender


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("receiver"))
    yield receiver
    receiver.stop()


@pytest.fixture
def sender(config: Config, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """Sends for real, and trusts the receiver's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    sender = Sender(config)
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
