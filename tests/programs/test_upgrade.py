"""An upgrade of the content in mid-plan goes on from a snapshot; load rises by the caps at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from programs import adapt, events, routine
from programs.catalog import Catalog, Exercise
from programs.events import Event
from programs.plan import Item, Plan
from tests.programs.logs import START
from tests.programs.stories import CONTENT, fold, good, morning, started, told

UPGRADED_ON = 23
DAYS = range(UPGRADED_ON + 1, UPGRADED_ON + 29)
ADDED = ("dead_bug", "clam", "open_book", "abdominal_brace", "hamstring_90_90")


def richer() -> Catalog:
    """Content with more of everything: five more exercises in T05's blocks, higher ranges, more sets to start with."""
    program = CONTENT.programs["T05"]
    blocks = tuple(
        replace(block, exercises=(*(name for name in ADDED if name not in block.exercises), *block.exercises))
        for block in program.blocks
    )
    exercises = {key: _heavier(exercise) for key, exercise in CONTENT.exercises.items()}
    programs = {**CONTENT.programs, "T05": replace(program, blocks=blocks)}
    return replace(CONTENT, exercises=exercises, programs=programs)


def _heavier(exercise: Exercise) -> Exercise:
    dose = exercise.dose
    sets = dose.sets + 1
    more = replace(dose, sets=sets, sets_max=max(sets, dose.sets_max), low=dose.low + 3, high=dose.high + 9)
    return replace(exercise, dose=more)


def lines() -> list[Event]:
    trained = [line for day in range(2, DAYS[-1], 2) for line in (*good(day), morning(day + 1, 3))]
    return [*started(DAYS[-1] + 1), *trained]


def upgraded(opening: Plan, before: Plan, content: Catalog) -> list[Event]:
    """What the service writes when it meets a plan of other content: a snapshot, and what was served already."""
    known = [line for line in lines() if line.day == before.day]
    rebased = told(UPGRADED_ON, events.Rebased(opening), "system", -60)
    folded = adapt.fold(opening, [*known, rebased], before.day, content)
    held = adapt.hold(before, folded.plan, content)
    return [rebased, *([told(UPGRADED_ON, held, "system", 90)] if held else [])]


def after(day: int, content: Catalog) -> Plan:
    """The plan of a day whose service was upgraded to that content before it."""
    today = START + timedelta(days=UPGRADED_ON)
    opening = adapt.fold(None, [line for line in lines() if line.day <= today], today, CONTENT).opening
    added = upgraded(opening, fold(lines(), UPGRADED_ON), content)
    until = START + timedelta(days=day)
    known = [line for line in lines() if today <= line.day <= until]
    return adapt.fold(None, [*known, *added], until, content).plan


def load(plan: Plan, content: Catalog) -> dict[str, int]:
    library = content.exercises
    variants = routine.every_variant(replace(plan, answered=True), plan.day, content)
    return {
        name: sum(item.dose.sets * item.dose.amount * library[item.exercise].level for item in items)
        for name, items in variants.items()
    }


def full(plan: Plan, content: Catalog) -> tuple[Item, ...]:
    return routine.every_variant(replace(plan, answered=True), plan.day, content)["full"]


def test_the_load_of_the_day_does_not_rise() -> None:
    content = richer()
    before, plan = fold(lines(), UPGRADED_ON), after(UPGRADED_ON, content)
    then, now = load(before, CONTENT), load(plan, content)
    assert then["full"] > 0
    del now["calm"]  # what no plan holds of it begins at the content's start dose, whatever that is
    assert all(now[variant] <= then[variant] for variant in now)


def test_afterwards_it_rises_within_the_caps() -> None:
    content = richer()
    caps, week = content.constants.caps, CONTENT.programs["T05"].sessions_week
    plans = {day: after(day, content) for day in (UPGRADED_ON, *DAYS)}
    sets = {day: week * sum(item.dose.sets for item in full(plan, content)) for day, plan in plans.items()}
    for day in DAYS:
        own = {item.exercise: item for item in plans[day - 1].items}
        new = [item for item in plans[day].items if item.exercise not in own and item.level_up_day is None]
        assert len(new) <= caps.new_ex_per_replan
        for item in plans[day].items:
            old = own.get(item.exercise)
            assert old is None or item.dose.sets + item.dose.amount <= old.dose.sets + old.dose.amount + 5
    for day in DAYS[6:]:
        if plans[day - 7].mode != "normal":
            continue  # after a lighter week the old sets return
        most = min(sets[day - 7] * (100 + caps.sets_week_pct) // 100, sets[day - 7] + caps.sets_week_abs)
        assert sets[day] <= max(most, sets[day - 7])
    assert len(plans[DAYS[-1]].items) > len(plans[UPGRADED_ON].items)
