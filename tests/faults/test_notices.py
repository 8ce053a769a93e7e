"""Redis is away and the worker is killed on the way: whoever is on duty is told all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.notices import Notice
from coach.models.people import Patient
from coach.processes import wait_until
from coach.services import accounts, safety
from coach.standalone import free_port
from programs import catalog, triage
from tests.coach.people import PASSWORD
from tests.faults.processes import Workshop
from tests.receivers.notices import PASSWORD as MAIL_PASSWORD
from tests.receivers.notices import USER, Office

THREE = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
DUTY = "on.duty@example.org"
ARRIVES_WITHIN_S = 60


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.stop()


@pytest.fixture
def workshop(config: Config, committed: sessionmaker[Session], office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """Without Redis, with a mail server, and with one emergency."""
    with committed.begin() as session:
        clock.move(session, config, THREE)
        place = {"name": "Riverside", "zone": "Europe/Paris", "person": "Maya"}
        clinic = accounts.open_clinic(session, **place, email=DUTY, password=PASSWORD, now=THREE)
        who = {"email": "ana@example.org", "password": PASSWORD, "name": "Ana", "zone": "Europe/Paris", "locale": "en"}
        ana = session.get_one(Patient, accounts.add_patient(session, clinic, **who, now=THREE).account_id)
        safety.take_in(session, ana, [triage.lock("RF01", THREE.date(), catalog.load())], THREE)
    mail = {"smtp_host": "localhost", "smtp_port": office.smtp_port, "smtp_user": USER, "smtp_password": MAIL_PASSWORD}
    away = {"redis_url": f"redis://127.0.0.1:{free_port()}/0", "worker_processes": 1}
    settings = replace(config, **mail, **away, smtp_sender="coach@example.org")  # type: ignore[arg-type]
    workshop = Workshop(settings, tmp_path, [office.certificate])
    yield workshop
    workshop.stop()


def test_an_emergency_arrives_without_redis_and_after_a_kill(
    committed: sessionmaker[Session], office: Office, workshop: Workshop
) -> None:
    workshop.trap.set("notices: answered")  # the mail is out, its answer is not written down
    workshop.start(beats=0)
    (worker,) = workshop.workers
    assert wait_until(lambda: not worker.running(), ARRIVES_WITHIN_S), workshop.last_words()
    with committed.begin() as session:
        held = update(Notice).where(Notice.state == "leased").values(leased_until=THREE)  # as if its time were up
        session.execute(held, execution_options={"synchronize_session": False})

    assert workshop.mend() == 1

    def accepted() -> bool:
        with committed() as session:
            return session.scalars(select(Notice.state).where(Notice.channel == "email")).one() == "accepted"

    assert wait_until(accepted, ARRIVES_WITHIN_S), workshop.last_words()
    first, again = office.mails_to(DUTY)
    assert first["Message-ID"] == again["Message-ID"]
    with committed() as session:
        assert session.scalars(select(Notice.ambiguous).where(Notice.channel == "email")).one() == 1
