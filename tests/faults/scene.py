"""One run: people whose reminders come due while worker and beat are disturbed, and the comparison afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.reminders import Cursor, Delivery
from coach.processes import wait_until
from tests.faults import checker, figures
from tests.faults.checker import Findings
from tests.faults.people import MINUTE, Crowd, gather
from tests.faults.processes import Workshop
from tests.faults.scale import SOAK, scaled
from tests.faults.timeline import Timeline
from tests.journeys.forked import Forked

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEAD = timedelta(seconds=0.5)  # real time before the first reminder
PATIENCE_S = scaled(100, 600)  # longer than any one fault may last; only a hang reaches it
STANDSTILL_S = 2.0  # longer than a healthy worker holds a lease of these runs
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LOOK_EVERY_S = 0.1
SEED = 20260302


class Scene:
    """Use in this order: gather, begin, whatever breaks, finish, check.

    The phones are dealt out over the receivers; one that is named twice has twice as many.
    """

    def __init__(
        self,
        config: Config,
        sessions: sessionmaker[Session],
        folder: Path,
        receivers: Sequence[Any],
        *,
        workers_config: Config | None = None,
    ) -> None:
        self.sessions = sessions
        self.timeline = Timeline(config, sessions)
        self.receivers = receivers
        settings = {name: value for each in receivers for name, value in each.settings.items()}
        trusted = {each.certificate for each in receivers}
        self.workshop = Workshop(replace(workers_config or config, **settings), folder, trusted)
        self.hits: Counter[str] = Counter()
        self.faults: list[datetime] = []
        self.end = NOON
        self.crowd = Crowd((), (), {})
        self.settled_at = NOON
        self._left: frozenset[Any] = frozenset()
        self._moved_at = time.monotonic()

    def gather(self, number: int, minutes: int = 1) -> None:
        """People whose reminders are spread over some minutes of the domain's time, from noon on."""
        self.end = NOON + minutes * MINUTE
        with self.sessions.begin() as session:
            self.crowd = gather(session, self.receivers, number, NOON, minutes, SEED)

    def begin(self, *, speed: float = 1.0, workers: int = 2, beats: int = 1) -> None:
        """Starts everything and lets the clock run from shortly before noon, when all are ready."""
        self.timeline.move(NOON - LEAD * speed - MINUTE, 0)
        self.workshop.start(workers=workers, beats=beats)
        self.until(self.workshop.ready)
        self.timeline.move(NOON - LEAD * speed, speed)

    def broke(self, what: str) -> None:
        """Counts a fault, and remembers when it was."""
        self.hits[what] += 1
        self.faults.append(clock.real_now())

    def kill_at(self, point: str, way: str) -> bool:
        """Whether a worker came to the point and died; dead ones are started again."""
        self.workshop.trap.set(point, way)
        self.until(self.workshop.trap.sprung, give_up=False)
        hit = not self.workshop.trap.take_away()
        if hit:
            self.broke(point)
        self.workshop.mend()
        return hit

    def until_gone(self, process: Forked) -> None:
        """Waits for a process that was asked to stop; the next `mend` starts it again."""
        assert wait_until(lambda: not process.running(), PATIENCE_S), self.workshop.last_words()

    def run_until(self, domain: datetime) -> None:
        """Waits, with everything as it is, until the domain's clock has come so far."""
        self.until(lambda: self.timeline.now() >= domain)

    def until(self, true: Callable[[], bool], *, give_up: bool = True) -> None:
        """With dead processes started again meanwhile. Fails, or goes on, after a time that only a hang takes."""

        def look() -> bool:
            self.workshop.mend()
            return true()

        came = wait_until(look, PATIENCE_S, LOOK_EVERY_S)
        assert came or not give_up, self.workshop.last_words()

    def watch(self, seconds: float) -> None:
        """Lets everything go on for some real time; dead processes are started again."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def settle(self) -> None:
        """Until no reminder is left to be made or handed over at this time."""
        self.until(self._settled)

    def finish(self, *, dead: bool = False) -> None:
        """Until all reminders are due and none is left to be made or handed over; then everything stops.

        `dead`: the run has left leases that nobody holds any more.
        """
        if self.timeline.now() < self.end:
            self.timeline.move(self.end, self.timeline.moves[-1].speed)
        if dead and not SOAK:  # a soak waits until a dead worker's leases run out by themselves
            self.until(self._at_a_standstill)
            self._end_leases()
        self.settle()
        self.workshop.stop()

    def messages(self) -> list[checker.Message]:
        logs = [each for receiver in dict.fromkeys(self.receivers) for each in receiver.all_messages()]
        return checker.messages(self.crowd, logs)

    def check(self, fault: str) -> tuple[Findings, str]:
        """What the run has shown, and the line to print."""
        with self.sessions() as session:
            got, until = self.messages(), self.settled_at
            found = checker.check(session, self.crowd, got, self.timeline, until, self.faults)
        return found, figures.line(fault, self.hits, found)

    def _settled(self) -> bool:
        try:
            with self.sessions() as session:
                now = clock.read(session, self.timeline.config)
                left = [
                    select(Cursor.patient_id).where(or_(Cursor.next_at <= now, Cursor.next_at.is_(None))),
                    select(Delivery.patient_id).where(Delivery.state.in_(checker.OPEN)),
                ]
                if any(session.execute(query.limit(1)).first() for query in left):
                    return False
                self.settled_at = now
                return True
        except OperationalError:  # the database is what this run breaks
            return False

    def _at_a_standstill(self) -> bool:
        """Whether all is done, or nothing has moved for a while because dead workers hold the rest."""
        with self.sessions() as session:
            rows = session.execute(select(Delivery.state, Delivery.lease).where(Delivery.state.in_(checker.OPEN)))
            left = frozenset((row.state, row.lease) for row in rows)
        if left != self._left:
            self._left, self._moved_at = left, time.monotonic()
        waited = time.monotonic() - self._moved_at > STANDSTILL_S
        return self._settled() or (waited and all(state == "leased" for state, _ in left))

    def _end_leases(self) -> None:
        """As if the time of a dead worker's leases had run out; they are on the real clock, which no test waits for."""
        with self.sessions.begin() as session:
            held = update(Delivery).where(Delivery.state == "leased").values(leased_until=LONG_AGO)
            session.execute(held, execution_options={"synchronize_session": False})
