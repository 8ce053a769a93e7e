"""The embedded servers start again after whatever ended them, and stay private."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from coach import keys
from coach.config import CannotStart
from coach.processes import STARTED_BY, Program, alive, stop_leftovers, wait_until
from coach.standalone import SOCKET_LONGEST, Postgres, Valkey

TIMEOUT_S = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder, passable for the user as which root's PostgreSQL runs."""
    path = Path(tempfile.mkdtemp(prefix="coach-standalone-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, durable=False)
    server.start()
    server.wait()
    yield server
    server.program.stop()


def connect(server: Postgres) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True)


def test_what_was_committed_survives_a_kill(postgres: Postgres) -> None:
    with connect(postgres) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    os.kill(postgres.program.process.pid, signal.SIGKILL)
    postgres.program.stop()
    postgres.start()
    postgres.wait()
    with connect(postgres) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_a_killed_server_that_nobody_has_reaped_is_not_taken_for_a_live_one(postgres: Postgres, folder: Path) -> None:
    """Right after a kill -9 the process id still answers to signals, and PostgreSQL alone would not start."""
    postgres.program.stop()
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    assert wait_until(lambda: not alive(psutil.Process(zombie.pid)), TIMEOUT_S)
    (folder / "postgres" / "postmaster.pid").write_text(f"{zombie.pid}\n{folder / 'postgres'}\n")
    postgres.start()
    postgres.wait()
    zombie.wait()


def test_a_process_id_that_now_belongs_to_another_program_is_left_alone(postgres: Postgres, folder: Path) -> None:
    postgres.program.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (folder / "postgres" / "postmaster.pid").write_text(f"{other.pid}\n{folder / 'postgres'}\n")
        postgres.start()
        postgres.wait()
        assert other.poll() is None


def test_a_server_that_its_supervisor_left_running_is_stopped_first(postgres: Postgres, folder: Path) -> None:
    second = Postgres(folder, durable=False)
    second.start()
    second.wait()
    assert not postgres.program.running()
    connect(second).close()
    second.program.stop()


def test_a_first_start_that_was_killed_half_way_is_made_again(folder: Path) -> None:
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("18")
    server = Postgres(folder)
    server.start()
    server.wait()
    with connect(server) as connection:  # and its commits reach the disk
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    server.program.stop()


def test_data_of_another_postgres_version_is_refused_with_the_way_out(postgres: Postgres, folder: Path) -> None:
    postgres.program.stop()
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match="make clean"):
        postgres.start()


def test_only_its_user_can_reach_the_server_and_no_folder_above_is_opened(postgres: Postgres, folder: Path) -> None:
    assert mode(folder / "socket") == mode(folder / "postgres") == 0o700
    assert mode(folder) == 0o711
    with connect(postgres) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_deep_checkout_has_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("deep" * 25)
    deep.mkdir()
    deep.chmod(0o711)
    server = Postgres(deep, durable=False)
    server.start()
    server.wait()
    socket = Path(server.url("x").partition("host=")[2].partition("&")[0])
    assert len(str(socket)) < SOCKET_LONGEST and mode(socket) == 0o700
    server.program.stop()
    shutil.rmtree(socket)


def test_valkey_wants_its_password_and_comes_back_at_the_same_address(folder: Path) -> None:
    server = Valkey(folder)
    server.start()
    server.wait()
    before = server.url()
    stranger = "redis://" + before.rpartition("@")[2]
    with redis.Redis.from_url(stranger) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    server.program.process.kill()
    server.program.stop()
    server.start()
    server.wait()
    assert server.url() == before
    server.program.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends what a kill left behind")
def test_a_program_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from coach.processes import Program\n"
        "program = Program('child', [sys.executable, '-c', 'import time; time.sleep(600)'], {},"
        " pathlib.Path(sys.argv[1]))\n"
        "program.start(); print(program.process.pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child = psutil.Process(int(parent.stdout.readline()))
    assert alive(child)
    parent.kill()
    assert wait_until(lambda: not alive(child), TIMEOUT_S)
    parent.communicate()


def test_leftovers_are_known_by_their_mark(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    ours = subprocess.Popen(sleep, env=os.environ | {STARTED_BY: str(tmp_path)}, start_new_session=True)
    other = subprocess.Popen(sleep, env=os.environ | {STARTED_BY: "elsewhere"}, start_new_session=True)
    assert stop_leftovers(str(tmp_path)) == 1
    assert ours.wait(TIMEOUT_S) and other.poll() is None
    other.kill()
    other.wait()


def test_a_stopped_program_leaves_no_grandchild(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "grandchild = subprocess.Popen(sleep); print(grandchild.pid, flush=True); grandchild.wait()"
    )
    program = Program("parent", [sys.executable, "-c", script], os.environ, tmp_path / "log")
    program.start()
    assert wait_until(lambda: program.last_words() != "", TIMEOUT_S)
    grandchild = psutil.Process(int(program.last_words()))
    program.stop()
    assert wait_until(lambda: not alive(grandchild), TIMEOUT_S)


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    for make in (keys.signing_key, keys.vapid_key):
        first = make(tmp_path).read_bytes()
        assert make(tmp_path).read_bytes() == first
        assert mode(make(tmp_path)) == 0o600


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
