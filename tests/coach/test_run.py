"""`coach run` as a developer meets it: started, killed, started again, started twice."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from coach.processes import STARTED_BY, alive, wait_until
from coach.standalone import data_folder

ROOT = Path(__file__).parent.parent.parent
TIMEOUT_S = 60


class Checkout:
    """A folder in which the service is run; its data is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = data_folder(folder)
        self.starts: list[subprocess.Popen[bytes]] = []

    def run(self, **settings: str) -> "subprocess.Popen[bytes]":
        output = (self.folder / f"output{len(self.starts)}").open("wb")
        settings = {"COACH_API_WORKERS": "1", "COACH_WORKER_PROCESSES": "1"} | settings
        environ = {name: text for name, text in os.environ.items() if not name.startswith("COACH_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "coach.cli", "run"],
            cwd=self.folder,
            env=environ | settings | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        output.close()
        self.starts.append(process)
        return process

    def said(self) -> str:
        return (self.folder / f"output{len(self.starts) - 1}").read_text()

    def says(self, text: str) -> bool:
        wait_until(lambda: text in self.said() or self.starts[-1].poll() is not None, TIMEOUT_S, 0.1)
        return text in self.said()

    def address(self) -> str:
        assert self.says("Ready: "), self.said()
        return self.said().split("Ready: ")[1].split()[0]

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if alive(process) and self._marked(process)]

    def _marked(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(STARTED_BY) == str(self.data)
        except psutil.Error:
            return False

    def killed(self, command: str) -> bool:
        """Kills one of the service's main processes without warning."""
        found = [process for process in self.processes() if command in " ".join(process.cmdline())]
        for process in found:
            process.kill()
        return bool(found)

    def remove(self) -> None:
        for process in self.starts:
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT_S)
        subprocess.run(
            [sys.executable, "-m", "coach.cli", "reset"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path)
    yield made
    made.remove()
    assert not made.processes() and not made.data.exists()


def answers(address: str) -> bool:
    with urllib.request.urlopen(address + "health/ready", timeout=5) as answer:
        return bool(answer.status == 200)


def test_the_first_start_says_where_it_is_a_second_says_so_too_and_ctrl_c_ends_everything(checkout: Checkout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        first = checkout.run(COACH_PORT=str(busy))
        address = checkout.address()
    assert f"Port {busy} is busy" in checkout.said() and str(busy) not in address
    assert "curl" in checkout.said()
    assert answers(address)

    assert checkout.run().wait(TIMEOUT_S) == 2
    assert "already running" in checkout.said() and address.rstrip("/") in checkout.said()
    assert answers(address)

    first.send_signal(signal.SIGINT)
    assert first.wait(TIMEOUT_S) == 0
    assert checkout.processes() == []


def test_a_killed_supervisor_takes_everything_along_and_the_next_start_finds_the_data(
    checkout: Checkout,
) -> None:
    first = checkout.run()
    checkout.address()
    secrets = {name: (checkout.data / name).read_bytes() for name in ("signing.key", "vapid.pem")}
    first.kill()
    first.wait()
    checkout.run()  # at once: the old ones may still be stopping
    assert answers(checkout.address())
    assert secrets == {name: (checkout.data / name).read_bytes() for name in secrets}


def test_a_killed_part_is_started_again(checkout: Checkout) -> None:
    checkout.run()
    address = checkout.address()
    parts = {
        "api": "granian",
        "worker": "workers.app worker",
        "beat": "workers.app beat",
        "valkey": "valkey",
        "postgres": "postgres -D",
    }
    for name, command in parts.items():
        assert checkout.killed(command), name
        assert checkout.says(f"{name} has stopped and is started again")
    assert wait_until(lambda: quiet(address), TIMEOUT_S, 0.1)


def quiet(address: str) -> bool:
    try:
        return answers(address)
    except OSError:
        return False


def test_a_wrong_setting_is_said_before_anything_starts(checkout: Checkout) -> None:
    assert checkout.run(COACH_PORT="eighty").wait(TIMEOUT_S) == 2
    assert "COACH_PORT=eighty: must be a whole number" in checkout.said()
    assert checkout.processes() == []
