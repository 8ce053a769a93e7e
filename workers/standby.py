"""Goes on without a broker: runs the same tasks in the worker's main process when no tick comes."""

import threading
import time
from typing import Any

import structlog
from celery import bootsteps
from celery.signals import task_received

from coach.wake import TASKS

WITHOUT_TICK_S = 5.0
LOOK_EVERY_S = 1.0
STOP_TIMEOUT_S = 15.0  # a delivery in progress ends by itself within its limits

logger = structlog.get_logger()


class Standby(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts before the consumer, which waits for the broker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **_: Any) -> None:
        self._tasks = worker.app.tasks
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standby", daemon=True)
        self._ticked_at = time.monotonic()
        task_received.connect(self._received, weak=False)

    def start(self, worker: Any) -> None:
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    terminate = stop

    def _received(self, request: Any = None, **_: Any) -> None:
        if request is not None and request.name == TASKS["tick"]:
            self._ticked_at = time.monotonic()

    def _run(self) -> None:
        working = False
        while not self._stop.wait(LOOK_EVERY_S):
            alone = time.monotonic() - self._ticked_at > WITHOUT_TICK_S
            if alone != working:
                logger.warning("without_broker" if alone else "broker_is_back")
            working = alone
            if alone:
                self._work()

    def _work(self) -> None:
        for name in TASKS.values():
            try:
                self._tasks[name]()  # the task's own function, called right here
            except Exception as error:  # the database may be away as well: look again in a second
                logger.error("standby_failed", task=name, error=type(error).__name__)
