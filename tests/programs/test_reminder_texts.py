"""Every reminder text of every language: short, kind, with a choice, telling nothing to whoever else sees the phone."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from shutil import copytree

import pytest

from programs import catalog, schedule, similarity
from programs.catalog import BadContent

CONTENT = catalog.load()
FEWEST = 12  # ten in seven days, and two on the day before: so none comes back within a week
LOCALES = sorted(CONTENT.words)
# Why a word is kept off lock screens; a language that is added brings its own.
FORBIDDEN: Mapping[str, Mapping[str, str]] = {
    "en": {
        "names a complaint": (
            r"pain\w*|hurts?|aches?|aching|sore|stiff\w*|symptom\w*|sciatica|flares?|flare-ups?|injur\w+|ill|illness|sick"
            r"|diagnos\w+|condition|suffer\w*|discomfort|numb|numbness|tingling"
        ),
        "names a part of the body": (
            r"back|spin\w+|lumbar|discs?|legs?|nerves?|hips?|knees?|muscles?|core|buttocks?|neck"
        ),
        "names care or a treatment": (
            r"doctors?|physio\w*|therap\w+|clinic\w*|hospital|patients?|medic\w+|health\w*|treat\w*|rehab\w*|surg\w+"
            r"|nurse|recover\w*|prescri\w+|red flags?|exercis\w+|posture|training"
        ),
        "names an aid": r"belts?|supports?|brace|braces|corset|orthosis|tape",
        "comments on the body": (
            r"weigh\w*|weight|scales?|kilos?|kg|pounds?|bmi|slim\w*|thin|thinner|fat|fatter|heavier you|body"
            r"|diet\w*|calories|lose|losing|lost"
        ),
        "blames": (
            r"miss|missed|missing|must|should have|ought to have|fail\w*|lazy|disappoint\w*|forg[eo]t\w*"
            r"|overdue|excuses?|behind|finally|neglect\w*|shame|sorry|why not|promised|still not|only you"
        ),
        "counts a streak": r"streaks?|in a row|record|days running|unbroken|keep it up|chain",
        "frightens": (
            r"danger\w*|risks?|warn\w*|harm\w*|worse\w*|damag\w+|serious\w*|urgent\w*|emergency|afraid|fear\w*"
            r"|last chance"
        ),
    },
    "zh-Hans": {
        "names a complaint": "痛|疼|酸胀|症状|受伤|生病|病|诊断|难受|麻木|发麻",
        "names a part of the body": "腰|腿|背|脊|椎|神经|臀|膝|肌肉|核心|脖子|颈",
        "names care or a treatment": "医生|医院|诊所|康复|治疗|理疗|护士|患者|药|健康|手术|锻炼|训练",
        "names an aid": "护具|护腰|腰围|支具|腰带",
        "comments on the body": "体重|公斤|千克|斤|胖|瘦|身材|减重|减肥|节食",
        "blames": "错过|必须|应该|忘|失败|失望|懒|拖延|借口|又没|还没做|怎么不",
        "counts a streak": "连续|打卡|记录保持|不间断|坚持了",
        "frightens": "危险|风险|警告|严重|紧急|害怕|恶化|最后机会",
    },
}
# Where words are not set apart, any occurrence counts.
WHOLE_WORDS = {"en": r"(?<![\w-])(?:{})(?![\w-])", "zh-Hans": "{}"}
# A reader always has a choice: a question, or one of these words.
CHOICE = {
    "en": re.compile(
        r"\?|\b(if|or|when|whenever|may|can|could|choose|choice|pick|skip|freely|whichever|as you|when you|you decide"
        r"|your call|yours to use|swap|at your leisure|your own (time|pace)|your moment|take your time)\b"
    ),
    "zh-Hans": re.compile(
        "？|可以|都行|都好|随|想|愿意|要是|如果|或|由您|您定|您选|挑|选|方便|有空|不急|也行|也好|看您|能|要不要|写不写|慢慢|不着急|改天|请便|需要时"
        "|看着来|哪样|哪一样|试试|跳过|来得及|拿主意|准备好|有兴致|喜欢就|用得上|听过就好|不错|合不合意|再看一眼"
    ),
}


def texts(locale: str) -> list[tuple[str, str]]:
    spoken = CONTENT.words[locale]
    return [(name, text) for name in schedule.TEXT_SETS for text in spoken.lines(f"reminders.{name}")]


def test_there_is_a_set_for_each_kind_and_no_other() -> None:
    routine = {name for name in schedule.TEXT_SETS if name.startswith("routine")}
    assert set(schedule.TEXT_SETS) - routine == set(schedule.KINDS) - {"routine"}
    assert len(routine) == 5


def test_every_language_has_its_forbidden_words() -> None:
    assert set(LOCALES) == set(FORBIDDEN) == set(CHOICE)


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_are_many_and_short(locale: str) -> None:
    assert {name: count for name, count in Counter(name for name, _ in texts(locale)).items() if count < FEWEST} == {}
    assert [text for _, text in texts(locale) if len(text) > CONTENT.languages[locale].reminder_most] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_give_nothing_away_blame_nobody_and_frighten_nobody(locale: str) -> None:
    found = [
        (why, match.group(), text)
        for _, text in texts(locale)
        for why, words in FORBIDDEN[locale].items()
        for match in re.finditer(WHOLE_WORDS[locale].format(words), text.lower())
    ]
    assert found == []


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_name_no_exercise(locale: str) -> None:
    spoken = CONTENT.words[locale]
    names = {spoken.word(f"exercises.{key}.name").lower() for key in CONTENT.exercises}
    assert [(text, name) for _, text in texts(locale) for name in names if name in text.lower()] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_leave_a_choice(locale: str) -> None:
    assert [text for _, text in texts(locale) if not CHOICE[locale].search(text.lower())] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_have_no_emphasis_and_no_fields(locale: str) -> None:
    assert [text for _, text in texts(locale) if re.search(r"[{}%]|!!|\b[A-Z]{3,}\b", text)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_texts_are_nearly_the_same_in_a_set_or_across_sets(locale: str) -> None:
    counted = [(text, Counter(similarity.words_of(text))) for _, text in texts(locale)]
    alike = [
        (one, other)
        for (one, words), (other, others) in combinations(counted, 2)
        # No order of words can make two texts more alike than the words they share.
        if 2 * (words & others).total() >= similarity.TOO_ALIKE * (words.total() + others.total())
        and similarity.likeness(one, other) >= similarity.TOO_ALIKE
    ]
    assert alike == []


def test_the_barrier_is_one_tap_away() -> None:
    assert [text for text in CONTENT.words["en"].lines("reminders.routine_barrier") if "tap" not in text.lower()] == []


@pytest.mark.parametrize("name", ["routine_dormant", "visit", "break_bending"])
def test_a_missing_set_is_one_clear_line_at_the_start(name: str, tmp_path: Path) -> None:
    root = copytree(catalog.PACKAGED, tmp_path / "content")
    file = root / "locale" / "en" / "reminders.yaml"
    text = file.read_text("utf-8")
    begin = text.index(f"\n{name}:\n")
    end = text.find("\n\n", begin)
    file.write_text(text[:begin] + (text[end:] if end > 0 else "\n"), "utf-8")
    with pytest.raises(BadContent) as refused:
        catalog.load(root)
    assert str(refused.value) == f"locale/en/reminders.yaml: {name}: is missing"
