"""Starting and stopping other programs so that none of them outlives who started it."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

STARTED_BY = "STANDALONE_COACH"  # variable that marks everything we start, grandchildren included
STOP_TIMEOUT_S = 10
LOG_LARGEST = 5_000_000  # bytes; a longer log is set aside when its program starts
_PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    """One long-running program in a process group of its own: a Ctrl-C at the terminal reaches only us."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    user: pwd.struct_passwd | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LARGEST:
            self.log.replace(self.log.with_suffix(".old.log"))
        as_user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": ()} if self.user else {}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environ),
                start_new_session=True,
                preexec_fn=_die_with(os.getpid(), self.stop_signal),  # noqa: PLW1509 -- we have no threads
                **as_user,
            )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.running():
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Asks, waits, then kills the whole group, so that no orphan keeps the port or a claim."""
        if self.process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT_S)
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, to show why it stopped."""
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""


def stop_leftovers(mark: str) -> int:
    """Ends what a killed supervisor left behind; returns how many processes that were.

    They are known by the mark in their environment, which no recycled process id can carry.
    """
    found = [process for process in psutil.process_iter() if _marked(process, mark)]
    for process in found:
        _signal(process, signal.SIGINT)  # PostgreSQL's fast shutdown; all others stop on it as well
    if not wait_until(lambda: not any(map(alive, found)), STOP_TIMEOUT_S):
        for process in filter(alive, found):
            _signal(process, signal.SIGKILL)
        wait_until(lambda: not any(map(alive, found)), STOP_TIMEOUT_S)
    return len(found)


def alive(process: psutil.Process) -> bool:
    """False also for a zombie: killed, but not yet reaped by whoever started it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(true: Callable[[], bool], timeout_s: float, every_s: float = 0.02) -> bool:
    end = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)
    return True


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(STARTED_BY) == mark
    except psutil.Error:  # gone, or somebody else's
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _die_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """On Linux the kernel stops what a killed parent leaves behind; elsewhere the next start does."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # loaded here: little is safe between fork and exec

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return before_exec
