"""The whole service as its own processes: API, worker and beat, as an operator starts them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from coach.commands import command
from coach.config import Config, inherited, variable

T = TypeVar("T")
PATIENCE_S = 30.0  # longer than any single fault may last


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

    def post(self, path: str, *, json: Any) -> Answer:  # the name Flask's client uses
        return self.open(path, method="POST", headers={"Content-Type": "application/json"}, data=_dumps(json))


@dataclass
class Service:
    config: Config
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def client(self) -> HttpClient:
        return HttpClient(self.config.port)

    def start(self, *names: str) -> None:
        for name in names:
            with (self.logs / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    command(name, self.config), env=environ(self.config), stdout=log, stderr=log, start_new_session=True
                )

    def kill(self, name: str) -> None:
        """SIGKILL for the process and all of its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            try:
                return self.client.open("/health/ready").status_code == 200
            except OSError:
                return False

        eventually(ready)


def eventually(look: Callable[[], T], within: float = PATIENCE_S) -> T:
    """The first true result; other processes need their time. Fails with the last one."""
    ends = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, f"still {found!r} after {within} s"
        time.sleep(0.05)


def environ(config: Config) -> dict[str, str]:
    """The settings as another process reads them."""
    given = {}
    for setting in fields(config):
        value = getattr(config, setting.name)
        if value is not None and value is not False:
            given[variable(setting.name)] = "on" if value is True else str(value)
    return inherited() | given


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


def _dumps(body: Any) -> str:
    return json.dumps(body)
