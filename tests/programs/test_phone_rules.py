"""What a phone decides by itself: the same as the service would, and the published vectors say so."""

import json
import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from programs import catalog, gate, triage, variants, vectors
from programs.constants.training import Zone
from programs.entries import Variant
from programs.triage import LEVELS, OPEN

CONTENT = catalog.load()
RULES = variants.rules(CONTENT)
DOCS = Path(__file__).parents[2] / "docs"
EASIER: dict[Variant, int] = {"calm": 0, "neutral": 1, "short": 1, "full": 2}


@pytest.mark.parametrize("name", vectors.all_of(CONTENT))
def test_the_published_vectors_are_those_of_the_rules(name: str) -> None:
    published = json.loads((DOCS / "vectors" / name).read_text("utf-8"))

    assert published == vectors.all_of(CONTENT)[name], "run: coach content vectors"


@pytest.mark.parametrize("person", vectors.PEOPLE)
@pytest.mark.parametrize("answer", ["no", "yes", "unsure"])
@pytest.mark.parametrize("again", [False, True])
def test_the_gate_of_a_phone_agrees_with_triage_on_every_answer(person: str, answer: str, again: bool) -> None:
    conditions, cancer = vectors.PEOPLE[person]
    asked = triage.questions(vectors.MOMENTS, conditions, CONTENT, "en", cancer_ever=cancer)
    for item, severe in product(asked, (False, True)):
        worse = frozenset([item.flag]) if severe else frozenset[str]()
        before = frozenset([item.flag]) if again else frozenset[str]()
        raised = triage.raised(
            {item.flag: answer},  # type: ignore[dict-item]
            worse,
            day=date(2026, 3, 2),
            cancer_ever=cancer,
            unsure_before=before,
            onboarding=False,
            catalog=CONTENT,
        )
        found = gate.judge(asked, {item.flag: answer}, worse, before)  # type: ignore[dict-item]
        expected = "unanswered" if raised.ask_again else triage.worst(lock.level for lock in raised.locks)
        assert (found.level, found.ask_again) == (expected, raised.ask_again), item.flag
        assert found.open is (expected in OPEN)


def test_a_phone_ends_no_lock() -> None:
    asked = triage.questions(("D",), frozenset(), CONTENT, "en", cancer_ever=False)
    for standing in LEVELS:
        found = gate.judge(asked, {}, standing=standing)
        assert found.level == standing
        assert found.open is (standing in OPEN)


def test_weekly_questions_answered_offline_rest_for_a_week() -> None:
    day = date(2026, 3, 9)
    assert gate.asked_on(("D", "W"), day, {"W": date(2026, 3, 8)}, {"W": 7}) == ("D",)
    assert gate.asked_on(("D", "W"), day, {"W": date(2026, 3, 2)}, {"W": 7}) == ("D", "W")


@pytest.mark.parametrize(
    ("told", "variant", "rule"),
    [
        ({}, "full", ""),
        ({"pre": 7}, "calm", "P4"),
        ({"pre": 6}, "full", ""),
        ({"stopped": True}, "calm", "P5"),
        ({"days_alone": 7}, "calm", "ALONE"),
        ({"days_alone": 6}, "full", ""),
        ({"moved_down": 1, "moved_down_minutes": 10}, "neutral", "C2"),
        ({"moved_down": 1, "moved_down_minutes": 9}, "full", ""),
        ({"leg_rise": 2, "leg_rise_minutes": 30}, "neutral", "C3"),
        ({"in_a_hurry": True, "bad_day": True}, "calm", "F1"),
        ({"in_a_hurry": True}, "short", "CHOICE"),
        ({"pre": None, "peak": None}, "full", ""),
    ],
)
def test_the_variant_for_what_is_told(told: dict[str, variants.Input], variant: str, rule: str) -> None:
    found = variants.pick(told, RULES)

    assert (found.variant, found.rule) == (variant, rule)


def test_telling_something_worse_never_gives_more() -> None:
    worse = [{test.input: test.at_least or True for test in rule.tests} for rule in RULES.rules]
    for one, other in product(worse, worse):
        both, alone = variants.pick(one | other, RULES), variants.pick(one, RULES)
        assert EASIER[both.variant] <= EASIER[alone.variant]


def test_an_unknown_input_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="luck"):
        variants.pick({"luck": 3}, RULES)


def test_the_numbers_are_those_of_the_content() -> None:
    zone: Zone = CONTENT.constants.zone
    assert {test.at_least for rule in RULES.rules for test in rule.tests if test.input == "peak"} == {zone.abs_red_peak}


def test_the_page_names_each_input_in_these_words() -> None:
    page = (DOCS / "phone-api.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", page, re.M))

    assert {name: told.get(name) for name in variants.INPUTS} == dict(variants.INPUTS)
