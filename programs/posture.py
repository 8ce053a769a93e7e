"""Posture: how long to bend, sit and stand, and the lumbar support that is worn for a time and weaned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from programs.catalog import Catalog
from programs.constants.lifestyle import Break
from programs.course import BeltState
from programs.patient import Patient
from programs.plan import Plan

TIGHTER = frozenset({"RAD", "ACU"})
Status = Literal["none", "offered", "refused", "wear", "wean", "stopped"]


@dataclass(frozen=True, slots=True)
class BeltView:
    """Today's state of the lumbar support, and the minutes a week it may be worn."""

    status: Status
    minutes_week: int


@dataclass(frozen=True, slots=True)
class Breaks:
    """Minutes after which to change posture, and never to exceed."""

    sitting: tuple[int, int]
    standing: tuple[int, int]
    travel: tuple[int, int]
    standing_hours_day: float


def bending_minutes(angle: float, conditions: Iterable[str], catalog: Catalog) -> float:
    """How many minutes the trunk may be held forward at an angle in degrees (ISO 11226; half for RAD and ACU)."""
    numbers = catalog.constants.posture.bending
    if angle > numbers.limit_degrees:
        return 0.0
    beyond = max(0.0, angle - numbers.free_degrees) / (numbers.limit_degrees - numbers.free_degrees)
    minutes = numbers.minutes_free - (numbers.minutes_free - numbers.minutes_limit) * beyond
    return minutes * (numbers.tight_factor if TIGHTER & set(conditions) else 1)


def breaks(conditions: Iterable[str], catalog: Catalog) -> Breaks:
    """When to change posture; sooner with RAD and ACU (Waongenngarm 2021, Coenen 2017)."""
    numbers, tight = catalog.constants.posture, bool(TIGHTER & set(conditions))

    def limits(item: Break) -> tuple[int, int]:
        return (item.tight_after, item.tight_at_most) if tight else (item.after_min, item.at_most)

    return Breaks(limits(numbers.sitting), limits(numbers.standing), limits(numbers.travel), numbers.standing_hours_day)


def ask_belt(belt: BeltState, person: Patient, conditions: Iterable[str], day: date, catalog: Catalog) -> BeltState:
    """LS1, LS6: offered only while acute or subacute, never in pregnancy."""
    fresh = (day - person.episode_day).days < catalog.constants.belt.offer_days or "ACU" in conditions
    return replace(belt, status="offered" if fresh and not person.pregnant else "refused")


def start_belt(
    belt: BeltState, minutes: int, person: Patient, conditions: Iterable[str], day: date, catalog: Catalog
) -> BeltState:
    """LS2: worn from today for so many minutes a week, as far as it may be offered at all."""
    asked = ask_belt(belt, person, conditions, day, catalog)
    if asked.status == "refused":
        return asked
    return BeltState("worn", day, min(minutes, catalog.constants.belt.minutes_week_max))


def check_belt(belt: BeltState, problem: str) -> BeltState:
    """LS5: any problem ends it."""
    return belt if problem == "none" or belt.status != "worn" else replace(belt, status="stopped")


def belt(plan: Plan, catalog: Catalog) -> BeltView:
    """LS3: worn in full for six weeks, then a quarter less each week, then none."""
    state, numbers = plan.belt, catalog.constants.belt
    if state.status != "worn" or state.start is None:
        return BeltView("none" if state.status == "worn" else state.status, 0)
    worn = (plan.day - state.start).days
    if worn < numbers.full_days:
        return BeltView("wear", state.minutes_week)
    step = (worn - numbers.full_days) // numbers.wean_step_days
    if step >= len(numbers.wean_shares):
        return BeltView("none", 0)
    return BeltView("wean", int(state.minutes_week * numbers.wean_shares[step]))
