"""What a mail server may do to us: each answer becomes an outcome, and none holds a worker for long."""

import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from coach.config import Config
from coach.services.notices import Handover, Key
from tests.receivers.notices import Office
from workers import mail
from workers.push.outcome import Accepted, Ambiguous, Refused, TryLater

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def handover(address: str = "maya@example.org", attempt: int = 1) -> Handover:
    key = Key(uuid4(), uuid4(), 1, uuid4(), uuid4())
    who = ("email", address, "Maya", "on_duty", None)
    return Handover(key, uuid4(), *who, NOW, NOW + timedelta(hours=24), attempt)


def test_a_batch_goes_over_one_connection(sending: Config, office: Office) -> None:
    handovers = [handover(f"{uuid4().hex}@example.org") for _ in range(3)]
    assert mail.send(sending, handovers) == [Accepted(250)] * 3
    for each in handovers:
        (arrived,) = office.mails_to(each.address)
        assert each.notice_id in arrived["Message-ID"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"at": "rcpt", "code": 450}, TryLater(450)),
        ({"at": "rcpt", "code": 550}, Refused(550)),
        ({"at": "data", "code": 451}, TryLater(451)),
        ({"at": "data", "code": 554}, Refused(554)),
    ],
)
def test_what_the_server_says_decides(
    sending: Config, office: Office, answer: dict[str, object], outcome: object
) -> None:
    office.answer_next(mail=[answer])
    assert mail.send(sending, [handover(), handover()]) == [outcome, Accepted(250)]


def test_a_lost_answer_is_in_doubt_and_the_rest_waits(
    sending: Config, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.5)
    office.answer_next(mail=[{"at": "silence"}])
    assert mail.send(sending, [handover(), handover()]) == [Ambiguous(), TryLater()]


def test_a_wrong_password_or_a_server_that_is_away_is_tried_later(sending: Config) -> None:
    assert mail.send(replace(sending, smtp_password="wrong"), [handover()]) == [TryLater()]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert mail.send(replace(sending, smtp_port=nobody.getsockname()[1]), [handover()]) == [TryLater()]


def test_a_certificate_we_do_not_trust_gets_nothing(
    sending: Config, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    target = handover(f"{uuid4().hex}@example.org")
    assert mail.send(sending, [target]) == [TryLater()]
    assert office.mails_to(target.address) == []


def test_a_server_that_drips_is_hung_up_on(sending: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "ALL_S", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=_drip, args=(server,), daemon=True)
        dripping.start()
        began = time.monotonic()
        config = replace(sending, smtp_host="127.0.0.1", smtp_port=server.getsockname()[1], smtp_tls="off")
        assert mail.send(config, [handover()]) == [TryLater()]
        assert time.monotonic() - began < 5
        dripping.join()


@pytest.mark.parametrize("address", ["two@ats@example.org", "line\nbreak@example.org", "\u00fc@example.org"])
def test_an_address_no_server_takes_stops_nobody_else(sending: Config, address: str) -> None:
    first, second = mail.send(sending, [handover(address), handover()])
    assert isinstance(first, Refused | TryLater | Accepted)
    assert second == Accepted(250)


def _drip(server: socket.socket) -> None:
    """Greets without ever coming to the end of its line."""
    connection, _ = server.accept()
    with connection:
        try:
            for _ in range(100):
                connection.sendall(b"2")
                time.sleep(0.1)
        except OSError:
            return
