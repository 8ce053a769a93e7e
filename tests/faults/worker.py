"""A real worker that a test can kill at a named point.

Run as: python -m tests.faults.worker FILE ARGUMENTS-OF-CELERY. When FILE holds the name of a point that is
reached, FILE is removed and the whole worker, children included, dies by SIGKILL.
"""

import os
import signal
import sys
from pathlib import Path

from workers import points
from workers.app import app


def kill_at_point_in(file: Path) -> None:
    def reached(point: str) -> None:
        if file.exists() and file.read_text() == point:
            file.unlink()
            os.killpg(0, signal.SIGKILL)  # the test starts each worker in a process group of its own

    points.listener = reached


if __name__ == "__main__":
    kill_at_point_in(Path(sys.argv[1]))
    app.worker_main(sys.argv[2:])
