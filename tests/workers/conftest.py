"""An independent receiver of pushes for the tests of sending."""

from collections.abc import Iterator

import pytest

from coach.config import Config
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
