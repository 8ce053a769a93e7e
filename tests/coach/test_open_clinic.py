"""The first clinic is made by command; nobody can register before somebody is on duty."""

import io
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from coach import cli
from coach.config import Config
from coach.models.people import Clinic
from tests.coach.people import PASSWORD, Person
from tests.journeys.service import environ

COMMAND = ["open-clinic", "--name", "Lakeside", "--zone", "Asia/Tokyo", "--email", "Rin@example.org", "--person", "Rin"]

ADMINISTRATOR = ["add-administrator", "--email", "ada@example.org", "--person", "Ada"]


@pytest.fixture
def typed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ(config).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n" * 2))


@pytest.mark.usefixtures("typed")
def test_the_command_opens_a_clinic_with_somebody_on_duty(app: Flask, committed: sessionmaker[Session]) -> None:
    assert cli.main(COMMAND) == 0
    person = Person(app.test_client()).register("Yui")
    assert person.get("/v1/me")["clinic"] == "Lakeside"
    rin = Person(app.test_client()).log_in("rin@example.org", PASSWORD)
    assert [each["name"] for each in rin.get("/v1/clinic/patients")["patients"]] == ["Yui"]


@pytest.mark.usefixtures("typed")
def test_a_second_clinic_and_an_unknown_zone_are_refused(
    committed: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*COMMAND[:4], "Mars/Olympus", *COMMAND[5:]]) == 2
    assert "Mars/Olympus" in capsys.readouterr().err
    with committed.begin() as session:
        session.add(Clinic(id=uuid4(), name="First", zone="Europe/Paris", is_default=True))
    assert cli.main(COMMAND) == 2
    assert "has its clinic already" in capsys.readouterr().err


def test_nobody_registers_where_nobody_is_on_duty(app: Flask, committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        session.add(Clinic(id=uuid4(), name="Empty", zone="Europe/Paris", is_default=True))
    form = {"email": "a@example.org", "password": PASSWORD, "name": "Ana", "zone": "Europe/Paris"}
    answer = app.test_client().post("/v1/auth/register", json=form)
    assert answer.status_code == 403
    assert answer.get_json()["type"] == "/problems/no-clinic"


@pytest.mark.usefixtures("typed")
def test_the_first_administrator_is_made_by_command_and_told_last(
    app: Flask, committed: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(COMMAND) == 0
    assert cli.main(ADMINISTRATOR) == 0
    assert "Ada administers Lakeside" in capsys.readouterr().out
    duty = Person(app.test_client()).log_in("ada@example.org", PASSWORD).get("/v1/clinic/duty")
    assert [duty[each] and duty[each]["name"] for each in ("on_duty", "deputy", "administrator")] == [
        "Rin", None, "Ada",
    ]  # fmt: skip
    assert cli.main(["reset-two-factor", "--email", "ada@example.org"]) == 0
    assert cli.main(["reset-two-factor", "--email", "nobody@example.org"]) == 2


@pytest.mark.usefixtures("typed")
def test_an_administrator_needs_a_clinic(committed: sessionmaker[Session], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(ADMINISTRATOR) == 2
    assert "Open the clinic first" in capsys.readouterr().err
