"""What a provider's answer means, as values, and what becomes of the delivery. Retries live in rows only."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from coach.clock import real_now
from coach.services.deliveries import Handover, Result
from workers.push.client import Answer, AnswerLost, Client, Forbidden, NotSent, Unread

MOST_ATTEMPTS = 100  # beside the expiry, which usually ends it sooner
BACK_OFF_FIRST, BACK_OFF_LONGEST = timedelta(seconds=1), timedelta(minutes=10)
SPREAD = timedelta(seconds=5)  # over which those come back who waited for the same provider
WAIT_LONGEST = timedelta(hours=24)  # of what a provider may ask for
STOPPED = timedelta(minutes=10)  # a provider that refuses our key is asked again after this


@dataclass(frozen=True)
class Accepted:
    code: int


@dataclass(frozen=True)
class TokenGone:
    """The device's address is no longer valid: since then on the real clock, if the provider says."""

    code: int
    reason: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class TryLater:
    """Not taken, but may be later; never before `after` if the provider names it."""

    code: int | None = None
    after: timedelta | None = None
    reason: str | None = None
    everyone: bool = False  # the provider takes nothing at all until then, whoever it is for
    attempted: bool = True  # false = it was held back here: its provider does not answer, or is out of hands


@dataclass(frozen=True)
class Refused:
    """Never taken, whenever it is sent: our mistake, or the device's if the address is suspect."""

    code: int | None = None
    reason: str | None = None
    suspect: bool = False


@dataclass(frozen=True)
class Expired:
    """Too late to be of use."""


@dataclass(frozen=True)
class Ambiguous:
    """Sent, but the answer was lost. It is sent again under the same name, so one banner stands."""


Outcome = Accepted | TokenGone | TryLater | Refused | Expired | Ambiguous


async def hand_over(client: Client, url: str, headers: dict[str, str], body: bytes) -> Answer | Outcome:
    """One post; without an answer, what that means."""
    try:
        return await client.post(url, headers, body)
    except Forbidden:
        return Refused(reason="address_forbidden")
    except Unread:
        return TryLater(reason="unread")
    except NotSent:
        return TryLater(reason="not_sent")
    except AnswerLost:
        return Ambiguous()


def asked_wait(answer: Answer) -> timedelta | None:
    """Retry-After as seconds or a date (RFC 9110, 10.2.3), at most a day; None if there is none that can be read."""
    text = answer.retry_after
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), WAIT_LONGEST.total_seconds()))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - real_now(), timedelta()), WAIT_LONGEST)


def settle(handover: Handover, outcome: Outcome, now: datetime, chance: float | None = None) -> Result:
    """The delivery's next state. `chance` (0 to 1) spreads the retries of many; tests fix it."""
    key, lease = handover.key, handover.lease
    match outcome:
        case Accepted(code):
            return Result(key, lease, "accepted", code=code)
        case TokenGone(code, reason):
            return Result(key, lease, "gone", code=code, reason=reason)
        case Refused(code, reason):
            return Result(key, lease, "refused", code=code, reason=reason)
        case Expired():
            return Result(key, lease, "expired")
        case TryLater():
            return _again(handover, outcome, now, chance)
        case Ambiguous():
            return _again(handover, outcome, now, chance)


def _again(handover: Handover, outcome: TryLater | Ambiguous, now: datetime, chance: float | None) -> Result:
    chance = random.random() if chance is None else chance
    lost = isinstance(outcome, Ambiguous)
    later = TryLater(reason="answer_lost") if isinstance(outcome, Ambiguous) else outcome
    wait = later.after or timedelta()
    if later.attempted:
        back_off = min(BACK_OFF_FIRST * 2 ** min(handover.attempt - 1, 10), BACK_OFF_LONGEST)
        due_at = now + max(back_off * (0.5 + chance), wait)
    else:
        due_at = now + wait + SPREAD * chance
    key, lease = handover.key, handover.lease
    if due_at >= handover.expires_at:
        return Result(key, lease, "expired", code=later.code, reason=later.reason, ambiguous=lost)
    if later.attempted and handover.attempt >= MOST_ATTEMPTS:
        return Result(key, lease, "refused", code=later.code, reason=later.reason, ambiguous=lost)
    return Result(
        key,
        lease,
        "pending",
        due_at=due_at,
        not_before=real_now() + wait if wait else None,
        code=later.code,
        reason=later.reason,
        ambiguous=lost,
        attempted=later.attempted,
    )
