"""How the wire is shared: a provider that does not answer holds up nobody else's messages, and is left in peace.

A lane is one provider at one origin. It stands while its provider answers; after failures in a row it rests, then
one message tries. Nothing here outlives the process: what has to wait goes back to its row.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from dataclasses import dataclass
from time import monotonic

import structlog

from workers.push.outcome import Ambiguous, Outcome, TryLater

WIRE = 200  # on the wire at once; a lane alone has at most half of it
UNPROVEN = 10  # of one lane that has not answered yet; all of those together have half of the wire
PATIENCE_S = 2.0  # without any answer, before a lane's queue is sent away
MOST_TURNS = 3  # of that patience, as long as answers come; a lease ends soon after
OPENS_AFTER = 5  # failures in a row
REST_FIRST_S, REST_LONGEST_S = 5.0, 60.0
MOST_LANES = 1024

logger = structlog.get_logger()


@dataclass
class _Lane:
    name: str
    in_flight: int = 0
    waiting: int = 0
    proven: bool = False  # it has answered, and has not been opened since
    failures: int = 0  # in a row
    rests: int = 0  # in a row; each is longer
    rests_until: float = 0.0
    heard_at: float = 0.0  # last answer, or since when it has something to answer


class Lanes:
    """Of one event loop. Times are the machine's monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[str, _Lane] = OrderedDict()
        self._waiting: deque[tuple[_Lane, asyncio.Future[None]]] = deque()
        self._total = self._unproven = 0  # in flight

    async def enter(self, name: str) -> float | None:
        """None: go, and `leave` afterwards. Else how many seconds to stay away."""
        lane = self._lane(name)
        now = monotonic()
        if lane.rests_until > now:
            return lane.rests_until - now
        if self._has_room(lane):
            self._take(lane)
            return None
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((lane, turn))
        lane.waiting += 1
        try:
            for _ in range(MOST_TURNS):
                if lane.in_flight and monotonic() - lane.heard_at > PATIENCE_S:
                    break
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE_S):
                        await asyncio.shield(turn)
                if turn.done():
                    return None
        finally:
            lane.waiting -= 1
        turn.cancel()
        return max(lane.rests_until - monotonic(), PATIENCE_S)

    def leave(self, name: str, outcome: Outcome) -> bool:
        """True: its provider has just stopped answering, and rests now."""
        lane, now = self._lanes[name], monotonic()
        self._total -= 1
        self._unproven -= not lane.proven
        lane.in_flight -= 1
        opened = False
        if _is_failure(outcome):
            opened = self._failed(lane, now)
        elif not (isinstance(outcome, TryLater) and outcome.reason == "unread"):
            self._answered(lane, now)
        if isinstance(outcome, TryLater) and outcome.everyone and outcome.after:
            lane.rests_until = max(lane.rests_until, now + outcome.after.total_seconds())
        self._admit()
        return opened

    def _failed(self, lane: _Lane, now: float) -> bool:
        lane.failures += 1
        if lane.failures < OPENS_AFTER or lane.rests_until > now:
            return False
        self._prove(lane, False)
        lane.rests_until = now + min(REST_FIRST_S * 2 ** min(lane.rests, 10), REST_LONGEST_S)
        lane.rests += 1
        logger.warning("provider_rests", lane=lane.name, seconds=round(lane.rests_until - now))
        return True

    def _answered(self, lane: _Lane, now: float) -> None:
        lane.heard_at = now
        if lane.rests:  # what was under way before the rest has been answered after all
            lane.rests_until = 0.0
            logger.info("provider_is_back", lane=lane.name)
        lane.failures = lane.rests = 0
        self._prove(lane, True)

    def _prove(self, lane: _Lane, proven: bool) -> None:
        self._unproven += lane.in_flight * (lane.proven - proven)
        lane.proven = proven

    def _has_room(self, lane: _Lane) -> bool:
        if lane.failures >= OPENS_AFTER:
            return lane.in_flight == 0  # the one that tries
        if not lane.proven:
            return lane.in_flight < UNPROVEN and self._unproven < WIRE // 2
        return lane.in_flight < WIRE - self._total

    def _take(self, lane: _Lane) -> None:
        if not lane.in_flight:
            lane.heard_at = monotonic()
        lane.in_flight += 1
        self._total += 1
        self._unproven += not lane.proven

    def _admit(self) -> None:
        """Whoever waits longest and has room; a queue is no longer than what is leased at once."""
        now = monotonic()
        kept: list[tuple[_Lane, asyncio.Future[None]]] = []
        while self._waiting and self._total < WIRE:
            lane, turn = self._waiting.popleft()
            if turn.done():
                continue
            if lane.rests_until <= now and self._has_room(lane):
                self._take(lane)
                turn.set_result(None)
            else:
                kept.append((lane, turn))
        self._waiting.extendleft(reversed(kept))

    def _lane(self, name: str) -> _Lane:
        lane = self._lanes.get(name)
        if lane is None:
            if len(self._lanes) >= MOST_LANES:
                idle = (each for each, lane in self._lanes.items() if not lane.in_flight + lane.waiting)
                self._lanes.pop(next(idle, ""), None)
            lane = self._lanes[name] = _Lane(name)
        self._lanes.move_to_end(name)
        return lane


def _is_failure(outcome: Outcome) -> bool:
    """It did not answer, or only to say that it cannot."""
    if isinstance(outcome, TryLater) and outcome.attempted and outcome.reason != "unread":
        return outcome.code is None or outcome.code >= 500
    return isinstance(outcome, Ambiguous)
