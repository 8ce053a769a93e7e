"""What a plan offers and does not decide: something else after weeks at the top dose, mini-sets while symptoms rise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from programs import events, offers, routine
from programs.course import Direction
from programs.offers import MiniSets
from programs.patient import Changes
from programs.plan import Plan
from tests.programs.logs import START
from tests.programs.stories import CONTENT, doses, fold, holding, started, told
from tests.programs.test_raises import on


def at_the_top(since: int) -> Plan:
    """A plan that has held the top dose of one exercise for so many days."""
    plan = fold(started(30), 29)
    day = plan.day - timedelta(days=since)
    return replace(plan, items=tuple(replace(i, maintained_on=day if i is plan.items[1] else None) for i in plan.items))


def alternatives(plan: Plan) -> dict[str, str]:
    return offers.alternatives(plan, routine.allowed_for(plan, CONTENT))


def test_after_three_weeks_at_the_top_another_of_the_same_kind_is_offered() -> None:
    assert alternatives(at_the_top(20)) == {}
    plan = at_the_top(21)
    ((old, new),) = alternatives(plan).items()
    library = CONTENT.exercises
    assert old == plan.items[1].exercise
    assert library[new].category == library[old].category
    assert library[new].level <= library[old].level
    assert library[new].chain != library[old].chain
    assert new not in doses(plan)


def test_a_clinicians_own_choice_is_left_alone() -> None:
    plan = at_the_top(21)
    assert alternatives(replace(plan, items=tuple(replace(i, source="assigned") for i in plan.items))) == {}


def test_a_swap_takes_the_offer_up() -> None:
    plan = at_the_top(21)
    ((old, new),) = alternatives(plan).items()
    swapped = on(plan, 29, told(29, events.Condition(Changes(swapped=frozenset({old})))))
    assert new in doses(swapped)
    assert old not in doses(swapped)


def centralising(value: str = "extension") -> Plan:
    plan = fold(started(4, location=3, leg=4), 3)
    plan = holding(plan, prone_lying=(1, 2), press_up=(1, 6), clam=(1, 8))
    leg = replace(plan.leg, centralising=True)
    return replace(plan, leg=leg, direction=Direction(value=value, set_on=START))  # type: ignore[arg-type]


def mini_sets(plan: Plan) -> MiniSets | None:
    return routine.build(replace(plan, answered=True), plan.day, CONTENT, "en").goals.mini_sets


def test_while_symptoms_move_up_their_direction_comes_in_mini_sets() -> None:
    assert mini_sets(centralising()) == MiniSets("press_up", 4, 6, 10)


def test_there_are_none_once_symptoms_stay_or_the_direction_is_unknown() -> None:
    plan = centralising()
    assert mini_sets(replace(plan, leg=replace(plan.leg, centralising=False))) is None
    assert mini_sets(centralising("unknown")) is None


def test_there_are_none_behind_a_lock_or_where_the_direction_is_closed() -> None:
    plan = centralising()
    free = plan.day + timedelta(days=3)
    assert mini_sets(replace(plan, direction=replace(plan.direction, locks={"extension": free}))) is None
    locked = fold([*started(4, location=3, leg=4), told(3, events.Checkin({"RF01": "yes"}), minute=5)], 3)
    assert mini_sets(replace(plan, locks=locked.locks)) is None
