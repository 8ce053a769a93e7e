"""Logs that simulated patients have written, cut down to what once went wrong. Each says what must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from programs import adapt, canonical, events
from programs.events import Away, Checkin, Session
from programs.patient import Changes
from programs.plan import Dose, Plan
from tests.programs.logs import START
from tests.programs.stories import CONTENT, bad, doses, fold, good, holding, load, morning, served, started, told


def test_the_measure_of_a_usual_week_knows_no_pause_wherever_the_fold_is_cut() -> None:
    lines = [*started(8), told(3, Away(START + timedelta(days=4), START + timedelta(days=6), "away", "short"))]
    whole = fold(lines, 6)
    opening: Plan | None = None
    for number in range(7):
        today = START + timedelta(days=number)
        first = opening.day if opening else START
        known = [event for event in lines if first <= event.day <= today]
        opening = (part := adapt.fold(opening, known, today, CONTENT)).opening
    assert canonical.dumps(part.plan) == canonical.dumps(whole)
    assert not {entry.day for entry in whole.training.loads} & {START + timedelta(days=n) for n in (4, 5, 6)}


def test_in_a_walk_pause_a_long_walk_is_cut_to_what_fits() -> None:
    plan = fold([*started(8), told(1, Away(START, START + timedelta(days=6), "away", "walk"))], 2)
    assert served(holding(plan, walk_easy=(1, 12)), "short") == {"walk_easy": (1, 7)}
    assert served(holding(plan, walk_steady=(1, 12)), "short") == {"walk_easy": (2, 3)}
    assert served(replace(holding(plan, walk_steady=(1, 10)), shrink="A2")) == {"walk_easy": (2, 3)}


def test_a_walk_that_fills_the_minutes_leaves_room_for_the_exercises() -> None:
    plan = fold(started(3, minutes=10), 2)
    full = served(holding(plan, walk_easy=(1, 9), abdominal_brace=(2, 6), glute_squeeze=(1, 12)))
    assert full == {"abdominal_brace": (2, 6), "glute_squeeze": (1, 12)}


def test_a_calm_day_brings_back_nothing_that_rests() -> None:
    lines = [*started(6), bad(2, "walk_steady", "cat_camel"), morning(3, 3), bad(3, pre=7, peak=7)]
    plan = fold(lines, 3)
    assert {"walk_easy", "knee_rock"} <= doses(plan).keys()
    assert served(plan) and not {"walk_easy", "knee_rock"} & served(plan).keys()


def test_on_the_day_of_a_release_the_gap_counts_already() -> None:
    lines = [*started(20), *good(2, 4), morning(3, 1), morning(5, 1)]
    lines += [told(6, Checkin({"RF01": "yes"}), minute=1), told(16, events.Release("RF01"), "clinician")]
    assert fold(lines, 16).training.gap == "M3"
    before, after = fold(lines, 16), fold([*lines, *good(16), morning(17, 1)], 17)
    assert doses(after) == doses(before)
    assert not any(item.streak > 1 for item in after.items)


def test_a_longer_gap_leaves_no_exercise_heavier() -> None:
    lines = [*started(20), *good(2), morning(3, 3)]
    library = CONTENT.exercises
    shorter, longer = fold(lines, 17), fold(lines, 18)
    assert (shorter.training.gap, longer.training.gap) == ("M3", "M4")
    then = {item.key: item.dose.sets * item.dose.amount * library[item.exercise].level for item in shorter.items}
    for item in longer.items:
        assert item.dose.sets * item.dose.amount * library[item.exercise].level <= then[item.key]


def test_a_red_session_in_place_of_the_third_amber_one_brings_the_lighter_week_too() -> None:
    lines = started(8)
    for number in (2, 4):
        lines += [bad(number, "walk_steady", peak=4), morning(number + 1, 3)]
    amber = fold([*lines, bad(6, "walk_steady", peak=4), morning(7, 3)], 7)
    red = fold([*lines, bad(6, "walk_steady", peak=8), morning(7, 3)], 7)
    assert (amber.mode, red.mode) == ("deload", "deload")
    assert load(red) <= load(amber)


def test_a_new_block_waits_for_a_quiet_day() -> None:
    lines = started(10, episode_day=START - timedelta(days=2), back_average=4)
    lines += [*good(2), morning(3, 4), bad(6, "knee_rock"), morning(7, 4)]
    sore = fold(lines, 7)
    assert load(sore) <= load(fold(lines, 6))
    assert sore.block_week == 1
    assert fold([*lines, morning(8, 8)], 8).block_week == 1
    assert fold([*lines, morning(8, 4)], 8).block_week == 2


def test_what_was_out_for_a_week_returns_on_a_quiet_day() -> None:
    lines = [*started(16), told(0, events.Assigned(exercises=("bird_dog_arm",)), "clinician")]
    lines += [bad(2, "bird_dog_arm", peak=6), morning(3, 3), bad(9, "march_supine", peak=6)]
    assert fold(lines, 3).item("bird_dog_arm") is None
    assert fold(lines, 10).item("bird_dog_arm") is None
    assert fold([*lines, morning(10, 3), morning(11, 7)], 11).item("bird_dog_arm") is None
    assert fold([*lines, morning(10, 3), morning(11, 3)], 11).item("bird_dog_arm") is not None


def test_a_lighter_week_does_not_end_while_nobody_trains() -> None:
    lines = [*started(60), *good(*range(2, 30, 3)), *good(30), morning(31, 3)]
    before, after = fold(lines, 41), fold(lines, 42)
    assert (before.mode, after.mode) == ("deload", "deload")
    assert load(after) <= load(before)
    assert fold([*lines, *good(43), morning(44, 3)], 44).mode == "normal"


def test_sessions_told_late_add_no_exercise_to_what_today_has_served() -> None:
    lines = [*started(25), *good(2, 5, 8, 12, 15)]
    late = good(10, 18, 20, 22)
    before, after = fold(lines, 23), fold([*lines, *late], 23)
    assert (before.shrink, after.shrink) == ("A2", "")
    held = adapt.hold(before, after, CONTENT)
    assert held is not None
    all_told = [*lines, *late, told(23, held, "system")]
    kept = fold(all_told, 23)
    for variant in ("full", "short", "calm"):
        assert served(kept, variant).keys() <= served(before, variant).keys()
    assert served(fold(all_told, 24)).keys() > served(kept).keys()
    assert adapt.hold(kept, kept, CONTENT) is None


def test_a_held_dose_names_no_exercise_twice() -> None:
    lines = started(6)
    lines.append(told(0, events.Assigned(exercises=("knee_rock", "cat_camel")), "clinician"))
    assert {"knee_rock", "cat_camel"} <= doses(fold(lines, 3)).keys()
    held = events.Held({"knee_rock": Dose(1, 1)})
    plan = fold([*lines, told(3, held, "system", minute=30)], 3)
    names = [item.exercise for item in plan.items]
    assert len(names) == len(set(names))
    assert doses(plan)["knee_rock"] == (1, 1)
    assert plan.item("cat_camel") is None
    assert fold([*lines, told(3, held, "system", minute=30)], 4).item("cat_camel") is not None


def test_to_begin_again_after_a_gap_loads_no_more_than_the_plan_before() -> None:
    weeks = [told(day, Session(pre=2, peak=8, rpe=4, leg_pre=0, leg_post=0), minute=60) for day in range(1, 12)]
    lines = [*started(40), *weeks, told(23, events.Absence("illness"))]
    lines += [told(24, Checkin(full=True), minute=1), told(24, events.Questionnaire("NPRS_BACK", 3), minute=2)]
    lines.append(told(24, events.Questionnaire("RMDQ", 3), minute=3))
    before, after = fold(lines, 23), fold(lines, 24)
    assert (before.level, after.level) == ("NO_PLAN", "none")
    assert load(after) <= load(before)


def test_a_substitute_leaves_with_the_exercise_it_stands_for() -> None:
    lines = [*started(8), bad(2, "knee_rock", peak=6), bad(2, "cat_camel", peak=6), morning(3, 3)]
    lines.append(told(0, events.Assigned(exercises=("bird_dog_arm",)), "clinician"))
    lines += [bad(3, "bird_dog_arm", peak=6), morning(4, 3)]
    plan = fold(lines, 4)
    assert [item.slot for item in plan.items if item.source == "substitute"] == ["bird_dog_arm"]
    unwanted = events.Condition(Changes(swapped=frozenset({"bird_dog_arm"})))
    left = fold([*lines, told(5, unwanted)], 5)
    for item in left.items:
        assert item.source != "substitute" or item.slot in doses(left)


def test_a_calm_day_keeps_the_walk_of_the_plan_at_its_dose() -> None:
    plan = fold([*started(4), bad(2, pre=7, peak=7)], 2)
    walking = holding(plan, walk_easy=(1, 5), bridge=(2, 8))
    assert walking.calm_day == walking.day
    assert served(walking)["walk_easy"] == (1, 5)


def test_an_exercise_too_long_for_the_minutes_is_served_once_at_its_start() -> None:
    person = fold(started(3, minutes=5, equipment=frozenset()), 2)
    easy = (e.id for e in CONTENT.exercises.values() if e.level == 1 and e.category not in ("AER", "POS"))
    everything = dict.fromkeys(easy, (4, 30))
    assert len(served(holding(person, **everything))) == 1
