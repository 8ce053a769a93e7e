"""What goes wrong while a story is played: worker and beat killed, the queue emptied and taken away.

A seeded die deals the mishaps, so that every run meets the same ones at the same steps of the story.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import redis
from sqlalchemy import update

from coach.models.reminders import Delivery
from tests.journeys.service import Service, eventually

# By the step of the story in which they happen; nothing happens in the steps beyond.
MISHAPS = {
    "reminder": (
        "tick: before commit",
        "tick: after commit",
        "deliver: claimed",
        "deliver: answered",
        "deliver: before commit",
        "deliver: after commit",
        "adapt: claimed",
        "beat",
        "queue",
        "valkey",
    ),
    "report": (
        "adapt: before commit",
        "adapt: after commit",
        "worker",
        "queue",
        "queue",
    ),
    "follow-up": ("deliver: claimed",),
    "night": ("worker",),
    "late report": (),  # the worker is still away
    "release": (),
}
TIMED = ("reminder", "follow-up")  # steps that wait for the worker: their time would run out
LONGEST_WAIT_S = 0.3  # until the worker is killed at no point in particular
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Peace:
    """Nothing goes wrong, and each step is finished before the next begins."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        yield
        self._service.settle()

    def end(self) -> None:
        """Everything is done that is due."""


class Trouble(Peace):
    """At most one mishap a step. What died is started again at the next step that needs it."""

    def __init__(self, service: Service, seed: int, steps: dict[str, int]) -> None:
        super().__init__(service)
        self._die = random.Random(seed)
        self._decks = {step: self._deal(step, number) for step, number in steps.items()}
        self._queue = redis.Redis.from_url(service.config.redis_url)
        self._point = service.point = service.folder / "point"
        self.hits: Counter[str] = Counter()
        self.leases_lost = 0
        for name in ("worker", "beat"):
            service.kill(name)
            service.start(name)

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        mishap = self._decks[step].pop()
        if step not in ("night", "late report"):
            self._mend()
        self._before(mishap)
        yield
        self._after(mishap)
        if step in TIMED:
            self._work_until(lambda: self._service.settled(but_plans=True))
        if mishap == "valkey":
            self._service.valkey.start()
            self._service.valkey.wait()
        self.hits[mishap] += mishap != "nothing"

    def end(self) -> None:
        self._work_until(self._service.settled)
        self._queue.close()

    def kills(self) -> int:
        """Of the worker; each of its points has a colon."""
        return sum(number for mishap, number in self.hits.items() if ":" in mishap or mishap == "worker")

    def _deal(self, step: str, number: int) -> list[str]:
        deck = [*MISHAPS[step], *["nothing"] * (number - len(MISHAPS[step]))]
        assert len(deck) == number, f"the story has too few steps of {step}"
        self._die.shuffle(deck)
        return deck

    def _before(self, mishap: str) -> None:
        match mishap:
            case "beat":
                self._service.kill("beat")
            case "queue":
                self._queue.flushall()
            case "valkey":
                self._service.valkey.program.stop()
            case _ if mishap.startswith("adapt:"):
                self._arm(mishap)

    def _after(self, mishap: str) -> None:
        if mishap.startswith(("tick:", "deliver:")):
            self._arm(mishap)  # only now, or it would be reached with nothing to do
        if ":" in mishap:
            eventually(lambda: "worker" in self._service.dead(), self._service.last_words)
        elif mishap == "worker":
            time.sleep(self._die.random() * LONGEST_WAIT_S)
            self._service.kill("worker")
        elif mishap == "queue":
            self._queue.flushall()

    def _work_until(self, done: Callable[[], bool]) -> None:
        def look() -> bool:
            self._mend()
            return done()

        eventually(look, self._service.last_words)

    def _mend(self) -> None:
        """Starts what has died. A dead worker's leases end as if their time had run out, on the real clock."""
        for name in self._service.dead():
            if name in self._service.processes:
                self._service.kill(name)  # what is left of its group
            if name == "worker":
                with self._service.sessions.begin() as session:
                    held = update(Delivery).where(Delivery.state == "leased").values(leased_until=LONG_AGO)
                    lost = session.execute(held.returning(Delivery.slot)).all()
                    self.leases_lost += len(lost)
            self._service.start(name)

    def _arm(self, point: str) -> None:
        """The next worker that reaches the point dies there; the file is there with all of its text or not at all."""
        half = self._point.with_suffix(".new")
        half.write_text(point)
        half.replace(self._point)
