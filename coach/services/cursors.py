"""The cursor of a patient: the lock that orders edits against the tick, and when the tick must look next.

Lock order everywhere: patient, cursor, the rest.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery, Occurrence, Schedule
from programs import schedule
from programs.schedule import Local, Rule, Standing

HELD = ("NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY")  # locks that keep the exercises away
OF_DELIVERY = (
    Delivery.patient_id == Occurrence.patient_id,
    Delivery.schedule_id == Occurrence.schedule_id,
    Delivery.local_day == Occurrence.local_day,
    Delivery.slot == Occurrence.slot,
)


def claim(session: Session, patient_id: UUID, now: datetime) -> Cursor:
    """The patient's cursor, made if there is none, locked until the end of the transaction."""
    session.flush()  # the row is read afresh, which must not undo what this transaction has changed
    row = session.get(Cursor, patient_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        session.execute(insert(Cursor).values(patient_id=patient_id, passed_at=now).on_conflict_do_nothing())
        row = session.get_one(Cursor, patient_id, with_for_update={"key_share": True}, populate_existing=True)
    return row


def plan(session: Session, patient: Patient, now: datetime) -> None:
    """Computes anew when the tick must look, after any change of rules, zone or day."""
    row = claim(session, patient.id, now)
    row.next_at = schedule.run(rules(session, patient.id), local_time(patient), row.passed_at, row.passed_at).next_at
    row.failed_at, row.failures = None, 0


def local_time(patient: Patient) -> Local:
    """The patient's zone, day and quiet hours as a value."""
    quiet = patient.quiet_from, patient.quiet_until
    return Local(patient.zone, patient.day_starts_at, *quiet, schedule.spread(patient.id))


def standing(patient: Patient, row: Cursor, budgeted: Collection[datetime] = ()) -> Standing:
    return Standing(patient.lock in HELD, row.done_day, tuple(budgeted))


def rule(row: Schedule) -> Rule:
    return Rule(row.id, row.kind, row.minute, row.days, row.on_day, row.since)


def active(patient_id: UUID) -> Select[Schedule]:
    return select(Schedule).where(Schedule.patient_id == patient_id, Schedule.active)


def rules(session: Session, patient_id: UUID) -> list[Rule]:
    return [rule(row) for row in session.scalars(active(patient_id))]


def cancel_unsent(
    session: Session,
    patient_id: UUID,
    now: datetime,
    reason: str,
    *,
    kinds: Collection[str] = tuple(schedule.KINDS),
    schedule_id: UUID | None = None,
    between: tuple[datetime, datetime] | None = None,
) -> None:
    """Cancels what is materialised but has reached nobody, neither a device nor the inbox.

    What a worker is sending at this moment cannot be called back; what it has not leased yet can.
    """
    matching = [Occurrence.patient_id == patient_id, Occurrence.state == "due", Occurrence.kind.in_(kinds)]
    if schedule_id is not None:
        matching.append(Occurrence.schedule_id == schedule_id)
    if between is not None:
        matching += [Occurrence.fire_at >= between[0], Occurrence.fire_at < between[1]]
    reached = exists().where(*OF_DELIVERY, Delivery.state.in_(("leased", "accepted")))
    waiting = exists().where(*OF_DELIVERY, Delivery.state == "pending")
    unsent = [*matching, Occurrence.expires_at > now, or_(Occurrence.fire_at > now, waiting), ~reached]
    session.execute(
        update(Occurrence).where(*unsent).values(state="cancelled", reason=reason),
        execution_options={"synchronize_session": False},
    )
    stop_deliveries(session, patient_id, now, schedule_id)


def stop_deliveries(session: Session, patient_id: UUID, now: datetime, changed: UUID | None = None) -> None:
    """Takes the patient's waiting hand-overs out of the queue: of occurrences that are no longer due, and all of a
    changed rule, also those of which another device has been told already."""
    of_changed = Delivery.schedule_id == changed if changed else false()
    session.execute(
        update(Delivery)
        .where(
            Delivery.patient_id == patient_id,
            Delivery.state == "pending",
            or_(of_changed, exists().where(*OF_DELIVERY, Occurrence.state != "due")),
        )
        .values(state="cancelled", finished_at=now),
        execution_options={"synchronize_session": False},
    )
