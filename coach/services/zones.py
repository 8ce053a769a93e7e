"""Stored instants against the zones' rules: moved when a release of tzdata brings others, and audited by sample."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor
from coach.models.upkeep import Upkeep
from coach.services import cursors, visits
from programs import schedule

BATCH = 100  # patients locked in one transaction: a report waits for them
SAMPLE = 1000

logger = structlog.get_logger()


def follow(session: Session, now: datetime, batch: int = BATCH) -> bool:
    """Moves the next patients' instants to the installed release; False when all have been looked at.

    The row keeps the place, so a run that is cut off goes on from there.
    """
    row = _row(session)
    installed = schedule.tzdata_version()
    if row.tzdata == installed:
        return False
    if row.target != installed:
        row.target, row.reached, row.moved = installed, None, 0
    query = select(Patient).order_by(Patient.id).limit(batch).with_for_update(key_share=True)
    patients = session.scalars(query if row.reached is None else query.where(Patient.id > row.reached)).all()
    row.moved += _move(session, patients, now)
    if patients:
        row.reached = patients[-1].id
    if len(patients) == batch:
        return True
    row.tzdata, row.reached = installed, None
    logger.info("zones_followed", tzdata=installed, moved=row.moved)
    return False


def audit(session: Session, now: datetime, size: int = SAMPLE) -> int:
    """Computes a sample of cursors afresh and notes how many differ from what is stored; an operator must look."""
    row = _row(session)
    first = uuid4()  # ids are random, so those after any are a sample
    query = select(Patient).order_by(Patient.id).limit(size).with_for_update(key_share=True, skip_locked=True)
    patients = session.scalars(query.where(Patient.id > first)).all() or session.scalars(query).all()
    rows, rules = _cursors(session, patients), cursors.rules_of(session, [each.id for each in patients])
    row.audited_at, row.audited, row.differing = now, 0, 0
    for patient in patients:
        cursor = rows.get(patient.id)
        if cursor is None or cursor.failed_at is not None:
            continue
        row.audited += 1
        try:
            expected = cursors.next_at(patient, cursor, rules.get(patient.id, []))
        except ValueError:  # an unknown zone: the tick puts it aside
            expected = None
        if expected != cursor.next_at:
            row.differing += 1
            logger.error("cursor_differs", patient=str(patient.id))
    return row.differing


def _move(session: Session, patients: Sequence[Patient], now: datetime) -> int:
    rows, rules = _cursors(session, patients), cursors.rules_of(session, [each.id for each in patients])
    moved = 0
    for patient in patients:
        try:
            changed = _move_day(patient, now)
            cursor = rows.get(patient.id)
            if cursor is not None and cursor.failed_at is None:
                before, cursor.next_at = cursor.next_at, cursors.next_at(patient, cursor, rules.get(patient.id, []))
                changed = changed or before != cursor.next_at
        except ValueError as error:  # an unknown zone: nobody else may wait for it
            logger.error("zone_failed", patient=str(patient.id), error=type(error).__name__)
            continue
        if changed:
            moved += 1
            visits.replan(session, patient, now)
    return moved


def _move_day(patient: Patient, now: datetime) -> bool:
    """A day that has turned and waits for the worker stays turned."""
    before = patient.next_day_at
    if before is None or before <= now:
        return False
    patient.next_day_at = schedule.next_day_at(now, patient.zone, patient.day_starts_at)
    if patient.adapt_at == before:
        patient.adapt_at = patient.next_day_at
    return patient.next_day_at != before


def _cursors(session: Session, patients: Sequence[Patient]) -> dict[UUID, Cursor]:
    query = select(Cursor).where(Cursor.patient_id.in_([each.id for each in patients])).order_by(Cursor.patient_id)
    options = {"populate_existing": True}
    found = session.scalars(query.with_for_update(key_share=True), execution_options=options)
    return {row.patient_id: row for row in found}


def _row(session: Session) -> Upkeep:
    row = session.get(Upkeep, 1, with_for_update=True, populate_existing=True)
    if row is None:
        row = Upkeep(id=1, tzdata="", target="", moved=0, audited=0, differing=0)
        session.add(row)
        session.flush()
    return row
