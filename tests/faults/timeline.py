"""The domain's clock as the test has moved it, to tell real from domain time afterwards."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.clock import ClockRow


@dataclass(frozen=True)
class Move:
    real: datetime
    domain: datetime
    speed: float


@dataclass
class Timeline:
    config: Config
    sessions: sessionmaker[Session]
    moves: list[Move] = field(default_factory=list)

    def move(self, to: datetime, speed: float = 1.0) -> None:
        with self.sessions.begin() as session:
            clock.move(session, self.config, to, speed=speed)
            session.flush()
            row = session.scalars(select(ClockRow).execution_options(populate_existing=True)).one()
            self.moves.append(Move(row.since, row.since + timedelta(seconds=row.offset_seconds), row.speed))

    def now(self) -> datetime:
        return self.domain(clock.real_now())

    def domain(self, real: datetime) -> datetime:
        """What the domain's clock said at a real instant."""
        move = next((each for each in reversed(self.moves) if each.real <= real), self.moves[0])
        return move.domain + (real - move.real) * move.speed

    def real(self, domain: datetime) -> datetime:
        """The first real instant at which the domain's clock had come so far."""
        ends = [each.real for each in self.moves[1:]]
        for move, end in zip(self.moves, [*ends, None], strict=True):
            if domain <= move.domain:
                return move.real
            at = move.real + (domain - move.domain) / move.speed if move.speed else None
            if at is not None and (end is None or at < end):
                return at
        raise AssertionError(f"the clock never came to {domain}")
