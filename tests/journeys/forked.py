"""The real worker and beat, forked from a process that has imported them: a kill costs no new start of Python.

A worker that reaches the point named in the file `point` removes it and dies, children included.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

from coach.processes import Program
from programs import catalog
from tests.faults.worker import kill_at_point_in
from workers.app import app

FORKS = multiprocessing.get_context("forkserver")
IMPORTED = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "workers.adaptation",
    "workers.reminders",
)
for name in IMPORTED:  # once, in the process that all of them are forked from
    import_module(name)
catalog.load()


def prepare() -> None:
    """Starts that process, which takes a few seconds, while something else is going on."""
    FORKS.set_forkserver_preload([__name__])
    forkserver.ensure_running()


@dataclass
class Forked:
    """One process that runs as `coach.commands` says, in a process group of its own."""

    usual: Program
    point: Path
    _process: BaseProcess | None = field(default=None, init=False)

    def start(self) -> None:
        self._process = FORKS.Process(target=_work, args=(self.usual, self.point), daemon=True)
        self._process.start()

    def running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def ask(self, number: signal.Signals) -> None:
        """Sends a signal to the process itself, as a deployment does; its children hear of it from there."""
        if self._process is not None and self._process.pid and self._process.is_alive():
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None and self._process.pid:
            kill_group(self._process.pid)
            self._process.kill()  # just born, it leads no group yet
            self._process.join()


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # all dead already
        os.killpg(leader, signal.SIGKILL)


def _work(usual: Program, point: Path) -> None:
    os.setsid()
    threading.Thread(target=_die_with_the_tests, daemon=True).start()
    with usual.log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(usual.environ)
    kill_at_point_in(point)
    app.start(usual.command[usual.command.index(usual.name) :])


def _die_with_the_tests() -> None:
    tests = multiprocessing.parent_process()
    assert tests is not None
    tests.join()
    os.killpg(0, signal.SIGKILL)
