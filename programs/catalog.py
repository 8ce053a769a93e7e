"""Reads and checks the content: the first fault stops the start of the service, in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, cast

from programs import canonical, education, faults, numbers
from programs.canonical import Within
from programs.conditions import Condition, Grade
from programs.constants import Constants
from programs.education import Education
from programs.figure import reading as poses
from programs.figure.pose import Figure
from programs.words import Language, Words, read_words
from programs.yaml_file import BadContent, ContentFile

__all__ = ["BadContent", "Catalog", "Condition", "Grade", "languages", "load", "untranslated"]

OWN_REMEMBERED = 100  # programmes of clinics, with their catalogues
PACKAGED = Path(__file__).parent / "content"

Category = Literal["RLX", "MOB", "DPX", "NRV", "STB", "GLU", "BEX", "PCH", "FLX", "AER", "POS"]
ExerciseClass = Literal[
    "RLX", "MOB", "DPX_EXTENSION", "DPX_FLEXION", "NRV_SLIDER", "NRV_TENSIONER", "STB_LOW_LOAD",
    "STB_CURL_UP_OR_LONG_PLANK", "GLU", "PCH", "BEX", "FLX", "AER_WALK", "AER_CYCLE_OR_POOL", "POS",
]  # fmt: skip
Direction = Literal["neutral", "ext", "flex", "side", "rot"]
Position = Literal["supine", "prone", "side", "four_point", "kneeling", "sitting", "standing", "bench", "pool"]
Equipment = Literal[
    "mat", "pillow", "chair", "wall", "band", "stick", "weight", "barbell", "bench", "strap", "step", "box",
    "bed", "bike", "pool",
]  # fmt: skip
ClassCondition = Literal["SURG", "ACU", "IRR"]
AllowListed = Literal["SURG", "IRR"]
FlagLevel = Literal["EMERGENCY", "URGENT", "SOON_HOLD", "SOON"]
When = Literal["O", "D", "W", "M", "event", "session", "mood"]
Screen = Literal["nerves", "injury", "illness", "circulation", "you"]
FlagDays = Annotated[int, Within(0, 14)]
Version = Annotated[str, Within(1, 40)]
Numbers = Annotated[tuple[Annotated[str, Within(2, 8)], ...], Within(1, 3)]


@cache
def _tempo_s(tempo: str) -> int:
    parts = tempo.split("-")
    return sum(map(int, parts)) if all(part.isdigit() for part in parts) else 0


@dataclass(frozen=True, slots=True)
class DoseRange:
    """Where a dose starts and how far it may go; `low` to `high` count the unit (seconds are held a set)."""

    sets: Annotated[int, Within(1, 5)]
    sets_max: Annotated[int, Within(1, 5)]
    low: Annotated[int, Within(1, 60)]
    high: Annotated[int, Within(1, 60)]
    unit: Literal["reps", "seconds", "minutes"]
    hold_s: Annotated[int, Within(0, 30)]
    rest_s: Annotated[int, Within(0, 180)]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise of the library; its name and instructions are in the words."""

    id: str
    category: Category
    exercise_class: ExerciseClass
    direction: Direction
    level: Annotated[int, Within(1, 5)]
    position: Position
    dose: DoseRange
    tempo: Annotated[str, Within(1, 40)]
    easier: str | None
    harder: str | None
    equipment: tuple[Equipment, ...]
    contraindications: Mapping[Condition, Grade]
    evidence: Annotated[str, Within(1, 300)]
    per_side: bool = False
    only_assigned: bool = False  # never taken as a replacement
    chain: tuple[str, ...] = ()  # computed: the whole chain, easiest first

    @property
    def tempo_s(self) -> int:
        """Seconds one repetition takes by its tempo "lift-hold-lower"; 0 when the tempo is a word."""
        return _tempo_s(self.tempo)


@dataclass(frozen=True, slots=True)
class Block:
    """A phase of a programme, first to last week; exercises in order of priority."""

    first_week: Annotated[int, Within(1, 60)]
    last_week: Annotated[int, Within(1, 60)]
    exercises: Annotated[tuple[str, ...], Within(1, 20)]
    note: Annotated[str, Within(0, 200)]


@dataclass(frozen=True, slots=True)
class Program:
    """A reviewed programme; `entry` and `exit` are the rule in words for the reviewer."""

    id: str
    weeks: Annotated[int, Within(1, 60)]
    sessions_week: Annotated[int, Within(1, 7)]
    minutes: Annotated[int, Within(5, 60)]
    level_cap: Annotated[int, Within(1, 5)]
    entry: Annotated[str, Within(1, 200)]
    exit: Annotated[str, Within(1, 200)]
    blocks: Annotated[tuple[Block, ...], Within(1, 10)]


@dataclass(frozen=True, slots=True)
class OwnProgram:
    """A clinic's own programme as it was published: who is given it keeps this very version."""

    program: Program
    version: Annotated[int, Within(1, 1000)]
    title: Annotated[str, Within(1, 80)]
    summary: Annotated[str, Within(1, 300)]


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One safety question: how bad a yes is, when it is asked and of whom."""

    id: str
    level: FlagLevel
    screen: Screen
    source: Annotated[str, Within(1, 200)]
    severe_level: FlagLevel | None = None
    ask: frozenset[When] = frozenset()
    ask_if: Mapping[Condition, frozenset[When]] = field(default_factory=dict)
    unsure_is_yes: bool = False
    with_cancer: str | None = None
    within_days: FlagDays | None = None
    card: str | None = None  # shown besides the level's advice

    @property
    def counts_unsure(self) -> bool:
        """Whether "I am not sure" is a yes at once."""
        return self.unsure_is_yes or self.level == "EMERGENCY"

    def asked(self, when: When, conditions: Iterable[str]) -> bool:
        """Whether a person with these conditions is asked it then."""
        asked_if = cast(Mapping[str, frozenset[str]], self.ask_if)
        return when in self.ask or any(when in asked_if.get(condition, ()) for condition in conditions)


@dataclass(frozen=True)
class Catalog:
    """All content, checked. Mappings keep the order of the files, which decides between equals."""

    version: str
    exercises: Mapping[str, Exercise]
    programs: Mapping[str, Program]
    red_flags: Mapping[str, RedFlag]
    level_days: Mapping[FlagLevel, int]
    class_grades: Mapping[ExerciseClass, Mapping[ClassCondition, Grade]]
    allow_lists: Mapping[AllowListed, tuple[str, ...]]
    fallback: tuple[str, ...]
    constants: Constants
    countries: Mapping[str, tuple[str, ...]]  # ISO 3166 alpha-2 -> emergency numbers, the one to call first
    any_country: tuple[str, ...]
    education: Education
    figures: Mapping[str, Figure]  # by exercise
    languages: Mapping[str, Language]
    words: Mapping[str, Words]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of what the content says, not of how the files are written."""
        items = tuple(tuple(asked.items) for asked in self.education.questionnaires.values())
        ordered = (tuple(self.exercises.values()), tuple(self.programs.values()), items)
        # A better drawing makes no other plan.
        return hashlib.sha256(canonical.dumps(ordered) + canonical.dumps(replace(self, figures={}))).hexdigest()

    def in_language(self, locale: str) -> Words:
        """The words for a BCP 47 tag such as "zh-Hans-CN".

        Its own, else those of the longest beginning of it ("zh-Hans"), else any of the same language (a reader of
        "zh-TW" is safer with "zh-Hans" than with English), else English.
        """
        tag = locale
        while tag:
            if tag in self.words:
                return self.words[tag]
            tag = tag.rpartition("-")[0]
        own = locale.partition("-")[0].lower()
        related = (spoken for name, spoken in self.words.items() if name.partition("-")[0] == own)
        return next(related, self.words["en"])

    def with_own(self, own: OwnProgram | None) -> Catalog:
        """This catalogue with one more programme, for a plan that follows it; the same one for the same programme."""
        if own is None:
            return self
        known: dict[OwnProgram, Catalog] = self.__dict__.setdefault("_with_own", {})
        if own not in known:
            if len(known) >= OWN_REMEMBERED:
                known.clear()
            name = own.program.id
            texts = {"name": own.title, "summary": own.summary, "because": own.summary}
            more = {f"programs.{name}.{part}": text for part, text in texts.items()}
            words = {key: replace(each, texts={**each.texts, **more}) for key, each in self.words.items()}
            known[own] = replace(self, programs={**self.programs, name: own.program}, words=words)
        return known[own]

    def only(self, program_ids: Iterable[str]) -> Catalog:
        """This catalogue with only these programmes, as where others are not written yet."""
        kept = set(program_ids)
        return replace(self, programs={key: item for key, item in self.programs.items() if key in kept})


def load(root: Path | None = None) -> Catalog:
    """The content of a folder, or the packaged one (read once). Raises BadContent at its first fault."""
    return _packaged() if root is None else _read(root)


def languages(root: Path = PACKAGED) -> tuple[str, ...]:
    """The tags of the languages there are: the folders of locale/."""
    return tuple(sorted(path.name for path in (root / "locale").glob("*") if path.is_dir()))


def untranslated(locale: str, root: Path = PACKAGED) -> list[str]:
    """What keeps a language from being served, a line each; nothing when it is complete.

    Reads a language that `load` would refuse. Raises BadContent where the rest of the content is unsound.
    """
    if locale not in languages(root):
        raise BadContent(f"locale/{locale}: folder: does not exist")
    content, english = _read(root, ("en",)), read_words(root / "locale" / "en")
    known = _languages(root)
    found = [] if locale in known else [("languages.yaml", locale, "is missing")]
    found += faults.words.of_language(
        read_words(root / "locale" / locale), english, faults.words.needed(content), known.get(locale, known["en"])
    )
    return [f"{file}: {item}: {reason}" for file, item, reason in found]


@cache
def _packaged() -> Catalog:
    return _read(PACKAGED)


def _languages(root: Path) -> dict[str, Language]:
    return ContentFile(root / "languages.yaml", "languages").items("languages", Language)


def _read(root: Path, only: Collection[str] = ()) -> Catalog:
    """The content with the words of every language, or of only some."""
    spoken = [locale for locale in languages(root) if locale in only or not only]
    exercises = ContentFile(root / "exercises.yaml", "exercises")
    programs = ContentFile(root / "programs.yaml", "programs")
    flags = ContentFile(root / "red_flags.yaml", "red_flags", "level_days")
    conditions = ContentFile(root / "conditions.yaml", "class_grades", "allow_lists", "fallback")
    emergency = ContentFile(root / "emergency_numbers.yaml", "numbers", "fallback")
    catalog = Catalog(
        version=ContentFile(root / "version.yaml", "version").value("version", Version),
        exercises=exercises.items("exercises", Exercise),
        programs=programs.items("programs", Program),
        red_flags=flags.items("red_flags", RedFlag),
        level_days=flags.value("level_days", Mapping[FlagLevel, FlagDays]),
        class_grades=conditions.value("class_grades", Mapping[ExerciseClass, Mapping[ClassCondition, Grade]]),
        allow_lists=conditions.value("allow_lists", Mapping[AllowListed, tuple[str, ...]]),
        fallback=conditions.value("fallback", Annotated[tuple[str, ...], Within(1, 5)]),
        constants=ContentFile(root / "constants.yaml", "constants").value("constants", Constants),
        countries=emergency.value("numbers", Mapping[str, Numbers]),
        any_country=emergency.value("fallback", Numbers),
        education=education.read(root),
        figures=poses.read(root),
        languages={key: each for key, each in _languages(root).items() if key in only or not only},
        words={locale: read_words(root / "locale" / locale) for locale in spoken},
    )
    for file, item, reason in faults.found(catalog):
        raise BadContent(f"{file}: {item}: {reason}")
    return replace(
        catalog,
        exercises=_with_chains(catalog.exercises),
        words={
            locale: words.with_numbers(numbers.shown(catalog, catalog.languages[locale].between))
            for locale, words in catalog.words.items()
        },
    )


def _with_chains(exercises: Mapping[str, Exercise]) -> dict[str, Exercise]:
    chains: dict[str, tuple[str, ...]] = {}
    for exercise in exercises.values():
        if exercise.easier is None:
            chain, last = [exercise.id], exercise
            while last.harder:  # ends: no chain is a ring
                last = exercises[last.harder]
                chain.append(last.id)
            chains.update(dict.fromkeys(chain, tuple(chain)))
    return {key: replace(exercise, chain=chains[key]) for key, exercise in exercises.items()}
