"""The tables. Importing this package registers all of them on one metadata."""

from coach.models import (
    audit,
    care,
    clock,
    contact,
    erasure,
    events,
    joining,
    measured,
    notices,
    people,
    plans,
    reminders,
    upkeep,
)
from coach.models.registry import Base

metadata = Base.metadata

__all__ = [
    "audit", "care", "clock", "contact", "erasure", "events", "joining", "measured", "metadata", "notices", "people",
    "plans", "reminders", "upkeep",
]  # fmt: skip
