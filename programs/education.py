"""What is read and asked beside the exercises, and what the rules rest on: values, without their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from programs.canonical import Within
from programs.conditions import Condition
from programs.yaml_file import ContentFile

Id = Annotated[str, Within(1, 40)]
Sources = Annotated[tuple[Id, ...], Within(1, 10)]
Confidence = Literal["verified", "literature", "convention"]
Audience = Literal[
    "everyone", "RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN",
    "desk", "standing", "bending", "lifting", "belt", "maintenance", "weight_offered", "weight_goal_lose",
]  # fmt: skip
Names = Annotated[tuple[Id, ...], Within(1, 30)]
Value = Annotated[float, Within(0, 100_000)]


@dataclass(frozen=True, slots=True)
class Source:
    """A publication, a guideline or a choice of this project, and how sure we are of what it says."""

    id: Id
    year: Annotated[int, Within(1900, 2100)]
    confidence: Confidence
    cite: Annotated[str, Within(10, 300)]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a reviewer signs it: the layer it runs in and what it rests on. What it does is in the words."""

    id: Id
    layer: Id
    sources: Sources


@dataclass(frozen=True, slots=True)
class Lesson:
    """A short text with one question; `right` is the right answer, from 1.

    Offered to whom one tag of `audience` fits, never while a condition of `except_for` stands.
    """

    id: Id
    theme: Id
    order: Annotated[int, Within(1, 999)]
    audience: Annotated[tuple[Audience, ...], Within(1, 20)]
    sources: Sources
    minutes: Annotated[int, Within(1, 3)]
    right: Annotated[int, Within(1, 3)]
    except_for: Annotated[tuple[Condition, ...], Within(0, 11)] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A number that only texts name: `value`, or `low` to `high`."""

    id: Id
    unit: Annotated[str, Within(1, 40)]
    source: Id
    value: Value | None = None
    low: Value | None = None
    high: Value | None = None

    def __post_init__(self) -> None:
        ranged = self.low is not None and self.high is not None and self.low < self.high
        alone = self.value is not None and self.low is None and self.high is None
        if alone == ranged or (ranged and self.value is not None):
            raise ValueError("must hold a value, or low below high")

    @property
    def shown(self) -> str:
        """As the texts show it: "4" or "15–20"."""
        return f"{self.value:g}" if self.value is not None else f"{self.low:g}–{self.high:g}"


@dataclass(frozen=True, slots=True)
class Module:
    """Advice beside the exercises. `careful_for`: who gets its words of care; `not_for`: who does not get it."""

    id: Id
    rules: Annotated[tuple[Id, ...], Within(0, 20)]
    lessons: Annotated[tuple[Id, ...], Within(1, 10)]
    sources: Sources
    exercises: Annotated[tuple[Id, ...], Within(0, 20)] = ()
    not_for: Annotated[tuple[Condition, ...], Within(0, 11)] = ()
    careful_for: Annotated[tuple[Condition, ...], Within(0, 11)] = ()


@dataclass(frozen=True, slots=True)
class WeightScheme:
    """The further classes of obesity of a scheme in the constants, and which source says so."""

    id: Literal["who", "asian", "wpro", "china", "japan"]
    source: Id
    obesity_2_from: Value | None = None
    obesity_3_from: Value | None = None


@dataclass(frozen=True, slots=True)
class Therapy:
    """A treatment people log, and what guidelines say of its routine use.

    `track_leg`: with RAD the log asks how far the leg symptoms reach, before and after.
    `ask_first`: with one of these conditions the person is told to ask a clinician before having it.
    """

    id: Id
    stance: Literal["for", "may", "may_short", "not_routine", "unclear"]
    sources: Sources
    track_leg: bool = False
    ask_first: Annotated[tuple[Condition, ...], Within(0, 11)] = ()


@dataclass(frozen=True, slots=True)
class VisitKind:
    """A kind of follow-up contact, and on which paths it comes."""

    id: Id
    mode: Literal["automatic", "person", "person_or_automatic"]
    paths: Annotated[tuple[Id, ...], Within(1, 10)]


@dataclass(frozen=True, slots=True)
class Visits:
    """The follow-up calendar: days from the start by path; on those of `decides` the next steps are talked about."""

    days: Mapping[Id, Annotated[tuple[Annotated[int, Within(0, 400)], ...], Within(1, 20)]]
    decides: Mapping[Id, Annotated[tuple[Annotated[int, Within(0, 400)], ...], Within(1, 20)]]
    kinds: Annotated[tuple[VisitKind, ...], Within(1, 10)]


@dataclass(frozen=True, slots=True)
class Scale:
    """What may be answered: whole numbers from low to high, or one of some choices."""

    low: Annotated[int, Within(0, 240)] | None = None
    high: Annotated[int, Within(0, 240)] | None = None
    choices: Annotated[tuple[Id, ...], Within(0, 10)] = ()

    def __post_init__(self) -> None:
        ranged = self.low is not None and self.high is not None and self.low < self.high
        if ranged == bool(self.choices):
            raise ValueError("must hold low below high, or choices")


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What is asked, when, and how it is scored. Of a licensed one only the scoring is ours to ship."""

    id: Id
    words: Literal["shipped", "licensed"]
    items: Annotated[Mapping[Id, Id], Within(1, 30)]
    score: Literal["average", "value", "sum", "mean", "percent_of_answered", "none"]
    missing: Literal["unknown", "prorated", "mean_of_answered", "invalid", "invalid_over_limit"]
    licence: Annotated[str, Within(5, 200)]
    sources: Sources
    better: Literal["low", "high"] | None = None
    range: Scale | None = None
    weeks: Annotated[tuple[Annotated[int, Within(0, 60)], ...], Within(0, 10)] = ()
    every: Literal["session", "week", "two_weeks", "new_episode", "after_positive_phq2"] | None = None
    optional: Annotated[tuple[Id, ...], Within(0, 10)] = ()
    only_for: Annotated[tuple[Condition, ...], Within(0, 11)] = ()
    constants: Annotated[tuple[str, ...], Within(0, 10)] = ()
    numbers: Annotated[Mapping[Id, Value], Within(0, 5)] = field(default_factory=dict)
    then: Id | None = None
    red_flag: Id | None = None


@dataclass(frozen=True)
class Education:
    """All of it, checked, by id and in the order of the files."""

    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]
    layers: Names
    lessons: Mapping[str, Lesson]
    themes: Names
    numbers: Mapping[str, Number]
    modules: Mapping[str, Module]
    weight_schemes: Mapping[str, WeightScheme]
    therapies: Mapping[str, Therapy]
    visits: Visits
    scales: Mapping[str, Scale]
    questionnaires: Mapping[str, Questionnaire]


def read(root: Path) -> Education:
    """The files of a content folder that hold it. Raises BadContent for a value that does not fit its type."""
    rules = ContentFile(root / "rules.yaml", "layers", "rules")
    lessons = ContentFile(root / "lessons.yaml", "themes", "lessons")
    modules = ContentFile(root / "modules.yaml", "numbers", "modules", "weight_schemes", "therapies", "visits")
    asked = ContentFile(root / "questionnaires.yaml", "scales", "questionnaires")
    return Education(
        sources=ContentFile(root / "sources.yaml", "sources").items("sources", Source),
        rules=rules.items("rules", Rule),
        layers=rules.value("layers", Names),
        lessons=lessons.items("lessons", Lesson),
        themes=lessons.value("themes", Names),
        numbers=modules.items("numbers", Number),
        modules=modules.items("modules", Module),
        weight_schemes=modules.items("weight_schemes", WeightScheme),
        therapies=modules.items("therapies", Therapy),
        visits=modules.value("visits", Visits),
        scales=asked.value("scales", Mapping[str, Scale]),
        questionnaires=asked.items("questionnaires", Questionnaire),
    )
