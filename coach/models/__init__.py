"""The tables. Importing this package registers all of them on one metadata."""

from coach.models import (
    audit,
    calls,
    care,
    clock,
    contact,
    episodes,
    erasure,
    events,
    feeds,
    joining,
    measured,
    measures,
    notices,
    people,
    plans,
    programs,
    reminders,
    resets,
    upkeep,
)
from coach.models.registry import Base

metadata = Base.metadata

__all__ = [
    "audit", "calls", "care", "clock", "contact", "episodes", "erasure", "events", "feeds", "joining", "measured",
    "measures", "metadata", "notices", "people", "plans", "programs", "reminders", "resets", "upkeep",
]  # fmt: skip
