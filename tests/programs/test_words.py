"""The words people read: found by key, and short; test_reminder_texts.py reads the reminders."""

from __future__ import annotations

import re

import pytest

from programs import catalog, words

CONTENT = catalog.load()


def test_a_word_is_found_by_its_key_and_filled_in() -> None:
    english = CONTENT.words["en"]

    assert english.word("exercises.bridge.name") == "Bridge"
    assert english.lines("exercises.bridge.cues")[0] == "Lie on your back with your knees bent."
    assert english.word("doses.reps", sets=2, amount=8) == "2 × 8"


def test_a_word_that_does_not_exist_is_a_mistake_in_the_code() -> None:
    english = CONTENT.words["en"]

    for wrong in ("exercises.bridge.colour", "exercises.bridge.cues"):
        with pytest.raises(words.MissingWord):
            english.word(wrong)
    with pytest.raises(words.MissingWord):
        english.lines("exercises.bridge.name")


def test_a_rule_without_a_sentence_of_its_own_takes_the_one_for_any_rule() -> None:
    english = CONTENT.words["en"]
    values = {"exercise": "Bridge", "before": "2 × 8", "after": "2 × 10"}

    assert english.decision("G2", "progress", "patient", **values) == (
        "Bridge went well, so it grows from 2 × 8 to 2 × 10."
    )
    plain = english.decision("D1", "regress", "patient", **values)
    after_flare = english.decision("D1", "regress", "patient", cause="F2", **values)
    assert "The flare-up is over" in after_flare != plain


def test_a_change_of_the_whole_plan_has_a_sentence() -> None:
    english = CONTENT.words["en"]

    assert english.turn("program.T02", "patient") == "A new part begins for you: Back problem with leg pain."
    assert english.turn("steps.raised", "clinician", before=4000, after=4400) == "Step goal 4000 -> 4400."
    assert "by 2026-03-16" in english.turn("referral.REFER_SPINE", "patient", due="2026-03-16")


@pytest.mark.parametrize("locale", sorted(CONTENT.words))
def test_people_read_short_sentences(locale: str) -> None:
    spoken, bounds = CONTENT.words[locale], CONTENT.languages[locale]
    for_clinicians = re.compile(r"rules\..*|.*\.clinician")
    shown = [text for key, text in spoken.texts.items() if not for_clinicians.fullmatch(key)]
    lengths = [
        counted(sentence, bounds)
        for text in shown
        for line in ([text] if isinstance(text, str) else text)
        for sentence in re.split(r"(?<=[.?!:])\s|(?<=[。？！：；])", line)
        if sentence
    ]

    assert max(lengths) <= bounds.sentence_most
    assert sum(lengths) / len(lengths) < bounds.sentence_mean


@pytest.mark.parametrize("locale", sorted(CONTENT.words))
def test_a_lesson_is_as_long_as_its_language_allows(locale: str) -> None:
    spoken, bounds = CONTENT.words[locale], CONTENT.languages[locale]

    for name in CONTENT.education.lessons:
        length = sum(counted(paragraph, bounds) for paragraph in spoken.lines(f"lessons.{name}.body"))
        assert bounds.lesson_least <= length <= bounds.lesson_most, name


def counted(text: str, bounds: words.Language) -> int:
    return len(text.split()) if bounds.counts == "words" else len(re.sub(r"\s", "", text))
