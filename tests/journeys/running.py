"""One running service for all journeys, each on an empty database and at a time that the journey sets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import make_url

from coach.config import Config
from coach.database import make_engine, make_sessions
from coach.standalone import Valkey, free_port
from tests.embedded import Servers
from tests.journeys.service import PROCESSES, Service
from tests.receivers.webpush import Receiver


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("receiver"))
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def running(
    config: Config, servers: Servers, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A Valkey of its own, because a journey empties and stops it."""
    folder = tmp_path_factory.mktemp("service")
    database = servers.create_database(f"{make_url(config.database_url).database}_journeys")
    valkey = Valkey(folder)
    valkey.start()
    valkey.wait()
    engine = make_engine(database)
    service = Service(
        replace(config, database_url=database, redis_url=valkey.url(), port=free_port(), worker_processes=1),
        make_sessions(engine),
        valkey,
        folder,
        receiver.certificate,
    )
    service.start(*PROCESSES)
    yield service
    service.stop()
    valkey.program.stop()
    engine.dispose()


@pytest.fixture
def service(running: Service, now: datetime) -> Service:
    running.start_over(now)
    return running
