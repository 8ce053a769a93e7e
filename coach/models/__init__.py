"""The tables. Importing this package registers all of them on one metadata."""

from coach.models import (
    audit,
    calls,
    care,
    clock,
    contact,
    erasure,
    events,
    joining,
    measured,
    measures,
    notices,
    people,
    plans,
    reminders,
    upkeep,
)
from coach.models.registry import Base

metadata = Base.metadata

__all__ = [
    "audit", "calls", "care", "clock", "contact", "erasure", "events", "joining", "measured", "measures", "metadata",
    "notices", "people", "plans", "reminders", "upkeep",
]  # fmt: skip
