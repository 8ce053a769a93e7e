"""The cursor of a patient: the lock that orders edits against the tick, and when the tick must look next.

Lock order everywhere: patient, cursor, the rest.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery, Occurrence, Schedule
from programs import canonical, schedule
from programs.schedule import Course, Local, Rule, Sent, Standing, Verdict

HELD = ("NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY")  # locks that keep the exercises away
# In the order of Rule's fields.
SHAPE = ("id", "kind", "minute", "days", "on_day", "since", "every", "at", "until", "crosses_quiet")
MOST_UNSENT = 200  # of one patient; what is due and unsent lives for hours
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
    row.next_at = next_at(patient, row, rules(session, patient.id))
    row.failed_at, row.failures = None, 0


def next_at(patient: Patient, cursor: Cursor, of: Collection[Rule]) -> datetime | None:
    """When the tick must look next. Raises ValueError for an unknown zone."""
    return schedule.run(of, local_time(patient), cursor.passed_at, cursor.passed_at).next_at


def seen(session: Session, patient_id: UUID) -> None:
    """The person has done something: what they ignored before counts no more (N9)."""
    session.execute(
        update(Cursor).where(Cursor.patient_id == patient_id, Cursor.ignored > 0).values(ignored=0),
        execution_options={"synchronize_session": False},
    )


def local_time(patient: Patient | Row[Any]) -> Local:
    """The zone, day, quiet and working hours of a patient's row, or of one that holds its columns, as a value."""
    return Local(
        patient.zone,
        patient.day_starts_at,
        patient.quiet_from,
        patient.quiet_until,
        schedule.spread(patient.id),
        patient.work_from,
        patient.work_until,
    )


def standing(patient: Patient | Row[Any], cursor: Cursor | Row[Any], sent: Collection[Sent] = ()) -> Standing:
    """What decides about the patient's reminders; a row that joins both may be given twice."""
    return Standing(
        locked=patient.lock in HELD,
        done_day=cursor.done_day,
        course=course(cursor),
        sent=tuple(sent),
        ignored=cursor.ignored,
        moved_at=patient.moved_at,
        stopped=frozenset(patient.stopped),
    )


def course(cursor: Cursor | Row[Any]) -> Course:
    return Course() if cursor.course is None else _course(json.dumps(cursor.course))


@lru_cache(maxsize=4096)  # most people's are one of few: a day begun, nothing else
def _course(text: str) -> Course:
    return canonical.from_json(Course, json.loads(text))


def rule(row: Schedule) -> Rule:
    return Rule(*(getattr(row, name) for name in SHAPE))


def active(patient_id: UUID) -> Select[Schedule]:
    return select(Schedule).where(Schedule.patient_id == patient_id, Schedule.active)


def rules(session: Session, patient_id: UUID) -> list[Rule]:
    return rules_of(session, [patient_id]).get(patient_id, [])


def rules_of(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[Rule]]:
    """The rules of many patients in one statement."""
    session.flush()
    found: dict[UUID, list[Rule]] = {}
    for patient_id, *shape in session.execute(_RULES, {"ids": list(ids)}):
        found.setdefault(patient_id, []).append(Rule(*shape))
    return found


def settle(session: Session, patient: Patient, now: datetime, claimed: Cursor | None = None) -> None:
    """Takes back what is materialised, unsent and no longer wanted as things stand now: locked, done, paused ..."""
    cursor = claimed or claim(session, patient.id, now)
    _hold_deliveries(session, patient.id)
    stands, local = standing(patient, cursor), local_time(patient)
    query = select(Occurrence).where(*_unsent(patient.id, now)).limit(MOST_UNSENT)
    taken_back = False
    for each in session.scalars(query, execution_options={"populate_existing": True}):
        verdict = schedule.judge_again(each.kind, Verdict(each.fire_at, each.expires_at, "due"), local, stands, now)
        # What a human waits for stays in the inbox, even if the person wants no pushes of it.
        kept = verdict.reason == "stopped" and schedule.KINDS[each.kind].care
        if verdict.state == "left_out" and not kept:
            each.state, each.reason, taken_back = "cancelled", verdict.reason, True
    if taken_back:
        session.flush()
        stop_deliveries(session, patient.id, now)


def release_anew(session: Session, patient: Patient, now: datetime) -> None:
    """After a change of zone or quiet hours: what waits for the end of quiet hours waits for the new one."""
    _hold_deliveries(session, patient.id)
    local = local_time(patient)
    end = schedule.quiet_end(now, local)
    at = now if end is None else end + local.spread
    waiting = select(Occurrence).where(
        *_unsent(patient.id, now), Occurrence.fire_at > now, Occurrence.fire_at != at, Occurrence.slot < 10_000
    )
    for each in session.scalars(waiting.limit(MOST_UNSENT), execution_options={"populate_existing": True}):
        if at >= each.expires_at:
            each.state, each.reason = "cancelled", "quiet"
            continue
        each.fire_at = at
        mine = (Delivery.local_day == each.local_day, Delivery.slot == each.slot, Delivery.state == "pending")
        session.execute(
            update(Delivery)
            .where(Delivery.patient_id == patient.id, Delivery.schedule_id == each.schedule_id, *mine)
            .values(due_at=at),
            execution_options={"synchronize_session": False},
        )
    session.flush()
    stop_deliveries(session, patient.id, now)


def cancel_unsent(
    session: Session,
    patient_id: UUID,
    now: datetime,
    *,
    kinds: Collection[str] = (),
    schedule_ids: Collection[UUID] = (),
) -> None:
    """Cancels, after their rules have changed, reminders of some kinds or rules that have reached nobody yet."""
    _hold_deliveries(session, patient_id)
    which = or_(Occurrence.kind.in_(kinds), Occurrence.schedule_id.in_(schedule_ids))
    session.execute(
        update(Occurrence).where(*_unsent(patient_id, now), which).values(state="cancelled", reason="changed"),
        execution_options={"synchronize_session": False},
    )
    stop_deliveries(session, patient_id, now, schedule_ids)


def stop_deliveries(session: Session, patient_id: UUID, now: datetime, changed: Collection[UUID] = ()) -> None:
    """Takes the patient's waiting hand-overs out of the queue: of occurrences that are no longer due, and all of
    changed rules, also those of which another device has been told already."""
    of_changed = Delivery.schedule_id.in_(changed)
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


def _hold_deliveries(session: Session, patient_id: UUID) -> None:
    """No worker leases what this transaction may cancel, so that nothing cancelled goes out."""
    waiting = select(Delivery.device_id).where(Delivery.patient_id == patient_id, Delivery.state == "pending")
    session.execute(waiting.with_for_update(key_share=True))


def _unsent(patient_id: UUID, now: datetime) -> list[ColumnElement[bool]]:
    """Materialised and still of use, but with nobody yet: neither on a device nor in the inbox.

    What a worker is sending at this moment cannot be called back; what it has not leased yet can.
    """
    reached = exists().where(*OF_DELIVERY, Delivery.state.in_(("leased", "accepted")))
    waiting = exists().where(*OF_DELIVERY, Delivery.state == "pending")
    return [
        Occurrence.patient_id == patient_id,
        Occurrence.state == "due",
        Occurrence.expires_at > now,
        or_(Occurrence.fire_at > now, waiting),
        ~reached,
    ]


_RULES = text(f"""
SELECT patient_id, {", ".join(SHAPE)} FROM schedule WHERE patient_id = ANY(:ids) AND active
""")
