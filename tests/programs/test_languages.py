"""Languages: complete before anyone is served in them, the same in all that counts, near to what was asked for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from statistics import mean

import pytest

from programs import catalog, faults, routine, similarity
from programs.catalog import BadContent
from programs.plan import Why
from programs.words import read_words

CONTENT = catalog.load()
OTHERS = sorted(CONTENT.words.keys() - {"en"})
CHINESE = CONTENT.words["zh-Hans"]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the packaged content to break."""
    return shutil.copytree(catalog.PACKAGED, tmp_path / "content", ignore=shutil.ignore_patterns("cases"))


# --- complete


def test_every_folder_is_a_language_that_is_served() -> None:
    assert catalog.languages() == tuple(CONTENT.words) == tuple(CONTENT.languages) == ("en", "zh-Hans")
    assert CONTENT.languages["zh-Hans"].name == "简体中文"


@pytest.mark.parametrize("locale", OTHERS)
def test_a_translation_has_every_text_with_the_same_lines_and_fields(locale: str) -> None:
    english, spoken = (read_words(catalog.PACKAGED / "locale" / each).texts for each in ("en", locale))

    assert english.keys() == spoken.keys() == faults.words.needed(CONTENT).keys()
    assert [key for key in english if fields(english[key]) != fields(spoken[key])] == []
    assert [
        key
        for key in english
        if not key.startswith("reminders.")
        and isinstance(english[key], tuple)
        and len(english[key]) != len(spoken[key])
    ] == []


def fields(text: str | tuple[str, ...]) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text if isinstance(text, str) else " ".join(text)))


@pytest.mark.parametrize("locale", OTHERS)
def test_a_complete_language_lacks_nothing(locale: str) -> None:
    assert catalog.untranslated(locale) == []


# What is replaced in which file, by what, and the one line that refuses it.
BROKEN = [
    ("cards.yaml", "  title: 您不是一个人\n", "", "cards.yaml: CRISIS.title: is missing"),
    ("cards.yaml", "CRISIS:", "CRISES:", "cards.yaml: CRISES.text: is unknown"),
    ("cards.yaml", "您不是一个人", "You are not alone",
     "cards.yaml: CRISIS.title: 'You are not alone' is left in English"),
    ("cards.yaml", "您不是一个人", "您不是一个人{day}", "cards.yaml: CRISIS.title: {day} is not one of its fields"),
    ("decisions.yaml", "“{exercise}”目前保持在 {after}", "“{exercise}”目前保持",
     "decisions.yaml: any.maintain.patient: does not name {after}"),
    ("lessons.yaml", "{zone.red_peak} 分", "{zone.amber_peak} 分",
     "lessons.yaml: traffic_light.body: does not name {zone.red_peak}"),
    ("exercises.yaml", "    - 吸气时，让肚子慢慢鼓起来。\n", "",
     "exercises.yaml: breath_crook.cues: has 2 texts, in English 3"),
    ("levels.yaml", "  now: 您还不到", f"  now: {'长' * 400}您还不到",
     f"levels.yaml: AGE.now: '{'长' * 30}' must have 1 to 400 characters"),
    ("reminders.yaml", "慢慢起头也是起头", "慢" * 50,
     f"reminders.yaml: routine: '{'慢' * 30}' must have 1 to 55 characters"),
    ("turns.yaml", "mode:", "[mode", "turns.yaml: line "),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BROKEN, ids=[row[3][:60] for row in BROKEN])
def test_an_incomplete_language_is_not_served(content: Path, file: str, old: str, new: str, complaint: str) -> None:
    path = content / "locale" / "zh-Hans" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadContent) as refused:
        catalog.load(content)

    assert str(refused.value).startswith(f"locale/zh-Hans/{complaint}")
    assert "\n" not in str(refused.value)


def test_all_that_a_language_lacks_is_listed_at_once(content: Path) -> None:
    folder = content / "locale" / "zh-Hans"
    (folder / "referrals.yaml").unlink()
    shutil.copy(content / "locale" / "en" / "cards.yaml", folder / "cards.yaml")

    lacks = catalog.untranslated("zh-Hans", content)

    assert sum("referrals.yaml" in line and line.endswith("is missing") for line in lacks) == 12
    assert sum("cards.yaml" in line and line.endswith("is left in English") for line in lacks) == 25


def test_a_language_without_its_bounds_or_its_folder_is_refused(content: Path) -> None:
    shutil.copytree(content / "locale" / "zh-Hans", content / "locale" / "yue")
    with pytest.raises(BadContent, match=r"^languages.yaml: yue: is missing$"):
        catalog.load(content)
    assert catalog.untranslated("yue", content) == ["languages.yaml: yue: is missing"]

    for locale in ("yue", "zh-Hans"):
        shutil.rmtree(content / "locale" / locale)
    with pytest.raises(BadContent, match=r"^languages.yaml: zh-Hans: has no folder in locale$"):
        catalog.load(content)
    with pytest.raises(BadContent, match=r"^locale/zh-Hans: folder: does not exist$"):
        catalog.untranslated("zh-Hans", content)


def test_a_variety_of_english_may_say_the_same(content: Path) -> None:
    shutil.copytree(content / "locale" / "en", content / "locale" / "en-AU")
    listed = content / "languages.yaml"
    entry = listed.read_text(encoding="utf-8").partition("languages:\n")[2].partition("  - id: zh")[0]
    listed.write_text(listed.read_text(encoding="utf-8") + entry.replace("id: en", "id: en-AU"), encoding="utf-8")

    assert catalog.load(content).in_language("en-AU").locale == "en-AU"


# --- near to what was asked for


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("en", "en"), ("en-GB", "en"), ("zh-Hans", "zh-Hans"), ("zh-Hans-CN", "zh-Hans"),
        # Of the same language, though of another script or place: safer than English.
        ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hans"), ("ZH-cn", "zh-Hans"),
        # No language of ours, or none at all.
        ("de", "en"), ("zhx", "en"), ("xx-Hans", "en"), ("", "en"), ("-", "en"),
    ],
)  # fmt: skip
def test_a_tag_gets_the_nearest_language(asked: str, served: str) -> None:
    assert CONTENT.in_language(asked).locale == served


# --- said as it is said there


def test_numbers_and_ranges_stand_in_chinese_texts() -> None:
    assert "可接受的疼痛 2 至 6；" in CHINESE.word("rules.O.text")
    assert "坐了 30 分钟，就站起来走 1–2 分钟" in CHINESE.lines("modules.breaks.do")[0]
    assert "75 %, 50 %, 25 %" in CHINESE.word("rules.LS3.text")
    assert not [
        key
        for key in CHINESE.texts
        if key.startswith(("lessons.", "modules.", "rules.")) and fields(CHINESE.texts[key])
    ]


def test_a_tempo_that_is_a_word_is_translated_and_seconds_are_not() -> None:
    english = CONTENT.words["en"]

    assert routine.tempo(CONTENT.exercises["bridge"], CHINESE) == CONTENT.exercises["bridge"].tempo
    assert routine.tempo(CONTENT.exercises["walk_easy"], CHINESE) == "轻松"
    assert routine.tempo(CONTENT.exercises["walk_easy"], english) == "easy"


@pytest.mark.parametrize(
    ("because", "rule", "says", "chinese"),
    [
        ("RAD", "I2", "because of your leg pain from the back", "因为您有腰引起的腿痛"),
        ("bridge", "I2", "because of your wish", "因为您不想做它"),
        ("clam", "I12", "because of Clam", "因为蚌式"),
        ("2", "I3", "because of its level", "因为它的难度现在还太高"),
        ("band", "I2", "because of what it needs", "因为它需要的东西或姿势不适合您"),
        ("new_exercises", "G3", "because of the other exercises that are new this week", "因为这周的新练习已经够多"),
    ],
)
def test_why_an_exercise_was_left_out_is_said_in_words(because: str, rule: str, says: str, chinese: str) -> None:
    why = Why("dropped", rule, because=because)

    assert routine.why("bridge", why, CONTENT.words["en"], "patient") == f"We left out Bridge, {says}."
    assert routine.why("bridge", why, CHINESE, "patient") == f"{chinese}，我们去掉了“臀桥”。"


@pytest.mark.parametrize("locale", OTHERS)
def test_the_right_answer_cannot_be_guessed_in_any_language(locale: str) -> None:
    spoken = CONTENT.words[locale]
    longest = []
    for name, lesson in CONTENT.education.lessons.items():
        lengths = [len(answer) for answer in spoken.lines(f"lessons.{name}.answers")]
        longest.append(lengths[lesson.right - 1] == max(lengths))

    assert mean(longest) < 0.45


# --- not alike


@pytest.mark.parametrize("locale", sorted(CONTENT.words))
def test_no_two_texts_say_nearly_the_same(locale: str) -> None:
    nearest = similarity.nearest(similarity.texts(CONTENT, locale), 20)

    assert max(pair.likeness for pair in nearest) < similarity.TOO_ALIKE


def test_chinese_texts_are_compared_by_pairs_of_characters() -> None:
    assert similarity.likeness("站起来走几步，喝杯水。", "站起来走几步，喝口水。") > similarity.TOO_ALIKE
    assert similarity.likeness("站起来走几步。", "坐下来慢慢吸气。") < 0.2
    assert similarity.likeness("水杯里有水", "有水杯里水") < 1  # the same characters in another order
    assert similarity.likeness("做 {amount} 次", "做 {amount} 次") == 1
