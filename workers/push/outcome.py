"""What a provider's answer means, as values, and what becomes of the delivery. Retries live in rows only."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from coach.services.deliveries import Handover, Result

MOST_ATTEMPTS = 100  # beside the expiry, which usually ends it sooner
BACK_OFF_FIRST, BACK_OFF_LONGEST = timedelta(seconds=1), timedelta(minutes=10)


@dataclass(frozen=True)
class Accepted:
    code: int


@dataclass(frozen=True)
class TokenGone:
    """The device's address is no longer valid."""

    code: int


@dataclass(frozen=True)
class TryLater:
    """Not taken, but may be later; never before `after` if the provider names it."""

    code: int | None = None
    after: timedelta | None = None


@dataclass(frozen=True)
class Refused:
    """Never taken, whenever it is sent; our mistake or our key's."""

    code: int | None = None


@dataclass(frozen=True)
class Expired:
    """Too late to be of use."""


@dataclass(frozen=True)
class Ambiguous:
    """Sent, but the answer was lost. It is sent again under the same name, so one banner stands."""


Outcome = Accepted | TokenGone | TryLater | Refused | Expired | Ambiguous


def settle(handover: Handover, outcome: Outcome, now: datetime, chance: float | None = None) -> Result:
    """The delivery's next state. `chance` (0 to 1) spreads the retries of many; tests fix it."""
    key, lease = handover.key, handover.lease
    match outcome:
        case Accepted(code):
            return Result(key, lease, "accepted", code=code)
        case TokenGone(code):
            return Result(key, lease, "gone", code=code)
        case Refused(code):
            return Result(key, lease, "refused", code=code)
        case Expired():
            return Result(key, lease, "expired")
        case TryLater(code, after):
            return _again(handover, now, after, code, False, chance)
        case Ambiguous():
            return _again(handover, now, None, None, True, chance)


def _again(
    handover: Handover,
    now: datetime,
    after: timedelta | None,
    code: int | None,
    ambiguous: bool,
    chance: float | None,
) -> Result:
    chance = random.random() if chance is None else chance
    back_off = min(BACK_OFF_FIRST * 2 ** min(handover.attempt - 1, 10), BACK_OFF_LONGEST)
    due_at = now + max(back_off * (0.5 + chance), after or timedelta())
    key, lease = handover.key, handover.lease
    if due_at >= handover.expires_at:
        return Result(key, lease, "expired", code=code, ambiguous=ambiguous)
    if handover.attempt >= MOST_ATTEMPTS:
        return Result(key, lease, "refused", code=code, ambiguous=ambiguous)
    return Result(key, lease, "pending", due_at=due_at, code=code, ambiguous=ambiguous)
