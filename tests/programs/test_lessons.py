"""Lessons: short, plain and truly different, offered to whom they fit, one a day."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from statistics import mean
from typing import Any

import pytest

from programs import adapt, catalog, events, lessons, similarity
from programs.course import BeltState
from programs.plan import Plan
from tests.programs.logs import START, Writer, patient

CONTENT = catalog.load()
LESSONS = CONTENT.education.lessons
ENGLISH = CONTENT.in_language("en")


def plan_of(red_flags: dict[str, Any] | None = None, **facts: Any) -> Plan:
    writer = Writer(Random(0))
    writer.write(0, "intake", events.Intake(patient(**facts), red_flags or {}))
    return adapt.fold(None, writer.lines, START, CONTENT).plan


def offered(**facts: Any) -> set[str]:
    return {lesson.id for lesson in lessons.offered(plan_of(**facts), CONTENT)}


# --- what they say


def test_there_are_enough_on_every_theme() -> None:
    counts = Counter(lesson.theme for lesson in LESSONS.values())

    assert len(counts) == 14 and len(LESSONS) >= 40
    assert min(counts.values()) >= 2


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_and_read_by_a_ten_year_old(name: str) -> None:
    body = " ".join(ENGLISH.lines(f"lessons.{name}.body"))
    quiz = [ENGLISH.word(f"lessons.{name}.question"), *ENGLISH.lines(f"lessons.{name}.answers")]
    asked = " ".join(f"{text.rstrip('.?')}." for text in quiz)

    assert 80 <= len(body.split()) <= 180
    assert grade(body) <= 6
    assert grade(f"{asked} {ENGLISH.word(f'lessons.{name}.because')}") <= 8


def test_the_right_answer_cannot_be_guessed() -> None:
    answers = {name: ENGLISH.lines(f"lessons.{name}.answers") for name in LESSONS}
    longest = [len(answers[name][lesson.right - 1]) == max(map(len, answers[name])) for name, lesson in LESSONS.items()]
    places = [lesson.right for lesson in LESSONS.values()]

    assert mean(longest) < 0.45
    assert all(places.count(place) >= len(places) / 4 for place in (1, 2, 3))


def test_no_two_lessons_are_alike() -> None:
    nearest = similarity.nearest(similarity.texts(CONTENT, "en"), 20)

    assert max(pair.likeness for pair in nearest) < similarity.TOO_ALIKE
    assert similarity.likeness("Stand up and walk a little.", "Stand up and walk a bit.") > similarity.TOO_ALIKE


def test_numbers_stand_in_their_places() -> None:
    filled = [key for key, text in ENGLISH.texts.items() if key.startswith(("lessons.", "modules.", "rules."))]
    texts = " ".join(str(ENGLISH.texts[key]) for key in filled)

    assert "{" not in texts
    assert "After 30 minutes, or 20 with leg pain" in texts
    assert "75 %, 50 %, 25 % of the weekly time" in texts


# --- for whom they are


def test_everyone_gets_the_common_ones_and_nobody_what_is_not_theirs() -> None:
    usual = offered()

    assert {"common_and_strong", "when_to_get_help", "traffic_light"} <= usual
    assert not usual & {"disc_and_leg", "thin_bones", "desk_breaks", "lumbar_support", "weight_and_back"}


@pytest.mark.parametrize(
    ("facts", "gets", "not_these"),
    [
        ({"diagnoses": frozenset({"RAD"})}, {"disc_and_leg", "direction_preference"}, {"afraid_to_move"}),
        ({"diagnoses": frozenset({"RAD"}), "leg": 8}, {"disc_and_leg"}, {"direction_preference", "lifting_again"}),
        ({"diagnoses": frozenset({"OSTP"}), "bend_h": 4.0}, {"thin_bones"}, {"bending_work", "afraid_to_move"}),
        ({"sit_h": 6.0, "stand_h": 5.0}, {"desk_breaks", "standing_work"}, {"bending_work"}),
        ({"pregnancy_day": START - timedelta(weeks=20)}, {"pregnant_back"}, {"night_positions", "resting_positions"}),
        ({"lifting_goal": True}, {"lifting_again"}, set()),
        ({"weight_kg": 90.0}, set(), {"weight_and_back", "slow_and_small"}),
        ({"weight_kg": 90.0, "weight_consent": True}, {"weight_and_back"}, {"slow_and_small"}),
        ({"weight_kg": 90.0, "weight_consent": True, "weight_goal": "lose"}, {"slow_and_small"}, set()),
        ({"weight_kg": 90.0, "weight_consent": True, "weight_goal": "lose", "eating_disorder": True}, set(),
         {"weight_and_back", "slow_and_small"}),
    ],
)  # fmt: skip
def test_a_lesson_is_offered_to_whom_it_fits(facts: dict[str, Any], gets: set[str], not_these: set[str]) -> None:
    found = offered(**facts)

    assert gets <= found
    assert not not_these & found


def test_the_belt_and_staying_well_have_their_time() -> None:
    worn = replace(plan_of(), belt=BeltState("worn", START, 600), program="T10")

    assert {"lumbar_support", "staying_well"} <= {lesson.id for lesson in lessons.offered(worn, CONTENT)}


# --- one a day


def test_one_lesson_a_day_in_their_order_and_then_again_from_the_oldest() -> None:
    plan = plan_of()
    order = [lesson.id for lesson in lessons.offered(plan, CONTENT)]
    seen: dict[str, date] = {}
    shown = []
    for day in range(len(order) + 1):
        shown.append(_of_day(plan, day, seen))
        seen[shown[-1]] = START + timedelta(days=day)
        assert _of_day(plan, day, seen) == shown[-1]  # opened today, and still today's

    assert shown == [*order, order[0]]


def test_behind_a_lock_there_is_no_lesson() -> None:
    assert lessons.of_day(plan_of({"RF01": "yes"}), {}, CONTENT) is None
    assert lessons.of_day(plan_of({"RF12": "yes"}), {}, CONTENT) is not None  # SOON still serves exercises


def _of_day(plan: Plan, day: int, seen: dict[str, date]) -> str:
    lesson = lessons.of_day(replace(plan, day=START + timedelta(days=day)), seen, CONTENT)
    assert lesson is not None
    return lesson.id


# --- reading age


def grade(text: str) -> float:
    """Flesch-Kincaid: years of school a reader needs."""
    sentences = max(1, len(re.findall(r"[.!?]+[\"'”]?(?=\s|$)", text)))
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*|\d+(?:[.,–]\d+)*", text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


SILENT = r"(?<=[^td])ed$|(?<![scxzg])(?<!ch)(?<!sh)(?<![^aeiouy]l)es$|(?<![^aeiouy]l)e$"


def syllables(word: str) -> int:
    """Groups of vowels, less a silent ending; each digit of a number counts."""
    if word[0].isdigit():
        return sum(letter.isdigit() for letter in word) + (len(word) > 1)
    letters = re.sub(r"[^a-z]", "", word.lower())
    if len(letters) <= 3:
        return 2 if letters in ("any", "ago") else 1
    base = re.sub(SILENT, "", letters)
    hiatus = len(re.findall(r"[aeiouy]ing|(?<![tscx])i[ao]|uou|dea$", base))
    return max(1, len(re.findall(r"[aeiouy]+", base)) + hiatus)
