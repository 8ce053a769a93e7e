"""What is looked after now and then: whether stored plans are still what their logs give, and stored instants what
rules and zones give."""

import time

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.plans import Plan
from coach.services import alerts, keyed_calls, measures, plans, zones
from programs.catalog import Catalog
from workers import process
from workers.app import AUDIT, REPLAY, ZONES, app

SAMPLE = 100  # plans folded again each night; at about 0.1 s each within the task's time

FOLLOW_S = 20.0  # then the next minute's task goes on

logger = structlog.get_logger()


@app.task(name=REPLAY)  # type: ignore[untyped-decorator]
def replay() -> None:
    held = process.own()
    replay_sample(held.sessions, held.config, held.catalog)


def replay_sample(sessions: sessionmaker[Session], config: Config, catalog: Catalog, size: int = SAMPLE) -> int:
    """Folds the logs of a random sample again; a plan that differs is an operator's alert. The number of those."""
    with sessions() as session:
        ids = list(session.scalars(select(Plan.patient_id).order_by(func.random()).limit(size)))
    different = 0
    for patient_id in ids:
        with sessions() as session:
            try:
                found = plans.replay(session, patient_id, catalog)
                same = found is None or found.folded is None or found.stored == found.folded
            except ValueError:
                same = False
            if not same:
                different += 1
                alerts.for_failed_plan(
                    session, session.get_one(Patient, patient_id), clock.read(session, config), "replay"
                )
                session.commit()
                logger.error("replay_differs", patient=str(patient_id))
    return different


@app.task(name=ZONES)  # type: ignore[untyped-decorator]
def follow() -> None:
    held = process.own()
    follow_zones(held.sessions, held.config)
    spread_measures(held.sessions, held.config)


def spread_measures(sessions: sessionmaker[Session], config: Config) -> None:
    """Goes on with a recall or freeze whose own process is gone before every patient's log had it."""
    last_at = time.monotonic() + FOLLOW_S
    with sessions() as session:
        waiting = measures.pending(session)
    for measure_id in waiting:
        more = 1
        while more and time.monotonic() < last_at:
            with sessions() as session:
                more = measures.spread(session, measure_id, clock.read(session, config))
                session.commit()


@app.task(name=AUDIT)  # type: ignore[untyped-decorator]
def audit() -> None:
    held = process.own()
    with held.sessions() as session:
        zones.audit(session, clock.read(session, held.config))
        keyed_calls.forget_old(session, clock.real_now())
        session.commit()


def follow_zones(sessions: sessionmaker[Session], config: Config, batch: int = zones.BATCH) -> None:
    """Moves stored instants after an upgrade of tzdata, batch by batch until all are done or the time is up."""
    last_at = time.monotonic() + FOLLOW_S
    more = True
    while more and time.monotonic() < last_at:
        with sessions() as session:
            more = zones.follow(session, clock.read(session, config), batch)
            session.commit()
