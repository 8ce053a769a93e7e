"""Staff come in with a password and a code; whoever has no second factor yet can only set one up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach.app import create_app
from coach.clock import real_now
from coach.config import Config
from coach.models.people import Account, LoginAttempt, RecoveryCode
from coach.services import tokens, two_factor
from coach.services.tokens import Identity
from tests.coach.conftest import CLINICIAN, close
from tests.coach.people import PASSWORD, Person
from tests.staff import Clinics

Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def app(config: Config) -> Iterator[Flask]:
    """As in service: the second factor is required."""
    app = create_app(replace(config, two_factor=True))
    yield app
    close(app)


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The real clock, stopped: no code may run out between being read and being typed."""
    stopped = real_now()
    monkeypatch.setattr("coach.api.accounts.real_now", lambda: stopped)
    return stopped


@pytest.fixture
def maya(client: FlaskClient) -> Person:
    return Person(client).log_in(CLINICIAN, PASSWORD)


class Phone:
    """An authenticator whose time the test can move, and what was shown at enrolment."""

    def __init__(self, person: Person, at: datetime) -> None:
        self.at = at
        found = person.post("/v1/auth/two-factor", {})
        self.totp = pyotp.TOTP(found["secret"])
        assert pyotp.parse_uri(found["uri"]).secret == found["secret"]

    def code(self, steps: int = 0) -> str:
        return self.totp.at(self.at + timedelta(seconds=30 * steps))


@pytest.fixture
def enrolled(maya: Person, at: datetime) -> tuple[Phone, list[str]]:
    phone = Phone(maya, at)
    return phone, maya.post("/v1/auth/two-factor/confirm", {"code": phone.code(-1)})["recovery_codes"]


def log_in(client: FlaskClient, code: str | None = None, email: str = CLINICIAN) -> Any:
    body = {"email": email, "password": PASSWORD} | ({"code": code} if code else {})
    return client.post("/v1/auth/token", json=body)


def test_without_one_nothing_is_open_but_enrolment(maya: Person) -> None:
    assert (maya.tokens["enrol"], maya.tokens["refresh_token"]) == (True, None)
    for method, path in (("GET", "/v1/clinic/patients"), ("GET", "/v1/clinic/alerts"), ("GET", "/v1/clinic/staff")):
        assert maya.call(method, path).status_code == 403
    assert maya.call("POST", "/v1/auth/two-factor", {}).status_code == 200


def test_a_patient_needs_none(client: FlaskClient) -> None:
    assert Person(client).register().tokens["enrol"] is False


def test_enrolled_staff_come_in_with_a_code_that_works_once(
    client: FlaskClient, enrolled: tuple[Phone, list[str]]
) -> None:
    phone, _ = enrolled
    assert log_in(client).get_json()["type"] == "/problems/code-needed"
    code = phone.code()
    person = Person(client)
    person.tokens = log_in(client, code).get_json()
    assert person.get("/v1/clinic/patients")["patients"] == []
    again = log_in(client, code)
    assert (again.status_code, again.get_json()["type"]) == (401, "/problems/wrong-code")
    assert log_in(client, phone.code(1)).status_code == 200  # a phone whose clock is ahead
    assert log_in(client, phone.code(0)).status_code == 401  # and nothing older than the last


def test_a_wrong_password_says_nothing_about_the_code(client: FlaskClient, enrolled: tuple[Phone, list[str]]) -> None:
    answer = client.post("/v1/auth/token", json={"email": CLINICIAN, "password": "wrong", "code": enrolled[0].code()})
    assert answer.get_json()["type"] == "/problems/wrong-credentials"


def test_guessing_codes_is_bounded_even_side_by_side(
    app: Flask, client: FlaskClient, enrolled: tuple[Phone, list[str]], committed: Sessions
) -> None:
    phone, _ = enrolled
    wrong = [f"{(int(phone.code()) + each) % 1_000_000:06}" for each in range(1_000, 1_020)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda code: log_in(app.test_client(), code).status_code, wrong))
    assert answers.count(401) == two_factor.ATTEMPTS
    assert answers.count(429) == len(wrong) - two_factor.ATTEMPTS
    assert log_in(client, phone.code()).status_code == 429
    with committed.begin() as session:
        session.execute(update(LoginAttempt).values(at=LoginAttempt.at - timedelta(minutes=15)))
    assert log_in(client, phone.code()).status_code == 200


def test_a_recovery_code_works_once_and_is_stored_as_a_hash(
    client: FlaskClient, enrolled: tuple[Phone, list[str]], committed: Sessions
) -> None:
    _, codes = enrolled
    assert len(set(codes)) == two_factor.RECOVERY_CODES
    with committed() as session:
        stored = set(session.scalars(select(RecoveryCode.digest)))
    assert not stored & set(codes)
    assert log_in(client, codes[0].lower()).status_code == 200
    assert log_in(client, codes[0]).status_code == 401
    assert log_in(client, codes[1].replace("-", "")).status_code == 200


def test_one_that_is_set_up_is_not_replaced_by_whoever_holds_a_token(
    client: FlaskClient, maya: Person, enrolled: tuple[Phone, list[str]]
) -> None:
    assert maya.call("POST", "/v1/auth/two-factor", {}).status_code == 409
    assert maya.call("POST", "/v1/auth/two-factor/confirm", {"code": "000000"}).status_code == 409


def test_a_wrong_first_code_sets_nothing_up(client: FlaskClient, maya: Person, at: datetime) -> None:
    phone = Phone(maya, at)
    wrong = f"{(int(phone.code()) + 1_000) % 1_000_000:06}"
    assert maya.call("POST", "/v1/auth/two-factor/confirm", {"code": wrong}).status_code == 401
    assert log_in(client).get_json()["enrol"] is True


def test_an_administrator_resets_it_and_every_log_in_ends(
    client: FlaskClient,
    enrolled: tuple[Phone, list[str]],
    clinics: tuple[Clinics, Clinics],
    committed: Sessions,
    at: datetime,
) -> None:
    phone, _ = enrolled
    ours = log_in(client, phone.code()).get_json()
    ada = Person(client).log_in(clinics[0].administrator, PASSWORD)
    theirs = Phone(ada, at)
    ada.post("/v1/auth/two-factor/confirm", {"code": theirs.code(-1)})
    ada.tokens = log_in(client, theirs.code(), clinics[0].administrator).get_json()
    staff = {each["name"]: each for each in ada.get("/v1/clinic/staff")["staff"]}
    assert (staff["Maya Lindqvist"]["two_factor"], staff["Dario Conti"]["two_factor"]) == (True, False)

    path = f"/v1/clinic/staff/{staff['Maya Lindqvist']['id']}/two-factor"
    assert ada.call("DELETE", path).status_code == 204

    assert client.post("/v1/auth/refresh", json={"refresh_token": ours["refresh_token"]}).status_code == 401
    assert log_in(client).get_json()["enrol"] is True
    with committed() as session:
        owners = select(Account.email).join(RecoveryCode, RecoveryCode.account_id == Account.id)
        assert set(session.scalars(owners)) == {clinics[0].administrator}


def test_a_refresh_token_from_before_opens_nothing_without_one(
    client: FlaskClient, app: Flask, maya: Person, now: datetime, committed: Sessions
) -> None:
    signer = app.extensions["coach"].signer
    account = signer.identity(maya.tokens["access_token"]).account_id
    with committed.begin() as session:
        old = tokens.issue(session, signer, Identity(account, "physiotherapist"), real_now())
    assert client.post("/v1/auth/refresh", json={"refresh_token": old.refresh}).status_code == 401
