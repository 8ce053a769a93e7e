"""Workers and beats as processes of their own, started the way the service starts them."""

import dataclasses
from collections.abc import Collection
from pathlib import Path

from coach import commands
from coach.config import Config, inherited, variable
from coach.processes import Program
from tests.faults.worker import Trap
from tests.journeys.forked import Forked

READY = " ready."  # Celery's own word


class Workshop:
    """Starts workers and beats, starts dead ones again, and leaves none behind."""

    def __init__(self, config: Config, folder: Path, certificates: Collection[Path]) -> None:
        trusted = folder / "trusted.pem"
        trusted.write_text("".join(path.read_text() for path in certificates))
        self._folder = folder
        self._config = config
        self._environ = {"SSL_CERT_FILE": str(trusted)}
        self.trap = Trap(folder / "trap")
        self.beats: list[Forked] = []
        self.workers: list[Forked] = []

    def start(self, *, workers: int = 1, beats: int = 1) -> None:
        self.beats += [self._started("beat") for _ in range(beats)]
        self.workers += [self._started("worker") for _ in range(workers)]

    def ready(self) -> bool:
        """Whether as many workers as were started have said so."""
        log = self._folder / "worker.log"
        return log.exists() and log.read_text("utf-8", "replace").count(READY) >= len(self.workers)

    def mend(self) -> int:
        """Starts what has died, as a supervisor would; the number of those."""
        dead = [each for each in (*self.beats, *self.workers) if not each.running()]
        for each in dead:
            each.kill()  # what is left of its group
            each.start()
        return len(dead)

    def stop(self) -> None:
        for each in (*self.beats, *self.workers):
            each.kill()
        self.beats, self.workers = [], []

    def last_words(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace")[-3000:] for path in self._folder.glob("*.log"))

    def _started(self, name: str) -> Forked:
        surroundings = inherited() | environ(self._config) | self._environ
        command = commands.command(name, self._config)
        process = Forked(Program(name, command, surroundings, self._folder / f"{name}.log"), self.trap.file)
        process.start()
        return process


def environ(config: Config) -> dict[str, str]:
    words = {True: "on", False: "off"}
    values = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    return {
        variable(name): words[value] if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }
