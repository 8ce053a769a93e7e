"""One running service for each journey, on the test database, at a time that the journey sets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import redis
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Clinic
from coach.services import accounts
from tests.coach.conftest import CLINICIAN, Move, move
from tests.coach.people import PASSWORD
from tests.journeys.service import Service, free_port

__all__ = ["CLINICIAN", "move"]


@pytest.fixture
def clinic(committed: sessionmaker[Session], config: Config, now: datetime) -> Clinic:
    """A clinic that takes people in, with one physiotherapist on duty; it is `now`."""
    with committed.begin() as session:
        clock.move(session, config, now, speed=0)
        return accounts.open_clinic(
            session,
            name="Riverside Physiotherapy",
            zone="Europe/Paris",
            email=CLINICIAN,
            password=PASSWORD,
            person="Maya Lindqvist",
            now=now,
        )


@pytest.fixture
def service(config: Config, clinic: Clinic, valkey: "redis.Redis", move: Move, tmp_path: Path) -> Iterator[Service]:
    service = Service(replace(config, port=free_port(), api_workers=2, worker_processes=1), tmp_path)
    service.start("api", "worker", "beat")
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.stop()
