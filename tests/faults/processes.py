"""Worker and beat as processes of their own, started the way the service starts them."""

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

from coach import commands
from coach.config import Config, inherited, variable
from coach.processes import wait_until

START_TIMEOUT_S = 60


class Workshop:
    """Starts processes with the test's settings and stops those that are left."""

    def __init__(self, config: Config, folder: Path, certificate: Path) -> None:
        self._config = config
        self._folder = folder
        self._environ = inherited() | environ(config) | {"SSL_CERT_FILE": str(certificate)}
        self._running: list[subprocess.Popen[bytes]] = []
        self._armed = folder / "point"

    def beat(self) -> "subprocess.Popen[bytes]":
        return self._start("beat", commands.command("beat", self._config))

    def worker(self, **environ: str) -> "subprocess.Popen[bytes]":
        """Everything as in service, but for the file that names the point to die at."""
        command = commands.command("worker", self._config)
        arguments = command[command.index("worker") :]
        killable = [sys.executable, "-m", "tests.faults.worker", str(self._armed), *arguments]
        return self._start("worker", killable, **environ)

    def arm(self, point: str) -> None:
        """The next worker that reaches the point dies there."""
        half = self._armed.with_suffix(".new")
        half.write_text(point)
        half.replace(self._armed)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self._running:
            if process.poll() is None:
                self.kill(process)

    def last_words(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in self._folder.glob("*.log"))

    def _start(self, name: str, command: list[str], **environ: str) -> "subprocess.Popen[bytes]":
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=Path(__file__).parents[2],
                env=self._environ | environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process


def died(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it was killed, as the point demanded."""
    return wait_until(lambda: process.poll() is not None, START_TIMEOUT_S) and process.returncode == -signal.SIGKILL


def environ(config: Config) -> dict[str, str]:
    words = {True: "on", False: "off"}
    values = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    return {
        variable(name): words[value] if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }
