"""Lessons: which are for whom, and which one is the day's. They teach; no dose and no referral depends on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from programs import weight
from programs.catalog import Catalog
from programs.education import Lesson
from programs.plan import Plan
from programs.triage import OPEN

MAINTENANCE = "T10"

# What fits a tag that is not a condition (education themes of selfBACK; Svendsen, JMIR 2022).
FITS: Mapping[str, Callable[[Plan, Catalog], bool]] = {
    "everyone": lambda plan, catalog: True,
    "desk": lambda plan, catalog: plan.patient.sit_h >= catalog.constants.entry.sit_hours,
    "standing": lambda plan, catalog: plan.patient.stand_h >= catalog.constants.entry.stand_hours,
    "bending": lambda plan, catalog: plan.patient.bend_h >= catalog.constants.entry.bend_hours,
    "lifting": lambda plan, catalog: plan.patient.lifting_goal,
    "belt": lambda plan, catalog: plan.belt.status in ("offered", "worn"),
    "maintenance": lambda plan, catalog: plan.program == MAINTENANCE,
    "weight_offered": lambda plan, catalog: weight.view(plan, catalog).offered,
    "weight_goal_lose": lambda plan, catalog: (
        plan.patient.weight_goal == "lose" and weight.view(plan, catalog).loss_advised
    ),
}


def offered(plan: Plan, catalog: Catalog) -> tuple[Lesson, ...]:
    """The lessons for this person as things stand, in the order in which they are shown."""
    fitting = [lesson for lesson in catalog.education.lessons.values() if _is_for(lesson, plan, catalog)]
    return tuple(sorted(fitting, key=lambda lesson: lesson.order))


def of_day(plan: Plan, seen: Mapping[str, date], catalog: Catalog) -> Lesson | None:
    """The one lesson of the plan's day: today's again, else the first not seen, else the one seen longest ago.

    `seen` says on which day each lesson was last opened. None behind a lock: then its card is all there is to read.
    """
    lessons = offered(plan, catalog)
    if not lessons or any(lock.level not in OPEN for lock in plan.locks):
        return None
    return min(lessons, key=lambda lesson: (seen.get(lesson.id) != plan.day, seen.get(lesson.id, date.min)))


def _is_for(lesson: Lesson, plan: Plan, catalog: Catalog) -> bool:
    if plan.conditions.intersection(lesson.except_for):
        return False
    return any(tag in plan.conditions or (tag in FITS and FITS[tag](plan, catalog)) for tag in lesson.audience)
