"""What is looked after once a day: whether stored plans are still what their logs give."""

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.plans import Plan
from coach.services import alerts, plans
from programs.catalog import Catalog
from workers import process
from workers.app import REPLAY, app

SAMPLE = 100  # plans folded again each night; at about 0.1 s each within the task's time

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
