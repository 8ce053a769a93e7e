"""Alerts climb and staff are told: loops around the services, no transaction open while something is sent.

Notices are few, so each batch opens its own connections and closes them; reminders have a sender that stays.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.services import escalation, notices
from coach.services.notices import Handover, Result
from coach.wake import TASKS
from programs.catalog import Catalog
from workers import mail, process, resets, webhook
from workers.app import app
from workers.points import reached
from workers.push.client import Client
from workers.push.outcome import Accepted, Ambiguous, Expired, Outcome, Refused, TokenGone, TryLater

BATCHES = 5  # in one run; the next goes on
LEASE_S = 10.0  # then a run leases no more: with the last mail's time it stays within the task's
AT_ONCE = 20  # notices of one batch
BACK_OFF_FIRST, BACK_OFF_LONGEST = timedelta(seconds=5), timedelta(minutes=5)
MOST_ATTEMPTS = 100

logger = structlog.get_logger()


@dataclass(frozen=True)
class Notified:
    climbed: int  # alerts looked at
    answered: int  # outcomes of any kind
    late: int  # of these, whose lease was lost meanwhile


@app.task(name=TASKS["notices"])  # type: ignore[untyped-decorator]
def notify() -> None:
    held = process.own()
    notify_due(held.sessions, held.config, held.catalog)
    resets.send_due(held.sessions, held.config)


def notify_due(sessions: sessionmaker[Session], config: Config, catalog: Catalog) -> Notified:
    """Lets alerts climb whose time has come, then tells whoever has to be told."""
    last_lease_at = time.monotonic() + LEASE_S
    climbed = _climb(sessions, config, catalog)
    answered = late = 0
    with sessions() as session:
        returned = notices.return_expired(session, clock.real_now())
        session.commit()
    for _ in range(BATCHES):
        with sessions() as session:
            handovers = notices.lease(session, clock.read(session, config), clock.real_now(), AT_ONCE)
            session.commit()
        if not handovers:
            break
        reached("notices: claimed")
        outcomes = asyncio.run(_send(config, handovers))
        reached("notices: answered")
        late += _record(sessions, config, outcomes)
        answered += len(outcomes)
        if time.monotonic() > last_lease_at:
            break
    if climbed or answered or returned:
        logger.info("notified", climbed=climbed, answered=answered, late=late, returned=returned)
    return Notified(climbed, answered, late)


def settle(handover: Handover, outcome: Outcome, now: datetime, chance: float | None = None) -> Result:
    """The notice's next state. `chance` (0 to 1) spreads retries; tests fix it."""
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


def _climb(sessions: sessionmaker[Session], config: Config, catalog: Catalog) -> int:
    total = 0
    for _ in range(BATCHES):
        with sessions() as session:
            looked_at = escalation.climb(session, clock.read(session, config), catalog)
            session.commit()
        total += looked_at
        if looked_at < escalation.BATCH:
            break
    return total


async def _send(config: Config, handovers: Sequence[Handover]) -> list[tuple[Handover, Outcome]]:
    mails = [each for each in handovers if each.channel == "email"]
    others = [each for each in handovers if each.channel != "email"]
    client = Client(loopback=config.push_loopback)
    try:
        mailed, posted = await asyncio.gather(
            asyncio.to_thread(mail.send, config, mails),
            asyncio.gather(*(_post(config, client, each) for each in others)),
        )
    finally:
        await client.close()
    return [*zip(mails, mailed, strict=True), *zip(others, posted, strict=True)]


async def _post(config: Config, client: Client, handover: Handover) -> Outcome:
    try:
        return await webhook.send(config, client, handover)
    except Exception as error:  # one that cannot even be built must not hold up the others
        logger.error("notice_failed", channel=handover.channel, error=type(error).__name__)
        return Ambiguous()


def _record(sessions: sessionmaker[Session], config: Config, outcomes: Sequence[tuple[Handover, Outcome]]) -> int:
    with sessions() as session:
        now = clock.read(session, config)
        late = notices.record(session, [settle(handover, outcome, now) for handover, outcome in outcomes], now)
        session.commit()
    return late


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
