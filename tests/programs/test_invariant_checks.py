"""The invariants by themselves: an honest day passes, and the same day with one thing wrong does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from programs import catalog, invariants, routine
from programs.course import Direction, OverrideRow
from programs.entries import Leg
from programs.events import BODIES, Checkin, Event, Morning, Motor, Release, Session
from programs.invariants import Look, Served, Watch
from programs.invariants.person import Body
from programs.plan import Dose, Item, Plan, Why
from programs.routine import Routine
from tests.programs.test_fold import cards, day, fold, line, started

CONTENT = catalog.load()
KINDS = {body: kind for kind, body in BODIES.items()}


def look(today: int, told: list[Event], plan: Plan, served: Routine | None = None, **changes: Any) -> Look:
    served = served or routine.build(plan, plan.day, CONTENT, "en")
    variants = {
        name: tuple(Served(step.exercise, step.sets, step.amount) for step in steps)
        for name, steps in served.variants.items()
    }
    honest = Look(day(today), tuple(told), plan, served.status, served.lock is not None, variants)
    return replace(honest, **changes)


def seen(*looks: Look) -> list[str]:
    """The invariants that the last look breaks."""
    watch, found = Watch(CONTENT), list[invariants.Breach]()
    for each in looks:
        found = watch.see(each)
    return [breach.invariant for breach in found]


def serving(*steps: Served) -> dict[str, Any]:
    return {"variants": dict.fromkeys(("full", "short", "calm"), steps)}


def test_an_honest_day_breaks_nothing() -> None:
    told = [started(), *cards(1)]
    assert seen(look(0, told, fold(told, 0).plan)) == []


BRIDGE = Served("bridge", 2, 8)
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "an end-range bend with thin bones": (
        {"diagnoses": frozenset({"OSTP"})}, serving(Served("seated_flexion", 1, 6)), "I2",
    ),
    "face down in pregnancy": (
        {"pregnancy_day": day(-22 * 7)}, serving(Served("press_up", 1, 6)), "I2",
    ),
    "a level over the programme's": ({}, serving(Served("deadlift_bar", 2, 4)), "I3"),
    "nothing at all": ({}, serving(), "I11"),
    "two hours": ({}, serving(Served("walk_steady", 2, 20), Served("cycle_upright", 2, 30)), "I11"),
    "too many sets": ({}, serving(Served("bridge", 4, 8)), "I12"),
    "too few repetitions": ({}, serving(Served("bridge", 2, 7)), "I12"),
    "one exercise twice": ({}, serving(BRIDGE, BRIDGE), "I12"),
    "exercises for a child": ({"age": 12}, serving(Served("breath_crook", 1, 6)), "I17"),
}  # fmt: skip


@pytest.mark.parametrize("facts, changes, broken", WRONG.values(), ids=WRONG)
def test_what_may_not_be_served_is_seen(facts: dict[str, Any], changes: dict[str, Any], broken: str) -> None:
    told = [started(**facts), *cards(1)]
    assert broken in seen(look(0, told, fold(told, 0).plan, **changes))


def test_a_flag_that_locks_nothing_is_seen_whoever_finds_it() -> None:
    weak = Motor(Leg(heel_walk="cannot"), Leg())
    for body in (Checkin({"RF03": "yes"}), Checkin({"RF06a": "unsure"}), weak, Morning(3, numbness="spreading")):
        told = [started(), *cards(1)]
        raised = line(0, KINDS[type(body)], body, minute=30)
        assert "I1" in seen(look(0, [*told, raised], fold(told, 0).plan))
        assert "I1" not in seen(look(0, [*told, raised], fold([*told, raised], 0).plan))


def test_only_a_clinician_ends_a_lock() -> None:
    flag = line(0, "checkin", Checkin({"RF03": "yes"}), minute=30)
    told = [started(), flag, *cards(2, first=1)]
    locked, free = fold(told, 0).plan, fold([started(), *cards(2)], 1).plan
    for author, broken in (("patient", True), ("clinician", False)):
        release = line(1, "release", Release("RF03"), author, minute=40)  # type: ignore[arg-type]
        first = look(0, told[:2], locked)
        assert ("I1" in seen(first, look(1, [told[2], release], free))) is broken


def test_exercises_without_the_days_card_are_seen() -> None:
    told = [started(), *cards(2)]
    days = [look(0, told[:2], fold(told, 0).plan), look(1, [], fold(told, 1).plan)]
    assert "I8" in seen(*days)


def test_a_direction_that_moved_symptoms_down_is_seen_for_seven_days() -> None:
    facts = {"diagnoses": frozenset({"RAD"}), "leg": 4, "location": 2}
    down = Session(2, 3, leg_pre=3, leg_post=3, loc_pre=2, loc_post=3, loc_minutes=30, by="press_up")
    told = [started(**facts), *cards(10), line(1, "session", down, minute=300)]
    for today, broken in ((2, True), (8, True), (9, False)):
        days = [look(n, [e for e in told if e.day == day(n)], fold(told, n).plan) for n in range(today)]
        last = look(today, cards(today + 1, first=today), fold(told, today).plan, **serving(Served("press_up", 1, 6)))
        assert ("I9" in seen(*days, last)) is broken


def changed(change: Callable[[Plan], Plan]) -> list[str]:
    """What is broken when the plan changes overnight without any report."""
    told = [started(), *cards(2)]
    first, second = fold(told, 0).plan, fold(told, 1).plan
    return seen(look(0, told[:2], first), look(1, told[2:], change(second)))


def raised(item: Item, sets: int, amount: int) -> Item:
    return replace(item, dose=Dose(item.dose.sets + sets, item.dose.amount + amount))


def test_doses_that_move_by_themselves_are_seen() -> None:
    assert changed(lambda plan: plan) == []
    more = changed(lambda plan: replace(plan, items=tuple(raised(item, 0, 2) for item in plan.items)))
    assert "I7" in more
    both = changed(lambda plan: replace(plan, items=tuple(raised(item, 1, 2) for item in plan.items)))
    assert {"I4", "I7"} <= set(both)


def test_many_new_exercises_at_once_are_seen() -> None:
    names = ("clam", "plank_wall", "side_plank_wall", "hip_flexor_standing")
    new = tuple(Item(name, Dose(1, CONTENT.exercises[name].dose.low), Why("planned", "T05"), name) for name in names)
    assert "I4" in changed(lambda plan: replace(plan, items=plan.items + new))


def test_a_goal_of_steps_that_leaps_is_seen() -> None:
    def leaps(plan: Plan) -> Plan:
        return replace(plan, walking=replace(plan.walking, goal=6000))

    told = [started(), *cards(2)]
    first = fold(told, 0).plan
    first = replace(first, walking=replace(first.walking, goal=4000))
    assert "I4" in seen(look(0, told[:2], first), look(1, told[2:], leaps(fold(told, 1).plan)))


def test_an_exception_that_nobody_told_is_seen() -> None:
    row = OverrideRow("minutes", 60, day(0), None, None)
    assert "I15" in changed(lambda plan: replace(plan, overrides=(row,)))


def test_weight_is_a_topic_only_with_consent() -> None:
    assert "I18" in changed(lambda plan: replace(plan, adds="T09"))


def test_the_same_plan_is_the_same_whatever_the_order_of_its_facts() -> None:
    plan = fold([started(), *cards(1)], 0).plan
    turned = replace(plan, conditions=frozenset(sorted(plan.conditions, reverse=True)))
    assert list(invariants.same_plan(plan, turned)) == []
    other = replace(plan, direction=Direction(value="extension"))
    assert list(invariants.same_plan(plan, other))


def test_more_for_a_worse_report_is_seen() -> None:
    told = [started(), *cards(1)]
    plan = fold(told, 0).plan
    heavier = replace(plan, items=tuple(raised(item, 0, 2) for item in plan.items))
    assert list(invariants.never_heavier(look(0, told, heavier), look(0, told, plan), plan, CONTENT))
    assert not list(invariants.never_heavier(look(0, told, plan), look(0, told, heavier), plan, CONTENT))


@pytest.mark.parametrize("name", CONTENT.exercises)
def test_the_grades_read_twice_agree_with_each_other(name: str) -> None:
    """The invariants' own reading of the contraindications, against the engine's, for each condition by itself."""
    from programs.allowed import Allowed, Person

    for condition in ("RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN"):
        for direction in ("unknown", "none", "extension", "flexion"):
            for cleared in (False, True):
                held = frozenset({condition})
                person = Person(held, cleared, direction, True, frozenset(), 5)
                own = Body(held, cleared, direction, True).grade(CONTENT.exercises[name], CONTENT)
                assert own == (Allowed(person, CONTENT).grade(name) or "")
