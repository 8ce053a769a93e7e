"""A provider that does not answer holds up nobody else, rests, and is tried again by one message."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from workers.push import lanes
from workers.push.lanes import OPENS_AFTER, UNPROVEN, WIRE, Lanes
from workers.push.outcome import STOPPED, Accepted, Ambiguous, Refused, TryLater

GOOD, DEAD = "apns https://good.example.org:443", "webpush https://dead.example.org:443"


class Clock:
    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lanes, "monotonic", lambda: clock.now)
    monkeypatch.setattr(lanes, "PATIENCE_S", 0.01)
    return clock


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


async def prove(ways: Lanes, name: str) -> None:
    assert await ways.enter(name) is None
    ways.leave(name, Accepted(200))


async def break_down(ways: Lanes, name: str) -> bool:
    opened = False
    for _ in range(OPENS_AFTER):
        assert await ways.enter(name) is None
        opened = ways.leave(name, Ambiguous())
    return opened


def test_failures_in_a_row_open_it_and_one_message_tries_later(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        await prove(ways, DEAD)
        assert await break_down(ways, DEAD)
        assert await ways.enter(DEAD) == lanes.REST_FIRST_S
        clock.now += lanes.REST_FIRST_S
        assert await ways.enter(DEAD) is None  # the one that tries
        assert await ways.enter(DEAD) is not None  # nobody else meanwhile
        assert ways.leave(DEAD, Ambiguous())
        assert await ways.enter(DEAD) == 2 * lanes.REST_FIRST_S  # longer
        clock.now += 2 * lanes.REST_FIRST_S
        assert await ways.enter(DEAD) is None
        ways.leave(DEAD, Accepted(200))
        assert await ways.enter(DEAD) is None
        assert await ways.enter(DEAD) is None

    run(story())


def test_a_rest_is_a_minute_at_most(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        await break_down(ways, DEAD)
        for _ in range(20):
            clock.now += lanes.REST_LONGEST_S
            assert await ways.enter(DEAD) is None
            ways.leave(DEAD, TryLater(503))
        assert await ways.enter(DEAD) == lanes.REST_LONGEST_S

    run(story())


@pytest.mark.parametrize("outcome", [Accepted(200), Refused(400), TryLater(429), TryLater(reason="unread")])
def test_what_answers_is_no_failure(clock: Clock, outcome: Any) -> None:
    async def story() -> None:
        ways = Lanes()
        for _ in range(2 * OPENS_AFTER):
            assert await ways.enter(GOOD) is None
            assert not ways.leave(GOOD, outcome)

    run(story())


@pytest.mark.parametrize("outcome", [Ambiguous(), TryLater(reason="not_sent"), TryLater(500), TryLater(503)])
def test_what_does_not_is_one(clock: Clock, outcome: Any) -> None:
    async def story() -> None:
        ways = Lanes()
        opened = []
        for _ in range(OPENS_AFTER):
            assert await ways.enter(DEAD) is None
            opened.append(ways.leave(DEAD, outcome))
        assert opened == [False] * (OPENS_AFTER - 1) + [True]

    run(story())


def test_a_provider_that_wants_to_be_left_alone_is_for_as_long_as_it_said(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        assert await ways.enter(GOOD) is None
        ways.leave(GOOD, TryLater(403, STOPPED, "InvalidProviderToken", everyone=True))
        assert await ways.enter(GOOD) == STOPPED.total_seconds()
        clock.now += STOPPED.total_seconds()
        assert await ways.enter(GOOD) is None

    run(story())


def test_a_lane_alone_has_half_of_the_wire_and_leaves_room_for_another(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        await prove(ways, DEAD)
        await prove(ways, GOOD)
        for _ in range(WIRE // 2):
            assert await ways.enter(DEAD) is None
        clock.now += 10
        assert await ways.enter(DEAD) is not None  # full, and no answer comes
        for _ in range(20):
            assert await ways.enter(GOOD) is None

    run(story())


def test_a_queue_behind_a_provider_that_answers_is_served_in_turn(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        await prove(ways, GOOD)
        for _ in range(WIRE // 2):
            assert await ways.enter(GOOD) is None
        waiting = asyncio.create_task(ways.enter(GOOD))
        await asyncio.sleep(0)
        ways.leave(GOOD, Accepted(200))
        assert await waiting is None

    run(story())


def test_dead_origins_by_the_hundred_leave_half_of_the_wire_free(clock: Clock) -> None:
    """UnifiedPush has as many servers as people like; anyone can register an address where nobody answers."""

    async def story() -> None:
        ways = Lanes()
        await prove(ways, GOOD)
        taken = 0
        for number in range(300):
            taken += await ways.enter(f"webpush https://dead-{number}.example.org:443") is None
        assert taken == WIRE // 2
        assert await ways.enter(GOOD) is None

    run(story())


def test_a_new_lane_shows_first_that_it_answers(clock: Clock) -> None:
    async def story() -> None:
        ways = Lanes()
        for _ in range(UNPROVEN):
            assert await ways.enter(GOOD) is None
        clock.now += 10
        assert await ways.enter(GOOD) is not None
        for _ in range(UNPROVEN):
            ways.leave(GOOD, Accepted(200))
        for _ in range(WIRE // 2):
            assert await ways.enter(GOOD) is None

    run(story())


def test_lanes_are_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_LANES", 3)

    async def story() -> None:
        ways = Lanes()
        for number in range(10):
            await prove(ways, f"webpush https://{number}.example.org:443")
        assert len(ways._lanes) == 3

    run(story())
