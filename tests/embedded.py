"""The servers of one test session, kept by a process of their own that ends when its standard input does.

So they end however the session ends, by SIGKILL too, and start while pytest still collects.
Run as: python -m tests.embedded FOLDER
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from coach.config import inherited
from coach.processes import wait_until
from coach.standalone import Postgres, Valkey, write_private

PREFIX = "coach-test-"
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


@dataclass(frozen=True)
class Servers:
    """Where they are. `template` is a migrated database that every test process copies."""

    database_url: str
    redis_url: str
    template: str

    def create_database(self, name: str) -> str:
        """A fresh copy of the template; its URL."""
        with _maintenance(self.database_url) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return _named(self.database_url, name)

    def redis(self, database: int) -> str:
        return self.redis_url.rsplit("/", 1)[0] + f"/{database}"


class Keeper:
    """The process that holds the servers, seen from the test session."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        _remove_what_a_kill_left()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.folder.chmod(0o711)  # root's PostgreSQL runs as somebody else
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded", str(self.folder), database_url, redis_url],
            stdin=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for pytest only
            cwd=Path(__file__).parent.parent,
            env=inherited(),
        )

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(STOP_TIMEOUT_S)


def wait_for(folder: Path) -> Servers:
    """The servers that a Keeper starts in this folder, as soon as they are ready."""
    ready = folder / "ready.json"
    if not wait_until(ready.exists, READY_TIMEOUT_S):
        raise TimeoutError("The test servers did not start.")
    found = json.loads(ready.read_text())
    if "error" in found:
        raise RuntimeError(f"The test servers did not start:\n{found['error']}")
    return Servers(**found)


def _keep(folder: Path, database_url: str, redis_url: str) -> None:
    lock = os.open(folder / "kept", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    programs = []
    try:
        postgres = None if database_url else Postgres(folder, durable=False)
        valkey = None if redis_url else Valkey(folder)
        if postgres:
            programs.append(postgres.program)
            postgres.start()
        if valkey:
            programs.append(valkey.program)
            valkey.start()
            valkey.wait()
        template = f"coach_test_{os.getpid()}"
        servers = Servers(
            database_url=postgres.url("postgres") if postgres else database_url,
            redis_url=valkey.url() if valkey else redis_url,
            template=template,
        )
        from coach import migrations  # slow to import: while PostgreSQL starts

        if postgres:
            postgres.wait()
        with _maintenance(servers.database_url) as connection:
            connection.execute(f"CREATE DATABASE {template}")
        migrations.upgrade(_named(servers.database_url, template))
        write_private(folder / "ready.json", json.dumps(vars(servers)))
        sys.stdin.read()
        if not postgres:
            _drop_databases(servers)
    except Exception:
        write_private(folder / "ready.json", json.dumps({"error": traceback.format_exc()}))
        sys.stdin.read()
    finally:
        for program in programs:
            program.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _drop_databases(servers: Servers) -> None:
    """Leaves a server that is not ours as it was."""
    with _maintenance(servers.database_url) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [servers.template])
        for (name,) in found.fetchall():
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _remove_what_a_kill_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with (folder / "kept").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, just being made, or somebody else's


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _maintenance(url: str) -> "psycopg.Connection[tuple[str, ...]]":
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=3)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    _keep(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
