"""A service for one command: embedded servers in a throw-away folder, API, one worker and beat, a clock to move."""

import contextlib
import http.client
import json
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from coach import clock, commands, migrations
from coach.config import CannotStart, Config, inherited
from coach.database import make_engine, make_sessions
from coach.processes import STARTED_BY, Program, wait_until
from coach.run import DATABASE, Service, prepared
from coach.standalone import Postgres, Valkey, free_port

READY_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 30


@dataclass(frozen=True)
class Http:
    """Calls the API over a real socket."""

    port: int

    def send(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """The status and the answer's JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else json.dumps(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_TIMEOUT_S)
        with contextlib.closing(connection):
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "null")

    def ready(self) -> bool:
        try:
            return self.send("GET", "/health/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False


@dataclass(frozen=True)
class Running:
    """The service as its users and its operator see it."""

    http: Http
    config: Config
    sessions: sessionmaker[Session]

    def move(self, to: datetime) -> None:
        """Sets the clock of all its processes; it stands there."""
        with self.sessions.begin() as session:
            clock.move(session, self.config, to, speed=0)


@contextlib.contextmanager
def running() -> Iterator[Running]:
    """Starts everything; whatever ends the block, nothing of it is left. Raises CannotStart."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="coach-cases-"))
    programs = Service()
    try:
        environ = _servers(programs, prepared(folder))
        config = Config.from_env(environ)
        migrations.upgrade(config.database_url)
        started = [
            Program(name, commands.command(name, config), environ, folder / f"{name}.log") for name in commands.NAMES
        ]
        for program in started:
            programs.start(program)
        http_ = Http(config.port)
        if not wait_until(http_.ready, READY_TIMEOUT_S, 0.05):
            raise CannotStart(f"The API did not answer:\n{started[0].last_words()}")
        engine = make_engine(config.database_url)
        yield Running(http_, config, make_sessions(engine))
        engine.dispose()
    finally:
        programs.stop()
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def _servers(programs: Service, folder: Path) -> dict[str, str]:
    """Starts the servers; the settings of all processes, and none of the shell's."""
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    programs.start(postgres.program, postgres.start)
    programs.start(valkey.program, valkey.start)
    valkey.wait()
    postgres.wait()
    postgres.create(DATABASE)
    shell = {name: text for name, text in inherited().items() if not name.startswith("COACH_")}
    return shell | {
        STARTED_BY: str(folder),
        "COACH_DATABASE_URL": postgres.url(DATABASE),
        "COACH_REDIS_URL": valkey.url(),
        "COACH_SECRET_KEY": secrets.token_urlsafe(48),
        "COACH_REGISTRATION": "open",
        "COACH_TWO_FACTOR": "off",
        "COACH_CLOCK": "movable",
        "COACH_RATE_LIMIT": "100000",
        "COACH_API_WORKERS": "1",
        "COACH_WORKER_PROCESSES": "1",
        "COACH_LOG_LEVEL": "warning",
        "COACH_PORT": str(free_port()),
    }
