"""Tick and deliver: loops around the services, one transaction a batch, none open while something is sent."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.services import deliveries, occurrences
from coach.services.deliveries import Handover, Leased
from coach.wake import TASKS
from programs.catalog import Catalog
from workers import process
from workers.app import app
from workers.points import reached
from workers.push.outcome import Accepted, Outcome, Refused, TokenGone, TryLater, settle
from workers.push.sender import LEASED, Sender

BATCHES = 40  # of 500 patients in one tick; the next tick goes on
DELIVER_S = 10.0  # then a deliver leases no more; what is in flight ends within the push timeout
RECORD_EVERY_S, RECORD_AT = 0.2, 100  # a kill loses the answers of this time or number at most
RECORD_WITHIN_S, RECORD_AGAIN_S = 8.0, 0.2  # while the database is away; well within the lease and the task's time

logger = structlog.get_logger()


@dataclass(frozen=True)
class Delivered:
    answered: int  # outcomes of any kind
    late: int  # of these, whose lease was lost meanwhile
    returned: int  # leases of workers that are gone


@app.task(name=TASKS["tick"])  # type: ignore[untyped-decorator]
def tick() -> None:
    held = process.own()
    tick_due(held.sessions, held.config, held.catalog)


@app.task(name=TASKS["deliver"])  # type: ignore[untyped-decorator]
def deliver() -> None:
    held = process.own()

    def meanwhile() -> None:  # this may be the worker's last free process
        tick_due(held.sessions, held.config, held.catalog, batches=1)

    deliver_due(held.sessions, held.config, held.sender, meanwhile=meanwhile)


def tick_due(sessions: sessionmaker[Session], config: Config, catalog: Catalog, batches: int = BATCHES) -> int:
    """Materialises what is due, batch by batch until one comes short; the number of occurrences."""
    made = failed = 0
    for _ in range(batches):
        with sessions() as session:
            now = clock.read(session, config)
            ticked = occurrences.materialise(session, now, catalog)
            reached("tick: before commit")
            session.commit()
        reached("tick: after commit")
        made, failed = made + ticked.occurrences, failed + ticked.failed
        if ticked.patients < occurrences.BATCH:
            break
    if made or failed:
        logger.info("ticked", occurrences=made, failed=failed)
    return made


def deliver_due(
    sessions: sessionmaker[Session],
    config: Config,
    sender: Sender,
    seconds: float = DELIVER_S,
    meanwhile: Callable[[], object] = lambda: None,
) -> Delivered:
    """Sends what is due until nothing is or the time is up: lease, send, record, with no session open.

    Nobody waits for a slow provider: others' are leased all the same, and `meanwhile` is called while no answer comes.
    """
    last_lease_at = time.monotonic() + seconds
    with sessions() as session:
        returned = deliveries.return_expired(session, clock.real_now())
        session.commit()
    answered = late = 0
    more = True
    while more or sender.outstanding:
        free, more = LEASED - sender.outstanding, False
        if free and time.monotonic() < last_lease_at:
            leased = _lease(sessions, config, free)
            reached("deliver: claimed")
            sender.send(leased.handovers)
            reached("deliver: sent")
            more = leased.claimed == free
        answers = sender.answers(RECORD_EVERY_S, RECORD_AT)
        if answers:
            reached("deliver: answered")
            late += _record(sessions, config, answers)
            answered += len(answers)
        elif sender.outstanding:
            meanwhile()
    if answered or returned:
        logger.info("delivered", answered=answered, late=late, returned=returned)
    return Delivered(answered, late, returned)


def _lease(sessions: sessionmaker[Session], config: Config, most: int) -> Leased:
    with sessions() as session:
        leased = deliveries.lease(session, clock.read(session, config), clock.real_now(), most)
        session.commit()
    return leased


def _record(sessions: sessionmaker[Session], config: Config, answers: Sequence[tuple[Handover, Outcome]]) -> int:
    """Writes down what the providers said, at a second try if need be: what is known must not be sent once more."""
    last_try_at = time.monotonic() + RECORD_WITHIN_S
    while True:
        try:
            return _record_once(sessions, config, answers)
        except OperationalError:
            if time.monotonic() > last_try_at:
                raise
            time.sleep(RECORD_AGAIN_S)


def _record_once(sessions: sessionmaker[Session], config: Config, answers: Sequence[tuple[Handover, Outcome]]) -> int:
    with sessions() as session:
        now, real_now = clock.read(session, config), clock.real_now()
        gone, suspect, trusted = [], [], []
        for handover, outcome in answers:
            if isinstance(outcome, TokenGone):  # its time, if it has one, is on the real clock
                gone.append((handover, now - (real_now - outcome.since) if outcome.since else now))
            elif isinstance(outcome, Refused) and outcome.suspect:
                suspect.append(handover)
            elif isinstance(outcome, Accepted) and handover.suspect:
                trusted.append(handover)
        moved = deliveries.retire(session, gone)
        deliveries.suspect(session, suspect)
        deliveries.trust(session, trusted)
        renewed = TryLater(reason="address_renewed")
        results = [settle(each, renewed if each.key in moved else outcome, now) for each, outcome in answers]
        late = deliveries.record(session, results, now)
        reached("deliver: before commit")
        session.commit()
    reached("deliver: after commit")
    return late
