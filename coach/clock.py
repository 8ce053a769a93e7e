"""The domain's clock: read once per request or task and passed on as `now`.

Leases, timeouts, tokens and TLS use the real clock instead.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.config import Config
from coach.models.clock import ClockRow

FASTEST = 100_000.0  # times real time; a simulated day in about one second


class ClockNotMovable(ValueError):
    """Time stands as it is: COACH_CLOCK is real, or the move would go back."""


def real_now() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


def read(session: Session | Connection, config: Config) -> datetime:
    """The domain's time now, aware UTC. With COACH_CLOCK=real this is the machine's time, without a query."""
    real = real_now()
    row = None if config.clock == "real" else session.execute(_ROW).first()
    return real if row is None else _domain_time(row, real)


def move(session: Session, config: Config, to: datetime, *, speed: float = 1.0) -> None:
    """Sets the domain's time to `to`, running `speed` times as fast as real time from there on (0 = stands).

    The first move may go anywhere, later ones only forward: due dates and turned days are not taken back.
    """
    if config.clock != "movable":
        raise ClockNotMovable("The clock moves only with COACH_CLOCK=movable.")
    if to.tzinfo is None or not 0 <= speed <= FASTEST:
        raise ValueError(f"`to` must be aware and `speed` from 0 to {FASTEST:.0f}")
    row = session.get(ClockRow, 1, with_for_update=True, populate_existing=True)
    real = real_now()
    if row is not None and to < _domain_time(row, real):
        raise ClockNotMovable("The clock moves only forward.")
    values = {"offset_seconds": (to - real).total_seconds(), "speed": speed, "since": real}
    session.execute(insert(ClockRow).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values))


def _domain_time(row: ClockRow | Row[float, float, datetime], real: datetime) -> datetime:
    return row.since + timedelta(seconds=row.offset_seconds) + (real - row.since) * row.speed


_ROW = select(ClockRow.offset_seconds, ClockRow.speed, ClockRow.since)
