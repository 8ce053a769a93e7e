"""What benchmarks run on: PostgreSQL that survives a power cut (fsync on), Valkey, a push service that says 201."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import make_url

from coach import keys, migrations
from coach.config import Config
from coach.standalone import Postgres, Valkey
from tests.receivers import node


@dataclass(frozen=True)
class Stage:
    folder: Path
    postgres: Postgres
    environ: dict[str, str]
    sink: str  # https://localhost:port

    def database(self, name: str) -> Config:
        """The settings for a fresh database of that name."""
        self.postgres.create(name)
        config = Config.from_env(self.environ | {"COACH_DATABASE_URL": self.postgres.url(name)})
        migrations.upgrade(config.database_url)
        return config

    def connect(self, config: Config) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            make_url(config.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        )

    def database_cpu(self) -> float:
        """Seconds of CPU that PostgreSQL has used, with its living children."""
        assert self.postgres.program.process is not None
        server = psutil.Process(self.postgres.program.process.pid)
        return sum(_cpu(process) for process in (server, *server.children(recursive=True)))


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Everything started in a folder of its own, and gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="coach-bench-"))
    folder.chmod(0o711)  # root's PostgreSQL runs as somebody else
    postgres, valkey = Postgres(folder), Valkey(folder)
    sink = node.Server("sink.js", folder, scripts=Path(__file__).parent)
    try:
        postgres.start()
        valkey.start()
        postgres.wait()
        valkey.wait()
        os.environ["SSL_CERT_FILE"] = str(sink.certificate)  # trusted by this process and those it starts
        environ = {
            "COACH_REDIS_URL": valkey.url(),
            "COACH_SECRET_KEY": "a secret that only the benchmarks know, long enough",
            "COACH_CLOCK": "movable",
            "COACH_PUSH_LOOPBACK": "on",
            "COACH_VAPID_KEY_FILE": str(keys.vapid_key(folder)),
            "COACH_VAPID_SUBJECT": "mailto:bench@example.org",
            "COACH_LOG_LEVEL": "error",
        }
        yield Stage(folder, postgres, environ, sink.url)
    finally:
        sink.stop()
        valkey.program.stop()
        postgres.program.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
