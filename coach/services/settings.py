"""What a person may change about their own days: zone, language, when a day begins, quiet hours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import reminders
from programs import schedule

NAMES = ("zone", "locale", "day_starts_at", "quiet_from", "quiet_until")


def change(session: Session, patient: Patient, changes: Mapping[str, Any], now: datetime) -> None:
    """Applies checked values to a locked patient; reminders not yet sent move with them at once."""
    for name, value in changes.items():
        if name not in NAMES:
            raise ValueError(f"{name} is not a setting")
        setattr(patient, name, value)
    if changes:
        patient.revision += 1
        if patient.next_day_at is not None:
            patient.next_day_at = schedule.next_day_at(now, patient.zone, patient.day_starts_at)
            patient.adapt_at = min(filter(None, (patient.adapt_at, patient.next_day_at)))
        reminders.settings_changed(session, patient, now)
