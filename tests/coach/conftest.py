"""The API in this process, on the real database, at a time that the test sets."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.app import create_app
from coach.config import Config
from coach.services import accounts
from tests import staff
from tests.coach.people import PASSWORD, Person
from tests.staff import Clinics

CLINICIAN = "physio@example.org"

Move = Callable[[datetime], None]


@pytest.fixture(scope="session", autouse=True)
def hasty_hashes() -> Iterator[None]:
    """Argon2 at its least: what is tested is who gets in, and a hash of full strength is half a test's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    yield app
    close(app)


def close(app: Flask) -> None:
    app.extensions["coach"].sessions.kw["bind"].dispose()


@pytest.fixture
def client(app: Flask, committed: sessionmaker[Session], move: Move, now: datetime) -> FlaskClient:
    """A client of the API with one clinic that takes people in; it is `now`."""
    with committed.begin() as session:
        accounts.open_clinic(
            session,
            name="Riverside Physiotherapy",
            zone="Europe/Paris",
            email=CLINICIAN,
            password=PASSWORD,
            person="Maya Lindqvist",
            now=now,
        )
    move(now)
    return app.test_client()


@pytest.fixture
def move(config: Config, committed: sessionmaker[Session]) -> Iterator[Move]:
    """Sets the domain's clock; it stands still until moved again."""

    def to(at: datetime) -> None:
        with committed.begin() as session:
            clock.move(session, config, at, speed=0)

    yield to


@pytest.fixture
def clinics(client: FlaskClient, committed: sessionmaker[Session], now: datetime) -> tuple[Clinics, Clinics]:
    """The client's clinic with all its people, and a second one."""
    with committed.begin() as session:
        return staff.complete(session, now), staff.second(session, now)


@pytest.fixture
def maya(client: FlaskClient) -> Person:
    """The physiotherapist on duty."""
    return Person(client).log_in(CLINICIAN, PASSWORD)


@pytest.fixture
def ada(client: FlaskClient, clinics: tuple[Clinics, Clinics]) -> Person:
    """The administrator."""
    return Person(client).log_in(clinics[0].administrator, PASSWORD)


@pytest.fixture
def rin(client: FlaskClient, clinics: tuple[Clinics, Clinics]) -> Person:
    """The physiotherapist of the other clinic."""
    return Person(client).log_in(clinics[1].duty, PASSWORD)


@pytest.fixture
def person(client: FlaskClient) -> Person:
    return Person(client).register()
