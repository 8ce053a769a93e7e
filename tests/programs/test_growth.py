"""Approve each change, freeze, recall: what makes a plan more waits or stops; what makes it less never does."""

from __future__ import annotations

from datetime import timedelta

from programs import events
from programs.entries import Morning, Session
from programs.events import Approval, Condition, Measured, Override
from programs.patient import Changes
from programs.plan import Plan
from tests.programs.test_fold import cards, day, fold, line, started

APPROVE = line(0, "override", Override("progression", "approve"), "clinician")
WELL = {"back_average": 4, "back_worst": 6}


def acute(days: int) -> list[events.Event]:
    """A fresh back pain that is over in a fortnight, so that its programme is to be left."""
    fresh = started(episode_day=day(-2), **WELL)
    mornings = [line(number, "morning", Morning(pain=1), minute=5) for number in range(1, days)]
    sessions = [line(number, "session", Session(pre=1, peak=1, rpe=5), minute=50) for number in range(0, days, 2)]
    return [fresh, *cards(days), *mornings, *sessions]


def waiting(plan: Plan) -> set[tuple[str, str]]:
    return {(each.kind, each.becomes) for each in plan.waiting}


def test_another_programme_waits_for_a_yes_and_begins_with_it() -> None:
    lines = [*acute(20), APPROVE]
    assert fold(acute(20), 16).plan.program != "T01"
    held = fold(lines, 16).plan
    assert held.program == "T01"
    (offer,) = [each for each in held.waiting if each.kind == "program"]
    yes = line(17, "approval", Approval(offer.exercise, True), "clinician")
    taken = fold([*lines, yes], 17).plan
    assert taken.program == offer.becomes
    assert not any(each.kind == "program" for each in taken.waiting)


def test_a_no_to_another_programme_is_not_asked_again_at_once() -> None:
    lines = [*acute(24), APPROVE]
    (offer,) = [each for each in fold(lines, 16).plan.waiting if each.kind == "program"]
    no = line(17, "approval", Approval(offer.exercise, False, reason="another week"), "clinician")
    for today in (17, 18, 23):
        plan = fold([*lines, no], today).plan
        assert plan.program == "T01" and not any(each.kind == "program" for each in plan.waiting)


def test_a_new_condition_changes_the_programme_at_once_though_changes_wait() -> None:
    told = line(5, "condition", Condition(Changes(diagnoses=frozenset({"RAD"}), location=3, leg=5)))
    plan = fold([started(**WELL), *cards(8), APPROVE, told], 5).plan
    assert plan.program == "T02"
    assert plan.waiting == ()


def test_the_exercises_of_the_next_phase_wait_as_a_whole() -> None:
    sessions = [line(number, "session", Session(pre=2, peak=2, rpe=5), minute=50) for number in range(0, 60, 2)]
    lines = [started(**WELL), *cards(60), *sessions, line(0, "assigned", events.Assigned("T05"), "clinician")]
    moved = next(number for number in range(1, 60) if fold(lines, number).plan.slots != fold(lines, 0).plan.slots)
    held = fold([*lines, APPROVE], moved).plan
    assert held.slots == fold(lines, 0).plan.slots
    assert [each.kind for each in held.waiting if each.kind == "block"] == ["block"]
    yes = line(moved + 1, "approval", Approval("T05", True), "clinician")
    taken = fold([*lines, APPROVE, yes], moved + 1).plan
    assert taken.slots == fold(lines, moved + 1).plan.slots
    assert ("block", "T05") not in waiting(taken)


def test_a_freeze_holds_raises_steps_phases_and_programmes() -> None:
    freeze = line(0, "measured", Measured("all", "freeze"), "system")
    free, frozen = fold(acute(20), 16), fold([*acute(20), freeze], 16)
    assert any(each.change in ("progress", "level_up") for each in free.decisions)
    assert not any(each.change in ("progress", "level_up") for each in frozen.decisions)
    assert frozen.plan.program == "T01" and frozen.plan.waiting == ()
    over = line(17, "measured", Measured("all", "freeze", ends=True), "system")
    assert fold([*acute(20), freeze, over], 18).plan.program == fold(acute(20), 18).plan.program


def test_a_recall_outlives_a_new_intake_and_is_chosen_by_nobody() -> None:
    first = fold([started(**WELL), *cards(3)], 0).plan
    name = first.items[0].exercise
    recall = line(1, "measured", Measured("r", "recall", name), "system")
    again = line(2, "intake", events.Intake(first.patient), minute=3)
    for lines in ([recall], [recall, again]):
        assert name not in {item.exercise for item in fold([started(**WELL), *cards(3), *lines], 2).plan.items}
    over = line(2, "measured", Measured("r", "recall", name, ends=True), "system")
    anew = line(3, "intake", events.Intake(first.patient), minute=3)
    assert name in {item.exercise for item in fold([started(**WELL), *cards(9), recall, over, anew], 3).plan.items}


def test_approving_ends_with_the_exception_and_not_with_a_second_one() -> None:
    on = line(5, "override", Override("progression", "on"), "clinician", 1)
    ended = line(5, "withdrawn", events.Withdrawn("progression"), "clinician", 2)
    assert fold([*acute(20), APPROVE, on], 16).plan.program == "T01"  # the more careful of two counts
    assert fold([*acute(20), APPROVE, ended], 16).plan.program != "T01"


def test_a_second_course_after_care_has_ended_begins_with_an_intake() -> None:
    closed = line(3, "closed", events.Closed("closed"), "clinician")
    plan = fold([started(**WELL), *cards(9), closed], 5).plan
    assert [lock.flag for lock in plan.locks] == ["CLOSED"]
    again = line(6, "intake", events.Intake(plan.patient), minute=3)
    after = fold([started(**WELL), *cards(9), closed, again], 6).plan
    assert (after.care, after.locks, after.began) == ("active", (), day(6))
    assert after.day - after.began == timedelta()
