"""Short stories for tests: lines of a log by day number, the plan they fold into, and what it holds and serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from programs import adapt, catalog, events, routine
from programs.events import BODIES, Body, Checkin, Event, Intake, Morning, Session
from programs.plan import Dose, Item, Plan, Why
from programs.selection import Variant
from tests.programs.logs import START, patient

CONTENT = catalog.load()
KINDS = {body: kind for kind, body in BODIES.items()}
Doses = dict[str, tuple[int, int]]


def told(number: int, body: Body, author: events.Author = "patient", minute: int = 0) -> Event:
    day = START + timedelta(days=number)
    at = datetime.combine(day, time(7), UTC) + timedelta(minutes=minute)
    kind = KINDS[type(body)]
    return Event(f"{kind}-{number}-{minute}", day, at, kind, author, body)


def cards(days: int) -> list[Event]:
    return [told(number, Checkin()) for number in range(1, days)]


def started(days: int, **facts: object) -> list[Event]:
    return [told(0, Intake(patient(**facts))), *cards(days)]


def good(*days: int) -> list[Event]:
    return [told(day, Session(pre=1, peak=1, rpe=4, leg_pre=0, leg_post=0), minute=60) for day in days]


def bad(day: int, *hurt: str, peak: int = 8, pre: int = 2) -> Event:
    return told(day, Session(pre=pre, peak=peak, rpe=4, hurt=hurt, leg_pre=0, leg_post=0), minute=60)


def morning(day: int, pain: int) -> Event:
    return told(day, Morning(pain), minute=5)


def fold(lines: Sequence[Event], day: int) -> Plan:
    today = START + timedelta(days=day)
    return adapt.fold(None, [event for event in lines if event.day <= today], today, CONTENT).plan


def doses(plan: Plan) -> Doses:
    return {item.exercise: (item.dose.sets, item.dose.amount) for item in plan.items}


def served(plan: Plan, variant: Variant = "full") -> Doses:
    chosen = routine.chosen_items(replace(plan, answered=True), plan.day, CONTENT)
    return {item.exercise: (item.dose.sets, item.dose.amount) for item in chosen[variant]}


def load(plan: Plan) -> int:
    return adapt.load_index(plan, CONTENT)


def holding(plan: Plan, **items: tuple[int, int]) -> Plan:
    """The plan with these items instead of its own."""
    own = (Item(name, Dose(*dose), Why("planned", "T05"), name) for name, dose in items.items())
    return replace(plan, items=tuple(own), kept=None, new_until=None)
