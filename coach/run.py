"""`coach run`: the whole service on one machine, supervised, on embedded servers or on named ones."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from coach import commands, demo, keys, migrations
from coach.clock import read
from coach.config import LOOPBACK, CannotStart, Config, inherited
from coach.database import make_engine, make_sessions
from coach.processes import STARTED_BY, Program, stop_leftovers
from coach.standalone import Postgres, Valkey, data_folder

DATABASE = "coach"
PORTS_TRIED = 20
API_READY_TIMEOUT_S = 30
LOOK_EVERY_S = 0.2
_ANY_SERVERS = {"COACH_DATABASE_URL": "postgresql+psycopg://", "COACH_REDIS_URL": "redis://"}
RESTARTS_MOST = 5  # of one program ...
RESTARTS_WINDOW_S = 60  # ... in this time; then something is wrong that a restart does not mend


class Stopped(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent a signal."""


def run() -> int:
    """Starts everything and stays until it is stopped. Raises CannotStart with what to do about it."""
    folder = prepared(data_folder(Path.cwd()))
    with _only_one(folder) as lock:
        stop_leftovers(str(folder))
        service = Service()
        _signals(_stop)
        try:
            config = _start(service, folder)
            os.write(lock, f"process {os.getpid()}, http://{_shown(config)}\n".encode())
            print(_welcome(config, folder), flush=True)
            while True:
                time.sleep(LOOK_EVERY_S)
                service.restart_the_dead()
        except Stopped:
            print("\nStopping ...", flush=True)
            return 0
        finally:
            _signals(signal.SIG_IGN)
            service.stop()


def reset() -> int:
    """Deletes this checkout's data: database, keys, logs."""
    folder = data_folder(Path.cwd())
    if folder.exists():
        with _only_one(folder):
            stop_leftovers(str(folder))
            shutil.rmtree(folder)
    return 0


class Service:
    """The programs of one checkout in the order in which they started; they stop in the opposite one."""

    def __init__(self) -> None:
        self._parts: list[tuple[Program, Callable[[], None]]] = []
        self._restarts: dict[str, list[float]] = {}

    def start(self, program: Program, start: Callable[[], None] | None = None) -> None:
        self._parts.append((program, start or program.start))
        self._parts[-1][1]()

    def restart_the_dead(self) -> None:
        """Raises CannotStart when one keeps dying."""
        for program, start in self._parts:
            if program.running():
                continue
            now = time.monotonic()
            recent = [at for at in self._restarts.get(program.name, []) if now - at < RESTARTS_WINDOW_S]
            if len(recent) >= RESTARTS_MOST:
                raise CannotStart(f"{program.name} keeps stopping:\n{program.last_words()}")
            self._restarts[program.name] = [*recent, now]
            print(f"{program.name} has stopped and is started again (see {program.log})", flush=True)
            program.stop()  # reaps it and ends what it left behind
            start()

    def stop(self) -> None:
        for program, _ in self._parts:
            if program.name in commands.NAMES:
                program.ask_to_stop()  # these three wind up side by side, before what they stand on
        while self._parts:
            self._parts.pop()[0].stop()


def prepared(folder: Path) -> Path:
    """The data folder, for this user only. PostgreSQL's user must pass through root's, but cannot read it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def _start(service: Service, folder: Path) -> Config:
    environ = _with_defaults(inherited() | {STARTED_BY: str(folder)}, folder)
    Config.from_env(_ANY_SERVERS | environ)  # a wrong setting is said before anything starts
    with _step("database and queue"):
        _start_servers(service, folder, environ)
    config = Config.from_env(environ)
    with _step("tables"):
        migrations.upgrade(config.database_url)
    if config.demo:
        with _step("demo clinic"):
            _seed(config)
    port = _free_port(config.host, config.port)
    config = Config.from_env(environ | {"COACH_PORT": str(port)})
    environ["COACH_PORT"] = str(port)
    environ.setdefault("COACH_PUBLIC_URL", f"http://{_shown(config)}")
    programs = {
        name: Program(name, commands.command(name, config), environ, folder / f"{name}.log") for name in commands.NAMES
    }
    with _step("API"):  # alone, so that a small machine shows its first screen soon
        service.start(programs["api"])
        _wait_for_api(service, config, programs["api"])
    service.start(programs["worker"])
    service.start(programs["beat"])
    return config


def _start_servers(service: Service, folder: Path, environ: dict[str, str]) -> None:
    """Embedded ones for what the environment does not name. Both start side by side."""
    postgres = None if "COACH_DATABASE_URL" in environ else Postgres(folder)
    valkey = None if "COACH_REDIS_URL" in environ else Valkey(folder)
    if postgres:
        service.start(postgres.program, postgres.start)
    if valkey:
        service.start(valkey.program, valkey.start)
        valkey.wait()
        environ["COACH_REDIS_URL"] = valkey.url()
    if postgres:
        postgres.wait()
        postgres.create(DATABASE)
        environ["COACH_DATABASE_URL"] = postgres.url(DATABASE)
        if environ.get("COACH_HOST", "127.0.0.1") in LOOPBACK:
            environ.setdefault("COACH_DEMO", "on")
            # The demo's log-ins are public anyhow; a second factor would only keep you from looking around.
            environ.setdefault("COACH_TWO_FACTOR", "off")


def _with_defaults(environ: dict[str, str], folder: Path) -> dict[str, str]:
    """Adds what a development server needs and a real one must be given."""
    environ.setdefault("COACH_REGISTRATION", "open")
    if "COACH_SECRET_KEY" not in environ:
        environ.setdefault("COACH_SECRET_KEY_FILE", str(keys.signing_key(folder)))
    if "COACH_VAPID_KEY_FILE" not in environ:
        environ["COACH_VAPID_KEY_FILE"] = str(keys.vapid_key(folder))
        environ.setdefault("COACH_VAPID_SUBJECT", "mailto:development@example.org")
    return environ


def _seed(config: Config) -> None:
    engine = make_engine(config.database_url)
    with make_sessions(engine).begin() as session:
        demo.seed(session, read(session, config))
    engine.dispose()


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise CannotStart(f"Port {port} needs more rights: set COACH_PORT to one above 1023.") from None
            except OSError:
                continue
        if port != wanted:
            print(f"Port {wanted} is busy, so this is port {port} (COACH_PORT chooses another).", flush=True)
        return port
    raise CannotStart(f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are all busy: set COACH_PORT.")


def _wait_for_api(service: Service, config: Config, api: Program) -> None:
    end = time.monotonic() + API_READY_TIMEOUT_S
    while not _alive(config):
        if time.monotonic() > end:
            raise CannotStart(f"The API did not answer within {API_READY_TIMEOUT_S} s:\n{api.last_words()}")
        service.restart_the_dead()
        time.sleep(0.05)


def _alive(config: Config) -> bool:
    connection = http.client.HTTPConnection(config.host, config.port, timeout=1)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _shown(config: Config) -> str:
    return f"[{config.host}]:{config.port}" if ":" in config.host else f"{config.host}:{config.port}"


def _welcome(config: Config, folder: Path) -> str:
    base = f"http://{_shown(config)}"
    open_door = ["Staff log in without a second factor here (COACH_TWO_FACTOR=off, refused on any other address)."]
    lines = [
        "",
        f"Ready: {base}/   API pages: {base}/docs   Ctrl-C stops everything.",
        f"Data and logs: {folder}  (embedded servers are for development, not for patients)",
        *([] if config.two_factor else open_door),
    ]
    return "\n".join([*lines, "", demo.welcome(base)] if config.demo else lines)


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"  {what} ... ", end="", flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[int]:
    """Holds the folder's lock, which the kernel drops with this process however it ends."""
    lock = os.open(folder / "running", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = os.read(lock, 200).decode().strip() or "just starting"
        os.close(lock)
        raise CannotStart(f"This checkout is already running ({who}). Stop that one first.") from None
    try:
        os.ftruncate(lock, 0)
        yield lock
    finally:
        os.close(lock)


def _stop(_number: int, _frame: object) -> None:
    raise Stopped


def _signals(handler: Callable[[int, object], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
