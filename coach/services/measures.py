"""Recall and freeze: an exercise leaves every plan, or nothing rises anywhere, until that is ended.

A line in each patient's log does it, so a plan stays what its log gives; the patient's revision moves with it, so no
phone and no cache serves what was stopped. Who answers the intake later gets the lines that stand then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coach.models.events import Event as EventRow
from coach.models.measures import Measure
from coach.models.people import Patient
from coach.services import log, plans
from coach.services.problems import conflict, invalid, not_found
from programs import events
from programs.catalog import Catalog
from programs.events import Event

BATCH = 200  # patients in one transaction
MOST_STANDING = 100  # of one clinic, or of the service
LONGEST = 500

logger = structlog.get_logger()


@dataclass(frozen=True)
class Shown:
    """A measure as its reader sees it."""

    id: UUID
    kind: str
    exercise: str | None
    reason: str
    made_at: datetime
    ended_at: datetime | None
    everyone: bool  # of the whole service: a clinic cannot end it


def start(
    session: Session,
    kind: str,
    *,
    clinic_id: UUID | None,
    exercise: str | None,
    reason: str,
    author_id: UUID | None,
    now: datetime,
    catalog: Catalog,
) -> Measure:
    """One that stands already is the same one. `spread` must follow. Raises Problem 409, 422."""
    if (kind == "recall") != (exercise is not None):
        raise invalid("exercise", "is what a recall names, and a freeze does not")
    if exercise is not None and exercise not in catalog.exercises:
        raise invalid("exercise", "No such exercise.")
    known = standing(session, clinic_id)
    same = next((each for each in known if (each.kind, each.exercise) == (kind, exercise)), None)
    if same is not None:
        return same
    if len(known) >= MOST_STANDING:
        raise conflict(f"At most {MOST_STANDING} can stand at a time.")
    made = Measure(id=uuid4(), clinic_id=clinic_id, kind=kind, exercise=exercise, reason=reason, made_by=author_id)
    made.made_at, made.pending = now, True
    session.add(made)
    session.flush()
    logger.warning("measure_started", measure=str(made.id), kind=kind, everyone=clinic_id is None)
    return made


def end(session: Session, clinic_id: UUID | None, measure_id: UUID, now: datetime) -> Measure:
    """Ends one of a clinic, or of the service. Raises Problem 404."""
    found = session.get(Measure, measure_id, with_for_update=True)
    if found is None or found.clinic_id != clinic_id or found.ended_at is not None:
        raise not_found()
    found.ended_at, found.pending, found.reached = now, True, None
    logger.warning("measure_ended", measure=str(found.id), kind=found.kind)
    return found


def standing(session: Session, clinic_id: UUID | None) -> list[Measure]:
    """What stands for one clinic alone, or for the whole service (None)."""
    mine = Measure.clinic_id.is_(None) if clinic_id is None else Measure.clinic_id == clinic_id
    query = select(Measure).where(mine, Measure.ended_at.is_(None)).order_by(Measure.made_at, Measure.id)
    return list(session.scalars(query.limit(MOST_STANDING)))


def listed(session: Session, clinic_id: UUID) -> list[Shown]:
    """What a clinic meets: its own and the service's, newest first, ended ones too."""
    mine = or_(Measure.clinic_id == clinic_id, Measure.clinic_id.is_(None))
    query = select(Measure).where(mine).order_by(Measure.made_at.desc(), Measure.id).limit(MOST_STANDING)
    return [shown(each) for each in session.scalars(query)]


def shown(each: Measure) -> Shown:
    values = each.id, each.kind, each.exercise, each.reason, each.made_at, each.ended_at
    return Shown(*values, each.clinic_id is None)


def spread(session: Session, measure_id: UUID, now: datetime) -> int:
    """Writes the measure's last word into the logs of the next BATCH patients; how many. 0 = all have it.

    Everyone is locked, also who has no plan yet: an intake that is being answered beside this is waited for.
    """
    measure = session.get(Measure, measure_id, with_for_update=True)
    if measure is None or not measure.pending:
        return 0
    query = select(Patient).order_by(Patient.id).limit(BATCH).with_for_update(key_share=True)
    if measure.clinic_id is not None:
        query = query.where(Patient.clinic_id == measure.clinic_id)
    if measure.reached is not None:
        query = query.where(Patient.id > measure.reached)
    patients = list(session.scalars(query))
    _write(session, [each for each in patients if each.next_day_at is not None], measure, now)
    if patients:
        measure.reached = patients[-1].id
    if len(patients) < BATCH:
        measure.pending, measure.reached = False, None
    return len(patients)


def pending(session: Session) -> list[UUID]:
    """Passes that have not come to their end, oldest first: their process may be gone."""
    return list(session.scalars(select(Measure.id).where(Measure.pending).order_by(Measure.made_at).limit(BATCH)))


def for_newcomer(session: Session, patient: Patient, now: datetime) -> None:
    """What stands when somebody answers the intake; the caller folds."""
    for measure in (*standing(session, None), *standing(session, patient.clinic_id)):
        _write(session, [patient], measure, now)


def _write(session: Session, patients: Sequence[Patient], measure: Measure, now: datetime) -> None:
    ends = measure.ended_at is not None
    ids = {uuid5(each.id, f"{measure.id} {'ends' if ends else 'starts'}"): each for each in patients}
    known = set(session.scalars(select(EventRow.id).where(EventRow.id.in_(ids), EventRow.patient_id.in_(
        [each.id for each in patients]
    ))))  # fmt: skip
    body = events.Measured(str(measure.id), measure.kind, measure.exercise, ends)  # type: ignore[arg-type]
    for id_, patient in ids.items():
        if id_ in known:
            continue
        day = plans.today(patient, now)
        event = Event(str(id_), day, log.instant(patient, now), "measured", "system", body)
        log.append(session, patient, event, received_at=now)
        patient.revision += 1  # no stored routine is good any more
        patient.adapt_at = now
