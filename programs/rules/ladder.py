"""One step up or down: the arithmetic of doses and chains (G2, D1, D2, F2, M3, M4). Pure; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import floor

from programs.allowed import Allowed
from programs.catalog import Catalog
from programs.plan import Dose, Item


def up(exercise: str, dose: Dose, allowed: Allowed) -> Dose | None:
    """One step more at this level: the amount to the top of its range, then a set more; None at the top (G2)."""
    low, high, sets_max = allowed.range(exercise)
    if dose.amount < high:
        return Dose(dose.sets, min(high, dose.amount + _step(exercise, allowed)))
    return Dose(dose.sets + 1, low) if dose.sets < sets_max else None


def down(exercise: str, dose: Dose, allowed: Allowed) -> Dose | None:
    """One step less at this level; None at the lowest (D1). A set less never adds up to more in all (I5)."""
    low, high, _ = allowed.range(exercise)
    if dose.amount > low:
        return Dose(dose.sets, max(low, dose.amount - _step(exercise, allowed)))
    if dose.sets > 1:
        return Dose(dose.sets - 1, min(high, dose.sets * dose.amount // (dose.sets - 1)))
    return None


def cut(dose: Dose, factor: float) -> Dose:
    """The sets times a factor, half up, never under one (D2, F2, M4)."""
    return Dose(max(1, floor(dose.sets * factor + 0.5)), dose.amount)


def level_down(item: Item, sets: int, allowed: Allowed, taken: Iterable[str]) -> Item | None:
    """The item on the next easier exercise, with at most `sets` sets at the low end.

    None when nothing easier is open, or when the plan holds that exercise already.
    """
    easier = next(allowed.easier(item.exercise), None)
    if easier is None or easier in set(taken):
        return None
    low, _, sets_max = allowed.range(easier)
    return replace(item, exercise=easier, dose=Dose(min(sets_max, sets), low), streak=0, maintained_on=None)


def back(item: Item, allowed: Allowed, taken: Iterable[str]) -> Item | None:
    """The item one step easier (D1); None when there is nothing easier."""
    dose = down(item.exercise, item.dose, allowed)
    if dose is not None:
        return replace(item, dose=dose, streak=0, maintained_on=None)
    return level_down(item, item.dose.sets, allowed, taken)


def cut_and_drop(items: Sequence[Item], factor: float, drop_from: int, allowed: Allowed) -> list[Item]:
    """Sets times a factor, and exercises of level `drop_from` and more one level down (F2, M4)."""
    lighter: list[Item] = []
    names = {item.exercise for item in items}
    for item in items:
        dose = cut(item.dose, factor)
        dropped: Item | None = replace(item, dose=dose, streak=0)
        if allowed.catalog.exercises[item.exercise].level >= drop_from:
            easier = next(allowed.easier(item.exercise), None)
            if easier in names:
                continue  # the plan holds it already
            dropped = level_down(item, dose.sets, allowed, names) or dropped
        if dropped:
            lighter.append(dropped)
            names.add(dropped.exercise)
    return lighter


def after_gap(items: Sequence[Item], rule: str, allowed: Allowed) -> list[Item]:
    """What a gap of sessions leaves of the last doses (M2, M3, M4)."""
    return lightest(gap_steps(items, rule, allowed), allowed.catalog)


def gap_steps(items: Sequence[Item], rule: str, allowed: Allowed) -> list[list[Item]]:
    """What the rules up to that of a gap leave: M2 no streaks, M3 one step back, M4 fewer sets and levels.

    At its lowest dose an exercise stays as it is. M3 and M4 are steps of one way down; M2 is none of them.
    """
    numbers = allowed.catalog.constants.gap
    rested = [replace(item, streak=0) for item in items]
    if rule == "M2":
        return [rested]
    names = {item.exercise for item in items}
    stepped = [back(item, allowed, names) or item for item in rested]
    if rule == "M3":
        return [stepped]
    return [stepped, cut_and_drop(items, numbers.minus40_factor, numbers.level_drop_from, allowed)]


def lightest(steps: Sequence[Sequence[Item]], catalog: Catalog) -> list[Item]:
    """The items of the last step, each as light as any step has left it: no exercise is heavier after more (I5, I7)."""
    *earlier, last = steps
    found = {item.key: item for item in last}
    for items in reversed(earlier):
        for item in items:
            if item.key in found:
                found[item.key] = lighter_of(found[item.key], item, catalog)
    return list(found.values())


def within(items: Sequence[Item], most: int, allowed: Allowed, *, whole: bool) -> list[Item]:
    """The items from the last one back with one set until they load no more than `most`; `whole`: whatever it takes.

    That is easier ones next, and at the very last they are left out, all but one.
    """
    lighter = list(items)
    for step in (_one_set, *([_easiest] if whole else [])):
        for place in reversed(range(len(lighter))):
            if index(lighter, allowed) > most:
                lighter[place] = step(lighter, place, allowed)
    while whole and len(lighter) > 1 and index(lighter, allowed) > most:
        lighter.pop()
    return lighter


def _one_set(items: Sequence[Item], place: int, allowed: Allowed) -> Item:
    return replace(items[place], dose=Dose(1, items[place].dose.amount))


def _easiest(items: Sequence[Item], place: int, allowed: Allowed) -> Item:
    """The lightest easier exercise of the chain at its lowest dose, or the item itself."""
    item, names = items[place], {other.exercise for other in items}
    easier = [
        replace(item, exercise=name, dose=Dose(1, allowed.range(name)[0]))
        for name in allowed.easier(item.exercise)
        if name not in names
    ]
    return min((item, *easier), key=lambda one: load(one.exercise, one.dose, allowed.catalog))


def lighter_week(items: Sequence[Item], factor: float) -> list[Item]:
    """The same exercises with fewer sets (D2)."""
    return [replace(item, dose=cut(item.dose, factor)) for item in items]


def lighter_of(item: Item, other: Item, catalog: Catalog) -> Item:
    """The one of two that loads less; the first of equals."""
    return other if heavier(item, other.exercise, other.dose, catalog) else item


def index(items: Iterable[Item], allowed: Allowed) -> int:
    """The load: the sum of sets x amount x level."""
    return sum(load(item.exercise, item.dose, allowed.catalog) for item in items)


def load(exercise: str, dose: Dose, catalog: Catalog) -> int:
    """What one exercise adds to the load: sets x amount x level."""
    return dose.sets * dose.amount * catalog.exercises[exercise].level


def heavier(item: Item, exercise: str, dose: Dose, catalog: Catalog) -> bool:
    """Whether an item loads more than another exercise and dose of its chain."""
    return load(item.exercise, item.dose, catalog) > load(exercise, dose, catalog)


def _step(exercise: str, allowed: Allowed) -> int:
    numbers = allowed.catalog.constants.progress
    unit = allowed.catalog.exercises[exercise].dose.unit
    return {"reps": numbers.rep_step, "seconds": numbers.hold_step_s, "minutes": numbers.min_step}[unit]
