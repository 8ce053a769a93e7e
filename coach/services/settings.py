"""What a person may change about their own days: zone, language, when a day begins, and each shift's hours."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import cursors, reminders, visits
from coach.services.problems import invalid
from programs import schedule
from programs.schedule import Hours

HOURS = tuple(field.name for field in fields(Hours))
UNITS = ("weight_unit", "height_unit")  # of the screen only: what is stored and sent is metric
NAMES = ("zone", "locale", "day_starts_at", *UNITS, *HOURS)


def change(session: Session, patient: Patient, changes: Mapping[str, Any], now: datetime) -> None:
    """Applies checked values to a locked patient; reminders not yet sent move with them at once.

    Hours are those of the shift the person is on.
    """
    if not changes:
        return
    before = {name: getattr(patient, name) for name in NAMES}
    for name, value in changes.items():
        if name not in NAMES:
            raise ValueError(f"{name} is not a setting")
        setattr(patient, name, value)
    if not changes.keys().isdisjoint(HOURS):
        patient.shifts = patient.shifts | {patient.shift: {name: getattr(patient, name) for name in HOURS}}
    if before["zone"] in schedule.zones() and schedule.is_far(now, before["zone"], patient.zone):
        patient.moved_at = now
    patient.revision += 1
    if patient.next_day_at is not None:
        patient.next_day_at = schedule.next_day_at(now, patient.zone, patient.day_starts_at)
        patient.adapt_at = min(filter(None, (patient.adapt_at, patient.next_day_at)))
    if (before["work_from"], before["work_until"]) != (patient.work_from, patient.work_until):
        cursors.claim(session, patient.id, now)
        cursors.cancel_unsent(session, patient.id, now, kinds=schedule.BREAKS)
    visits.replan(session, patient, now)
    reminders.settings_changed(session, patient, now)


def shifts(patient: Patient) -> dict[str, dict[str, int]]:
    """The hours of each shift: the person's own, else what everyone begins with."""
    return {name: asdict(hours) | patient.shifts.get(name, {}) for name, hours in schedule.SHIFTS.items()}


def take_shift(session: Session, patient: Patient, name: str, now: datetime) -> None:
    """Switches to a shift and its hours. Raises Problem."""
    if name not in schedule.SHIFTS:
        raise invalid("name", f"must be one of {', '.join(schedule.SHIFTS)}")
    patient.shift = name
    change(session, patient, shifts(patient)[name], now)


def set_shift(session: Session, patient: Patient, name: str, hours: Mapping[str, int], now: datetime) -> None:
    """Sets a shift's hours; they hold at once if the person is on it. Raises Problem."""
    if name not in schedule.SHIFTS:
        raise invalid("name", f"must be one of {', '.join(schedule.SHIFTS)}")
    patient.shifts = patient.shifts | {name: shifts(patient)[name] | dict(hours)}
    if name == patient.shift:
        change(session, patient, shifts(patient)[name], now)
