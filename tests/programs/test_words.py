"""The words people read: found by key, short, kind, and telling nothing where others can see them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import combinations

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
def test_reminders_differ_truly_from_each_other(locale: str) -> None:
    spoken = CONTENT.words[locale]
    texts = [text for kind in words.REMINDERS for text in spoken.lines(f"reminders.{kind}")]

    alike = [
        (one, other)
        for one, other in combinations(texts, 2)
        if SequenceMatcher(None, one.lower(), other.lower()).ratio() >= 0.8
    ]
    assert alike == []


TELLING = {
    "en": r"\b(pain|hurt|back|leg|spine|disc|sciatica|nerve|flare|doctor|physio\w*|symptom\w*|diagnosis"
    r"|red flag|weight|missed|streak|must|should|fail\w*|lazy|disappoint\w*|forget|overdue|danger\w*)\b",
    "zh-Hans": "痛|疼|腰|腿|背|脊|椎|神经|医生|康复|治疗|症状|诊断|体重|公斤|护具|病"
    "|危险|错过|连续|必须|应该|忘|失败|失望|懒",
}


@pytest.mark.parametrize("locale", sorted(CONTENT.words))
def test_reminders_give_nothing_away_and_blame_nobody(locale: str) -> None:
    spoken = CONTENT.words[locale]
    names = {spoken.word(f"exercises.{key}.name").lower() for key in CONTENT.exercises}

    for kind in words.REMINDERS:
        for text in spoken.lines(f"reminders.{kind}"):
            assert not re.search(TELLING[locale], text.lower()), text
            assert not any(name in text.lower() for name in names), text


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
