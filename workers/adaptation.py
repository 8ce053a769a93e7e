"""Adapts plans: patients with new events and patients whose day has turned, so that silence is judged too.

Rows are the queue; a task or the bootstep only says that it is time to look.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from psycopg.errors import QueryCanceled
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.services import alerts, plans
from coach.wake import TASKS
from programs.catalog import Catalog
from workers import process
from workers.app import app
from workers.points import reached

BATCH = 10  # patients locked in one transaction: a report waits for them
FIRST_BACK_OFF, LONGEST_BACK_OFF = timedelta(minutes=1), timedelta(hours=6)

logger = structlog.get_logger()


@app.task(name=TASKS["adapt"])  # type: ignore[untyped-decorator]
def adapt() -> None:
    held = process.own()
    adapt_due(held.sessions, held.config, held.catalog)


def adapt_due(sessions: sessionmaker[Session], config: Config, catalog: Catalog, batches: int = 20) -> int:
    """Adapts whoever is due, batch by batch until one comes short; the number of patients looked at."""
    total = 0
    for _ in range(batches):
        with sessions() as session:
            now = clock.read(session, config)
            ids = _claim(session, now)
            if ids:
                reached("adapt: claimed")
            for patient_id in ids:
                _adapt_one(session, patient_id, now, catalog)
            if ids:
                reached("adapt: before commit")
            session.commit()
        if ids:
            reached("adapt: after commit")
        total += len(ids)
        if len(ids) < BATCH:
            break
    return total


def _claim(session: Session, now: datetime) -> list[UUID]:
    due = select(Patient.id).where(Patient.adapt_at <= now).order_by(Patient.adapt_at).limit(BATCH)
    claimed = due.with_for_update(skip_locked=True, key_share=True).cte("due").prefix_with("MATERIALIZED")
    return sorted(session.scalars(select(claimed.c.id)))


def _adapt_one(session: Session, patient_id: UUID, now: datetime, catalog: Catalog) -> None:
    """One patient in a savepoint: a log that cannot be folded stops nobody else's plan."""
    patient = session.get_one(Patient, patient_id)
    try:
        with session.begin_nested():
            plans.store(session, patient, now, catalog)
    except Exception as error:  # whatever the log holds, the others must go on
        if isinstance(error, OperationalError) and not isinstance(error.orig, QueryCanceled):
            raise  # the database is away or busy: the whole batch is tried again
        session.refresh(patient)
        _set_aside(session, patient, now)
        logger.error("plan_failed", patient=str(patient_id), error=type(error).__name__)


def _set_aside(session: Session, patient: Patient, now: datetime) -> None:
    """Back-off and an operator's alert; meanwhile the last stored plan is served, without raises."""
    if patient.failed_at is None:
        alerts.for_failed_plan(session, patient, now)
    patient.failed_at = patient.failed_at or now
    patient.failures = min(patient.failures + 1, 1000)
    back_off = min(FIRST_BACK_OFF * 2 ** min(patient.failures - 1, 10), LONGEST_BACK_OFF)
    patient.adapt_at = now + back_off
