"""The tables. Importing this package registers all of them on one metadata."""

from coach.models import audit, care, clock, events, joining, notices, people, plans, reminders
from coach.models.registry import Base

metadata = Base.metadata

__all__ = [
    "audit", "care", "clock", "events", "joining", "metadata", "notices", "people", "plans", "reminders",
]  # fmt: skip
