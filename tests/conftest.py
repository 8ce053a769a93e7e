"""One real PostgreSQL and one real Valkey for a test session, and one database for each test process.

A server of your own: COACH_TEST_DATABASE_URL (with the right to create databases) and COACH_TEST_REDIS_URL.
"""

import os
import socket
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from coach import keys
from coach.config import Config
from coach.database import make_engine, make_sessions
from coach.models import metadata
from tests.embedded import Keeper, Servers, wait_for

KEEPER = pytest.StashKey[Keeper]()

os.environ["PYTHONTZPATH"] = ""  # for what tests start; the pinned time zones win
zoneinfo.reset_tzpath(())

# A slow machine is no fault of what is tested.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

pytest_plugins = ["tests.journeys.running"]  # one service for journeys and browsers, started by who asks first


def pytest_configure(config: pytest.Config) -> None:
    _block_the_internet()
    # With several processes the servers start at once, beside the collection; else when a test needs them.
    if config.getoption("numprocesses", None):
        _keeper(config)


def pytest_configure_node(node: Any) -> None:
    node.workerinput["servers"] = str(_keeper(node.config).folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if keeper := config.stash.get(KEEPER, None):
        keeper.stop()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    given = getattr(pytestconfig, "workerinput", None)
    return wait_for(Path(given["servers"]) if given else _keeper(pytestconfig).folder)


@pytest.fixture(scope="session")
def config(servers: Servers, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of this test process: its own database, its own Valkey database, a movable clock."""
    worker = int(getattr(pytestconfig, "workerinput", {}).get("workerid", "gw0").removeprefix("gw"))
    return Config.from_env(
        {
            "COACH_DATABASE_URL": servers.create_database(f"{servers.template}_{worker}"),
            "COACH_REDIS_URL": servers.redis(worker + 1),
            "COACH_SECRET_KEY": "a secret that only the tests know, long enough",
            "COACH_REGISTRATION": "open",
            "COACH_CLOCK": "movable",
            "COACH_PUSH_LOOPBACK": "on",
            "COACH_TWO_FACTOR": "off",  # the tests of it switch it on
            "COACH_RATE_LIMIT": "100000",
            "COACH_VAPID_KEY_FILE": str(keys.vapid_key(tmp_path_factory.mktemp("keys"))),
            "COACH_VAPID_SUBJECT": "mailto:tests@example.org",
        }
    )


@pytest.fixture(scope="session")
def engine(config: Config) -> Iterator[Engine]:
    engine = make_engine(config.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """What the test and the code under test store is gone afterwards, even if they commit."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def committed(engine: Engine) -> Iterator[sessionmaker[Session]]:
    """Sessions that truly commit, for races and for other processes; every table is emptied afterwards."""
    yield make_sessions(engine)
    with engine.begin() as connection:
        tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def valkey(config: Config) -> Iterator["redis.Redis"]:
    """This test process's Valkey database, emptied before, since every API of a test sends hints, and afterwards."""
    with redis.Redis.from_url(config.redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every SQL statement that this process sends while the test runs, to pin how many a request needs."""
    sent: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    yield sent
    event.remove(Engine, "before_cursor_execute", record)


@pytest.fixture
def now() -> datetime:
    """A Monday morning in winter, where every test begins."""
    return datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def _keeper(config: pytest.Config) -> Keeper:
    if KEEPER not in config.stash:
        given = (os.environ.get(f"COACH_TEST_{name}_URL", "") for name in ("DATABASE", "REDIS"))
        config.stash[KEEPER] = Keeper(*given)
    return config.stash[KEEPER]


def _block_the_internet() -> None:
    """Tests reach this machine only: a forgotten real address must fail loudly, not slowly."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def allowed(host: Any) -> bool:
        name = host.decode() if isinstance(host, bytes) else host
        return name is None or name in ("", "localhost", "::1") or name.startswith("127.")

    def check(family: int, host: Any) -> None:
        if family != socket.AF_UNIX and not allowed(host):
            raise RuntimeError(f"A test tried to reach {host}.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self.family, address[0])
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self.family, address[0])
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(socket.AF_INET, host)
        return getaddrinfo(host, *args, **kwargs)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_getaddrinfo
