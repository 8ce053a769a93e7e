"""The tables. Importing this package registers all of them on one metadata."""

from coach.models import audit, care, clock, events, people, plans, reminders
from coach.models.registry import Base

metadata = Base.metadata

__all__ = ["audit", "care", "clock", "events", "metadata", "people", "plans", "reminders"]
