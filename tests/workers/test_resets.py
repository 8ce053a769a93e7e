"""A forgotten password: a code by e-mail, good once, for an hour, and no word on who has an account."""

import smtplib
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.models.resets import PasswordReset
from tests.coach.conftest import CLINICIAN, app, client, move
from tests.coach.people import PASSWORD, Person
from workers import mail, resets

__all__ = ["app", "client", "move"]
NEW = "another long password"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What a mail server was given."""
    found: list[EmailMessage] = []

    class Server(smtplib.SMTP):
        def __init__(self) -> None:
            pass

        def send_message(self, made: EmailMessage, *_args: object, **_options: object) -> dict[str, tuple[int, bytes]]:  # type: ignore[override]
            found.append(made)
            return {}

    class Connected:
        def __init__(self, _config: Config) -> None:
            pass

        def __enter__(self) -> Server:
            return Server()

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(mail, "_connected", Connected)
    return found


@pytest.fixture
def post(config: Config) -> Config:
    return replace(config, smtp_host="mail.example.org", smtp_sender="coach@example.org")


def code_of(made: EmailMessage) -> str:
    return next(line for line in made.get_content().splitlines() if line.count(".") == 1 and len(line) > 60)


def test_a_code_sets_a_new_password_once_and_ends_all_log_ins(
    client: FlaskClient, committed: sessionmaker[Session], post: Config, sent: list[EmailMessage]
) -> None:
    logged_in = Person(client).log_in(CLINICIAN, PASSWORD)
    for email in (CLINICIAN, "nobody@example.org"):
        assert client.post("/v1/auth/reset", json={"email": email}).status_code == 202
    assert resets.send_due(committed, post) == 1
    assert resets.send_due(committed, post) == 0
    (letter,) = sent
    assert letter["To"] == CLINICIAN and "Maya" not in letter.get_content()
    body = {"code": code_of(letter), "password": NEW}
    assert client.post("/v1/auth/reset/confirm", json=body).status_code == 204
    assert client.post("/v1/auth/reset/confirm", json=body).get_json()["type"] == "/problems/reset-refused"
    refresh = {"refresh_token": logged_in.tokens["refresh_token"]}
    assert client.post("/v1/auth/refresh", json=refresh).status_code == 401
    assert client.post("/v1/auth/token", json={"email": CLINICIAN, "password": PASSWORD}).status_code == 401
    Person(client).log_in(CLINICIAN, NEW)


def test_a_code_that_is_old_or_made_up_opens_nothing(
    client: FlaskClient, committed: sessionmaker[Session], post: Config, sent: list[EmailMessage]
) -> None:
    client.post("/v1/auth/reset", json={"email": CLINICIAN})
    resets.send_due(committed, post)
    code = code_of(sent[0])
    with committed.begin() as session:
        session.execute(update(PasswordReset).values(expires_at=PasswordReset.expires_at - timedelta(hours=2)))
    for wrong in (code, code[:-1] + ("0" if code[-1] != "0" else "1"), "x.y", "nothing"):
        answer = client.post("/v1/auth/reset/confirm", json={"code": wrong, "password": NEW})
        assert answer.status_code == 403, wrong
    Person(client).log_in(CLINICIAN, PASSWORD)


def test_asking_and_guessing_are_counted(client: FlaskClient) -> None:
    asked = [client.post("/v1/auth/reset", json={"email": CLINICIAN}).status_code for _ in range(6)]
    assert asked == [202] * 5 + [429]
    tried = [client.post("/v1/auth/reset/confirm", json={"code": "x", "password": NEW}).status_code for _ in range(21)]
    assert tried == [403] * 20 + [429]


def test_without_a_mail_server_the_demo_prints_the_code_and_nobody_else_does(
    client: FlaskClient, committed: sessionmaker[Session], config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post("/v1/auth/reset", json={"email": CLINICIAN})
    assert resets.send_due(committed, config) == 0
    assert CLINICIAN not in capsys.readouterr().out
    with committed.begin() as session:
        session.execute(update(PasswordReset).values(next_at=PasswordReset.made_at))
    assert resets.send_due(committed, replace(config, demo=True)) == 1
    assert f"Password reset for {CLINICIAN}: " in capsys.readouterr().out
