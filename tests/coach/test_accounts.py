"""Registering, tokens that rotate, and what happens when one is stolen."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from coach.models.people import RefreshToken
from coach.services.tokens import Identity
from tests.coach.people import PASSWORD, Person

Sessions = sessionmaker[Session]


def test_a_person_registers_and_sees_who_looks_after_them(person: Person) -> None:
    me = person.get("/v1/me")
    assert me["name"] == "Ana"
    assert me["clinic"] == "Riverside Physiotherapy"
    assert me["today"] == "2026-03-02"


def test_the_same_email_cannot_register_twice(client: FlaskClient) -> None:
    form = {"email": "Twice@example.org", "password": PASSWORD, "name": "Bo", "zone": "Asia/Tokyo"}
    assert client.post("/v1/auth/register", json=form).status_code == 201
    again = client.post("/v1/auth/register", json=form | {"email": "twice@EXAMPLE.org"})
    assert again.status_code == 409
    assert again.get_json()["type"] == "/problems/email-taken"


def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(client: FlaskClient) -> None:
    form = {"email": "known@example.org", "password": PASSWORD, "name": "Bo", "zone": "Asia/Tokyo"}
    client.post("/v1/auth/register", json=form)
    wrong = client.post("/v1/auth/token", json={"email": "known@example.org", "password": "not this one"})
    unknown = client.post("/v1/auth/token", json={"email": "nobody@example.org", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.get_json()["type"] == unknown.get_json()["type"] == "/problems/wrong-credentials"


def test_ten_wrong_passwords_close_the_door_even_for_the_right_one(client: FlaskClient) -> None:
    form = {"email": "tried@example.org", "password": PASSWORD, "name": "Bo", "zone": "Asia/Tokyo"}
    client.post("/v1/auth/register", json=form)
    guess = {"email": "tried@example.org", "password": "wrong again"}
    answers = [client.post("/v1/auth/token", json=guess).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    closed = client.post("/v1/auth/token", json={"email": "tried@example.org", "password": PASSWORD})
    assert closed.status_code == 429
    assert int(closed.headers["Retry-After"]) > 0


def test_an_expired_token_is_refused(app: Flask, person: Person) -> None:
    signer = app.extensions["coach"].signer
    identity = signer.identity(person.tokens["access_token"])
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    person.tokens["access_token"] = signer.access(Identity(identity.account_id, "patient"), hour_ago)
    answer = person.call("GET", "/v1/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_signed_by_somebody_else_is_refused(person: Person) -> None:
    head, body, mac = person.tokens["access_token"].split(".")
    person.tokens["access_token"] = f"{head}.{body}.{mac[::-1]}"
    assert person.call("GET", "/v1/me").status_code == 401


def test_a_refresh_token_gives_the_next_pair(person: Person) -> None:
    answer = _refresh(person, person.tokens["refresh_token"])
    assert answer.status_code == 200
    person.tokens = answer.get_json()
    assert person.call("GET", "/v1/me").status_code == 200


def test_a_lost_answer_logs_nobody_out(person: Person) -> None:
    first = person.tokens["refresh_token"]
    lost = _refresh(person, first).get_json()["refresh_token"]
    again = _refresh(person, first)
    assert again.status_code == 200
    assert again.get_json()["refresh_token"] == lost


def test_a_reused_refresh_token_logs_the_whole_family_out(person: Person) -> None:
    first = person.tokens["refresh_token"]
    second = _refresh(person, first).get_json()["refresh_token"]
    third = _refresh(person, second).get_json()["refresh_token"]
    assert _refresh(person, first).status_code == 401
    assert _refresh(person, third).status_code == 401


def test_a_spent_token_is_not_answered_again_after_a_minute(person: Person, committed: Sessions) -> None:
    first = person.tokens["refresh_token"]
    assert _refresh(person, first).status_code == 200
    with committed.begin() as session:
        long_ago = datetime.now(UTC) - timedelta(seconds=61)
        token = UUID(first.split(".")[0])
        session.execute(update(RefreshToken).where(RefreshToken.id == token).values(spent_at=long_ago))
    assert _refresh(person, first).status_code == 401


def test_a_forged_refresh_token_is_refused(person: Person) -> None:
    token, _, mac = person.tokens["refresh_token"].partition(".")
    assert _refresh(person, f"{token}.{mac[::-1]}").status_code == 401


def test_logging_out_ends_the_family(person: Person) -> None:
    token = person.tokens["refresh_token"]
    assert person.client.post("/v1/auth/logout", json={"refresh_token": token}).status_code == 204
    assert _refresh(person, token).status_code == 401


def _refresh(person: Person, token: str):  # type: ignore[no-untyped-def]  # the test client's answer
    return person.client.post("/v1/auth/refresh", json={"refresh_token": token})
