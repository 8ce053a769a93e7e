"""A real worker that dies at a named point.

A test writes a point's name and a way to die into a file (see Trap). The next worker that reaches the point takes
the file away, so each trap is sprung once, and dies: the whole worker with its children, its child alone, or the
way a cold shutdown ends it.
"""

import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from workers import points

# The whole worker, as when a machine dies; one of its processes, as when memory runs out; a cold shutdown.
WAYS = ("worker", "child", "cold")
ON_ITS_WAY = "deliver: sent"
LONGEST_ON_ITS_WAY_S = 0.1


@dataclass(frozen=True)
class Trap:
    """The file through which a test says where the next worker dies."""

    file: Path

    def set(self, point: str, way: str = "worker") -> None:
        half = self.file.with_suffix(".new")  # the file is there with all of its text or not at all
        half.write_text(f"{point}\n{way}")
        half.replace(self.file)

    def sprung(self) -> bool:
        return not self.file.exists()

    def take_away(self) -> bool:
        """Whether it had not been sprung yet."""
        try:
            self.file.unlink()
        except FileNotFoundError:
            return False
        return True


def kill_at_point_in(file: Path) -> None:
    trap = Trap(file)

    def reached(point: str) -> None:
        try:
            named, _, way = file.read_text().partition("\n")
        except FileNotFoundError:
            return
        if named == point and trap.take_away():  # of two workers that get here at once, one
            _die(point, way or "worker")

    points.listener = reached


def _die(point: str, way: str) -> None:
    if point == ON_ITS_WAY:  # the sender's thread goes on writing meanwhile
        time.sleep(random.uniform(0, LONGEST_ON_ITS_WAY_S))
    leads = os.getpid() == os.getpgid(0)  # the worker's main process, where the standby works
    if way == "cold":
        os.kill(os.getpid() if leads else os.getppid(), signal.SIGQUIT)
    elif way == "child" and not leads:
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        os.killpg(0, signal.SIGKILL)  # the test starts each worker in a process group of its own
