"""How long an alert may wait unseen before somebody else is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from programs.canonical import Within

EmergencyMinutes = Annotated[int, Within(5, 30)]
UrgentMinutes = Annotated[int, Within(15, 120)]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Waits of each step: on duty to deputy, deputy to administrator; and when an alert with a day is overdue."""

    emergency_minutes: Annotated[tuple[EmergencyMinutes, ...], Within(2, 2)]
    urgent_minutes: Annotated[tuple[UrgentMinutes, ...], Within(2, 2)]
    soon_days: Annotated[int, Within(1, 7)]
    overdue_minute: Annotated[int, Within(0, 1439)]
    overdue_hours: Annotated[int, Within(1, 72)]
