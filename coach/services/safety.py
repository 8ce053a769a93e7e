"""The lock of a patient: raised in the commit that stores the answer, lifted flag by flag by a clinician only."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import alerts, cursors, devices, reminders
from programs import canonical, triage
from programs.rules.safety import CLOSED
from programs.triage import Lock


def locks(patient: Patient) -> tuple[Lock, ...]:
    """What stands, each flag by itself."""
    return tuple(canonical.from_json(Lock, each) for each in patient.locks)


def take_in(session: Session, patient: Patient, raised: Iterable[Lock], now: datetime, *, here: bool = False) -> None:
    """Adds new locks and hardens standing ones; nothing is lowered.

    The revision moves in this very commit, so no cached routine outlives the lock; exercise reminders
    not yet sent are cancelled and a human is told. `here`: the person has the answer on the screen before them,
    so only their other devices need to be told.
    """
    standing = {lock.flag: lock for lock in locks(patient)}
    before = dict(standing)
    for lock in raised:
        if is_harder(lock, standing.get(lock.flag)):
            standing[lock.flag] = lock
            if lock.flag != CLOSED:  # the clinic's own doing
                alerts.for_lock(session, patient, lock, now)
    if standing == before:
        return
    _set(patient, standing.values())
    cursors.settle(session, patient, now)
    if patient.lock in cursors.HELD and devices.active(session, patient.id) > here:
        reminders.tell_of_lock(session, patient, now)
    if patient.lock in ("URGENT", "EMERGENCY"):
        reminders.follow_up(session, patient, now)


def is_harder(lock: Lock, known: Lock | None) -> bool:
    """Whether a lock says more than what is known of its flag."""
    return known is None or triage.LEVELS.index(lock.level) > triage.LEVELS.index(known.level)


def lift(session: Session, patient: Patient, flag: str) -> bool:
    """Lifts one flag, after a clinician's release or when the fold ends a NO_PLAN. False if it does not stand."""
    rest = [lock for lock in locks(patient) if lock.flag != flag]
    if len(rest) == len(patient.locks):
        return False
    _set(patient, rest)
    return True


def agree(session: Session, patient: Patient, folded: Iterable[Lock], now: datetime) -> None:
    """Takes in the locks of a freshly folded plan. NO_PLAN is the fold's own to end; red flags are not."""
    folded = tuple(folded)
    flags = {lock.flag for lock in folded}
    for lock in locks(patient):
        if lock.level == "NO_PLAN" and lock.flag not in flags:
            lift(session, patient, lock.flag)
    take_in(session, patient, folded, now)


def _set(patient: Patient, standing: Iterable[Lock]) -> None:
    ordered = sorted(standing, key=lambda lock: (-triage.LEVELS.index(lock.level), lock.flag))
    patient.locks = [canonical.to_json(lock) for lock in ordered]
    patient.lock = ordered[0].level if ordered else "none"
    patient.revision += 1
