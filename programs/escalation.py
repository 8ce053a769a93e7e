"""When an alert goes on to the next person: pure arithmetic, so that the worker and the patient's screen agree."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from programs import schedule
from programs.constants.escalation import Escalation

STEPS = ("on_duty", "deputy", "administrator")
AT_ONCE = ("URGENT", "EMERGENCY")  # the levels that climb by the minute; others when their day has passed


def climbs_at(
    level: str, step: int, told_at: datetime, overdue_at: datetime, *, seen: bool, numbers: Escalation
) -> datetime | None:
    """When an unresolved alert goes on from `step` (1 = on duty), told at `told_at`; None = it stays where it is.

    An emergency or urgent one climbs while nobody has seen it. Any other climbs once its day has passed, seen or
    not: only settling it stops that, so no one can let a referral lie.
    """
    if not 1 <= step < len(STEPS):
        return None
    if level in AT_ONCE:
        waits = numbers.emergency_minutes if level == "EMERGENCY" else numbers.urgent_minutes
        return None if seen else told_at + timedelta(minutes=waits[step - 1])
    if told_at < overdue_at:
        return overdue_at
    return told_at + timedelta(hours=numbers.overdue_hours)


def overdue_at(raised_day: date, due_day: date | None, zone: str, numbers: Escalation) -> datetime:
    """The morning after the last day on which somebody should have acted, in the clinic's zone."""
    due = due_day or raised_day + timedelta(days=numbers.soon_days)
    return schedule.day_begins_at(due + timedelta(days=1), zone, numbers.overdue_minute)
