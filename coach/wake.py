"""The only place where the API touches Celery: a hint, after the commit, that there is work.

The rows are the queue, so a hint may be lost, late or doubled. A thread sends it: however slow or dead Redis
is, no request waits for it.
"""

import threading
from collections.abc import Mapping
from typing import Any

QUEUE = "coach"
TASKS = {
    "tick": "workers.reminders.tick",
    "deliver": "workers.reminders.deliver",
    "adapt": "workers.adaptation.adapt",
    "notices": "workers.notices.notify",
}
EXPIRES_S = 2  # an older hint says nothing that the next one does not
AT_MOST_EVERY_S = 0.05  # hints in a burst become one
SOCKET_TIMEOUT_S = 3


def broker(redis_url: str) -> Mapping[str, Any]:
    """How API, beat and workers meet; the same for all of them."""
    return {
        "broker_url": redis_url,
        "broker_transport_options": {
            "global_keyprefix": "coach:",  # a Redis may be shared
            "socket_timeout": SOCKET_TIMEOUT_S,
            "socket_connect_timeout": SOCKET_TIMEOUT_S,
            "socket_keepalive": True,
            "health_check_interval": 10,
            # Kombu's default waits for ever, and ever longer; beat and Waker rather try the next hint.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.5,
            # A killed worker's message comes back after 60 s and is thrown away as expired; the rows remain.
            "visibility_timeout": 60,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        },
        "task_default_queue": QUEUE,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,  # results are rows
        "task_publish_retry": False,
        "enable_utc": True,
    }


class Waker:
    """Sends hints from a thread of its own, started with the first one."""

    def __init__(self, redis_url: str) -> None:
        self._broker = broker(redis_url)
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wake(self, name: str) -> None:
        """Asks for one of TASKS. Returns at once; call it after the commit."""
        with self._changed:
            self._wanted.add(TASKS[name])
            if self._thread is None:
                self._thread = threading.Thread(target=self._send, name="wake", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _send(self) -> None:
        from celery import Celery  # here, so that the API starts faster

        celery = Celery("coach", set_as_current=False)
        celery.conf.update(self._broker)
        pause = threading.Event()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
                names, self._wanted = self._wanted, set()
            for name in names:
                try:
                    celery.send_task(name, expires=EXPIRES_S)
                except Exception:  # whatever ails Redis: beat and the workers look for themselves
                    continue
            pause.wait(AT_MOST_EVERY_S)
