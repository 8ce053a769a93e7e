"""The domain's time can be moved and sped up, but only where that is allowed, and never back."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coach import clock
from coach.config import Config

SECOND = timedelta(seconds=1)


def test_until_it_is_moved_it_shows_the_real_time(session: Session, config: Config) -> None:
    assert clock.read(session, config) - datetime.now(UTC) < SECOND


def test_it_goes_on_from_where_it_was_moved_to(session: Session, config: Config, now: datetime) -> None:
    clock.move(session, config, now)
    first = clock.read(session, config)
    assert first >= now
    assert first <= clock.read(session, config) < now + timedelta(minutes=2)


def test_it_can_stand_still(session: Session, config: Config, now: datetime) -> None:
    clock.move(session, config, now, speed=0)
    assert clock.read(session, config) == clock.read(session, config) == now


def test_it_can_run_fast(session: Session, config: Config, now: datetime) -> None:
    clock.move(session, config, now, speed=100_000)
    first = clock.read(session, config)
    assert clock.read(session, config) - first > timedelta(milliseconds=10)


def test_it_moves_forward_only(session: Session, config: Config, now: datetime) -> None:
    clock.move(session, config, now, speed=0)
    clock.move(session, config, now + SECOND, speed=0)
    with pytest.raises(clock.ClockNotMovable):
        clock.move(session, config, now)
    assert clock.read(session, config) == now + SECOND


def test_the_real_clock_cannot_be_moved_and_asks_nobody(
    session: Session, config: Config, now: datetime, statements: list[str]
) -> None:
    real = dataclasses.replace(config, clock="real")
    with pytest.raises(clock.ClockNotMovable):
        clock.move(session, real, now)
    assert clock.read(session, real).tzinfo is UTC
    assert statements == []


@pytest.mark.parametrize("speed", [-1, 100_001])
def test_a_speed_out_of_bounds_is_refused(session: Session, config: Config, now: datetime, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        clock.move(session, config, now, speed=speed)


def test_a_naive_time_is_refused(session: Session, config: Config, now: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        clock.move(session, config, now.replace(tzinfo=None))
