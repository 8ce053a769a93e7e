"""A day's routine: its variants, its words, and what stands in for what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from programs import adapt, canonical, catalog, events, routine
from programs.plan import Plan
from programs.routine import Routine
from programs.selection import CALM
from programs.triage import Lock
from tests.programs.logs import EVERYTHING, START, patient
from tests.programs.test_fold import cards, day, line

CONTENT = catalog.load()


def plan_of(*lines: events.Event, today: int = 0, **facts: object) -> Plan:
    intake = line(0, "intake", events.Intake(patient(**facts)))
    return adapt.fold(None, [intake, *cards(today + 1), *lines], day(today), CONTENT).plan


def built(plan: Plan, ahead: int = 0, locale: str = "en") -> Routine:
    return routine.build(plan, plan.day + timedelta(days=ahead), CONTENT, locale)


def names(made: Routine, variant: str = "full") -> list[str]:
    return [step.exercise for step in made.variants[variant]]


def test_every_variant_is_there_and_smaller_than_the_whole() -> None:
    made = built(plan_of())
    assert set(made.variants) == {"full", "short", "calm"}
    assert 0 < made.minutes["short"] <= 8 < made.minutes["full"] <= 33
    calm = [CONTENT.exercises[name] for name in names(made, "calm")]
    assert {e.category for e in calm} <= {*CALM, "AER"} and {e.level for e in calm} == {1}


def test_a_neutral_variant_is_there_where_exercises_bend_the_spine() -> None:
    made = built(plan_of(diagnoses=frozenset({"RAD"}), leg=4, location=3))
    assert {CONTENT.exercises[name].direction for name in names(made)} > {"neutral"}
    assert {CONTENT.exercises[name].direction for name in names(made, "neutral")} == {"neutral"}


def test_every_step_says_what_to_do_and_why() -> None:
    for step in built(plan_of()).variants["full"]:
        assert step.name and step.cues and step.why and step.rule
        assert step.seconds > 0 and str(step.sets) in step.dose


def test_a_stand_in_says_what_it_stands_for_and_why_not_that_one() -> None:
    plan = plan_of(pregnancy_day=START - timedelta(weeks=20))
    item = plan.item("heel_slide")
    assert item is not None
    assert (item.why.kind, item.why.instead, item.why.because) == ("replaced", "march_supine", "PREG")
    words = CONTENT.in_language("en")
    said = routine.sentence(item, words)
    assert words.word("exercises.march_supine.name") in said and words.word("reasons.conditions.PREG") in said


def test_missing_equipment_and_level_caps_say_so_too() -> None:
    no_chair = plan_of(equipment=EVERYTHING - {"chair"})
    kinds = {missing.exercise: missing.why.because for missing in no_chair.missing}
    replaced = {item.why.instead: item.why.because for item in no_chair.items if item.why.kind == "equipment"}
    assert "chair" in {**kinds, **replaced}.values()
    steep = plan_of(line(0, "override", events.Override("level_cap", 1), "clinician"))
    assert {item.why.kind for item in steep.items if item.why.instead} == {"capped"}


def test_the_choice_of_programme_names_every_other_with_what_it_looked_at() -> None:
    plan = plan_of(sit_h=8.0, episode_day=START - timedelta(days=30))
    assert plan.program == "T06"
    assert [reason.program for reason in plan.reasons if reason.fits] == ["T06"]
    assert len(plan.reasons) == 14
    chronic = next(reason for reason in plan.reasons if reason.program == "T05")
    assert chronic.inputs == {"duration_days": 30}


def test_a_lock_empties_every_variant_and_brings_its_advice() -> None:
    made = built(plan_of(line(0, "checkin", events.Checkin({"RF01": "yes"}), minute=5)))
    assert (made.status, made.level) == ("locked", "EMERGENCY")
    assert not any(made.variants.values())
    assert made.lock is not None and made.lock.now


def test_a_lock_the_service_knows_first_closes_the_routine_at_once() -> None:
    plan = plan_of()
    lock = Lock("RF03", "EMERGENCY", START, START)
    assert built(plan).variants["full"]
    made = routine.build(plan, START, CONTENT, "en", (lock,))
    assert made.status == "locked" and not any(made.variants.values())


def test_days_ahead_keep_what_the_calendar_says() -> None:
    session = line(0, "session", events.Session(pre=2, peak=7, rpe=5, hurt=("bird_dog_leg",)), minute=30)
    plan = plan_of(session)
    assert "bird_dog_leg" not in names(built(plan, ahead=1))
    assert "bird_dog_leg" in names(built(plan, ahead=2))


def test_an_unanswered_card_keeps_the_day_closed_but_travels_with_the_exercises() -> None:
    plan = adapt.fold(None, [line(0, "intake", events.Intake(patient())), *cards(1)], day(1), CONTENT).plan
    made = built(plan)
    assert made.status == "unanswered" and made.variants["full"]


def test_training_days_are_spread_over_the_week() -> None:
    plan = plan_of()
    assert [routine.is_training_day(plan, day(number), CONTENT) for number in range(7)].count(True) == 3
    assert built(plan).status == "open" and built(plan, ahead=1).status == "rest"


@pytest.mark.parametrize("locale", ["en", "en-GB", "xx"])
def test_a_routine_can_be_written_and_read_in_any_locale(locale: str) -> None:
    made = built(plan_of(), locale=locale)
    assert json.loads(canonical.dumps(made))["variants"]["full"][0]["name"]


def test_goals_stand_beside_the_exercises() -> None:
    steps = [line(number, "steps", events.Steps(4000), minute=number) for number in range(7)]
    made = built(plan_of(*steps, today=7))
    assert made.goals.steps == 4400
    assert made.goals.breaks.sitting == (30, 45)
    assert made.goals.belt.status == "none"
