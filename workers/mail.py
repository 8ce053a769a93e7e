"""Notices by e-mail: one connection for a batch, every wait bounded, nothing about the patient in a message."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from coach.clock import real_now
from coach.config import Config
from coach.services.notices import Handover
from coach.services.resets import Letter
from workers.push.outcome import Accepted, Ambiguous, Outcome, Refused, TryLater
from workers.words import TEXT, link

TIMEOUT_S = 10.0  # of one answer
ALL_S = 15.0  # of the whole batch: a server that drips must not hold a worker
WITHOUT_SERVER = timedelta(minutes=10)  # an operator may still name one

logger = structlog.get_logger()


def send(config: Config, handovers: Sequence[Handover]) -> list[Outcome]:
    """One outcome for each, in order. A server that is away or refuses us is tried later."""
    return _send(config, [partial(message, config, handover) for handover in handovers])


def send_resets(config: Config, letters: Sequence[Letter]) -> list[Outcome]:
    """The same for codes of password resets."""
    return _send(config, [partial(reset_message, config, letter) for letter in letters])


def _send(config: Config, messages: Sequence[Callable[[], EmailMessage]]) -> list[Outcome]:
    if not messages:
        return []
    if config.smtp_host is None:
        logger.warning("channel_off", channel="email", missing="COACH_SMTP_HOST")
        return [TryLater(after=WITHOUT_SERVER)] * len(messages)
    outcomes: list[Outcome] = []
    try:
        with _connected(config) as server:
            for made in messages:
                outcomes.append(_hand_over(server, made))
                if isinstance(outcomes[-1], Ambiguous):
                    break  # the connection is gone
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.error("mail_server_failed", error=type(error).__name__)
    return [*outcomes, *[TryLater()] * (len(messages) - len(outcomes))]


def reset_message(config: Config, letter: Letter) -> EmailMessage:
    """Raises ValueError for an address that no header can hold."""
    found = EmailMessage()
    found["Subject"] = "Your code for a new password"
    found["From"] = config.smtp_sender
    found["To"] = letter.address
    found["Date"] = format_datetime(real_now())
    found["Message-ID"] = f"<{letter.id}@{_domain(config)}>"  # a repeat carries the same
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(
        f"Somebody, we hope you, wants a new password at {config.public_url}.\n\n"
        f"Your code, good for one hour:\n\n{letter.code}\n\n"
        "If it was not you, you need not do anything: your password stays as it is.\n"
    )
    return found


def message(config: Config, handover: Handover) -> EmailMessage:
    """Raises ValueError for an address that no header can hold."""
    found = EmailMessage()
    found["Subject"] = TEXT
    found["From"] = config.smtp_sender
    found["To"] = handover.address
    found["Date"] = format_datetime(real_now())
    found["Message-ID"] = f"<{handover.notice_id}@{_domain(config)}>"  # a repeat carries the same
    found["Auto-Submitted"] = "auto-generated"
    found["X-Priority"] = "1"
    role = handover.role.replace("_", " ")
    found.set_content(
        f"{TEXT}.\n\n{link(config, handover)}\n\n"
        f"You are told because you are {role} there. If nobody opens it in time, the next in line is told.\n"
        "This mail does not say whom it is about. Please do not answer it.\n"
    )
    return found


class _Bounded:
    """Hangs up at the deadline: the timeouts of a socket bound each wait, not all of them together."""

    sock: socket.socket | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self._deadline = threading.Timer(ALL_S, self._hang_up)
        self._deadline.daemon = True
        self._deadline.start()
        super().__init__(*args, **options)  # connects and waits for the greeting

    def close(self) -> None:
        self._deadline.cancel()
        super().close()  # type: ignore[misc]  # of the server class beside this one

    def _hang_up(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _Server(_Bounded, smtplib.SMTP):
    pass


class _TlsServer(_Bounded, smtplib.SMTP_SSL):
    pass


@contextlib.contextmanager
def _connected(config: Config) -> Iterator[smtplib.SMTP]:
    assert config.smtp_host is not None
    place = (config.smtp_host, config.smtp_port, _domain(config))
    trust = ssl.create_default_context()
    server: smtplib.SMTP = (
        _TlsServer(*place, timeout=TIMEOUT_S, context=trust)
        if config.smtp_tls == "tls"
        else _Server(*place, timeout=TIMEOUT_S)
    )
    try:
        if config.smtp_tls == "starttls":
            server.starttls(context=trust)
        if config.smtp_user is not None and config.smtp_password is not None:
            server.login(config.smtp_user, config.smtp_password)
        yield server
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        server.close()


def _hand_over(server: smtplib.SMTP, made: Callable[[], EmailMessage]) -> Outcome:
    try:
        server.send_message(made())
    except smtplib.SMTPRecipientsRefused as error:
        ((code, _),) = error.recipients.values()
        return _refused(code)
    except smtplib.SMTPSenderRefused as error:  # our own address or our standing: an operator can mend it
        return TryLater(error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code)
    except (smtplib.SMTPServerDisconnected, OSError):
        return Ambiguous()
    except (smtplib.SMTPException, ValueError):  # an address that this server or no server can take
        return Refused()
    return Accepted(250)


def _refused(code: int) -> Outcome:
    return Refused(code) if code >= 500 else TryLater(code)


def _domain(config: Config) -> str:
    return urlsplit(config.public_url).hostname or "localhost"
