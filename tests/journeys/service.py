"""The whole service as its own processes: API, worker and beat, as an operator starts them."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.commands import command
from coach.config import Config, inherited
from coach.models import metadata
from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery
from coach.processes import Program, wait_until
from coach.services import accounts
from coach.standalone import Valkey
from coach.wake import TASKS, Waker
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD
from tests.faults.processes import environ
from tests.journeys.forked import Forked, kill_group

T = TypeVar("T")
PATIENCE_S = 60.0  # longer than any single fault may last
PROCESSES = ("api", "worker", "beat")


@dataclass
class Answer:
    status_code: int
    headers: Message
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    def get_json(self) -> Any:
        return json.loads(self.data)


@dataclass
class HttpClient:
    """Calls the API over a real socket; has what the tests' Person needs of Flask's test client."""

    port: int

    def open(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, data: str | bytes | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, data, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def ready(self) -> bool:
        try:
            return self.open("/health/ready").status_code == 200
        except OSError:
            return False

    def post(self, path: str, *, json: Any) -> Answer:  # the name Flask's client uses
        return self.open(path, method="POST", headers={"Content-Type": "application/json"}, data=_dumps(json))


class Started(Program):
    """One process of the service, started as an operator would."""

    def kill(self) -> None:
        if self.process:
            kill_group(self.process.pid)
        self.stop()


@dataclass
class Service:
    """One deployment with a database and a Valkey of its own, at a time that the test sets."""

    config: Config
    sessions: sessionmaker[Session]
    valkey: Valkey
    folder: Path
    certificate: Path  # of the push service, which the worker has to trust
    processes: dict[str, Started | Forked] = field(default_factory=dict)
    point: Path | None = None  # of a worker that shall die where this file says

    def __post_init__(self) -> None:
        self.waker = Waker(self.config.redis_url)

    @property
    def client(self) -> HttpClient:
        return HttpClient(self.config.port)

    def start(self, *names: str) -> None:
        for name in names:
            usual = process(name, self.config, self.folder, self.certificate)
            self.processes[name] = Forked(usual, self.point) if self.point and name != "api" else usual
            self.processes[name].start()

    def kill(self, name: str) -> None:
        """SIGKILL for the process and all of its children."""
        self.processes.pop(name).kill()

    def dead(self) -> list[str]:
        return [name for name in PROCESSES if name not in self.processes or not self.processes[name].running()]

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def start_over(self, now: datetime) -> None:
        """An empty database with one clinic that takes people in, one physiotherapist on duty; it is `now`."""
        if self.point:
            self.point.unlink(missing_ok=True)
            self.point = None
        if not self.valkey.program.running():
            self.valkey.start()
            self.valkey.wait()
        self.start(*self.dead())
        eventually(self.client.ready, self.last_words)
        assert wait_until(lambda: self._emptied(now), PATIENCE_S)

    def move(self, to: datetime) -> None:
        """Sets the domain's clock; it stands still until moved again."""
        with self.sessions.begin() as session:
            clock.move(session, self.config, to, speed=0)

    def settle(self) -> None:
        """Until nothing is left to do at this time: days turned, reports judged, reminders made and handed over.

        The hints only save the wait for beat's next second.
        """
        for name in TASKS:
            self.waker.wake(name)
        eventually(self.settled, self.last_words)

    def settled(self, *, but_plans: bool = False) -> bool:
        """Whether nothing is left to do; `but_plans`: whether all reminders that are due have gone."""
        with self.sessions() as session:
            now = clock.read(session, self.config)
            waiting = or_(Delivery.state == "leased", (Delivery.state == "pending") & (Delivery.due_at <= now))
            left = [
                select(Cursor.patient_id).where(Cursor.next_at <= now),
                select(Delivery.patient_id).where(waiting),
            ]
            if not but_plans:
                left.append(select(Patient.id).where(Patient.adapt_at <= now))
            return not any(session.execute(query.limit(1)).first() for query in left)

    def last_words(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in self.folder.glob("*.log"))

    def _emptied(self, now: datetime) -> bool:
        """False when a worker was in the middle of something that it stood in the way of."""
        tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        try:
            with self.sessions.begin() as session:
                session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
                clock.move(session, self.config, now, speed=0)
                place = {"name": "Riverside Physiotherapy", "zone": "Europe/Paris"}
                who = {"email": CLINICIAN, "password": PASSWORD, "person": "Maya Lindqvist"}
                accounts.open_clinic(session, **place, **who, now=now)
        except OperationalError:
            return False
        return True


def process(name: str, config: Config, folder: Path, certificate: Path | None = None) -> Started:
    """One of the service's processes, not started yet. `certificate` is one more that it trusts."""
    trusts = {"SSL_CERT_FILE": str(certificate)} if certificate else {}
    return Started(name, command(name, config), inherited() | environ(config) | trusts, folder / f"{name}.log")


def eventually(look: Callable[[], T], otherwise: Callable[[], object] = lambda: "") -> T:
    """The first true result; other processes need their time. Fails with the last one."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < ends, f"still {found!r} after {PATIENCE_S} s\n{otherwise()}"
        time.sleep(0.02)
    return found


def _dumps(body: Any) -> str:
    return json.dumps(body)
