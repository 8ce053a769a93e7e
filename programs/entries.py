"""Entries: what a person (or a clinician for them) reports, as frozen bodies of the log's lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from programs.canonical import Within
from programs.patient import Location, Pain
from programs.triage import Answer

ExerciseId = Annotated[str, Within(1, 40)]
Flag = Annotated[str, Within(1, 12)]
Answers = Annotated[Mapping[Flag, Answer], Within(0, 60)]
Flags = Annotated[frozenset[Flag], Within(0, 60)]
Minutes = Annotated[int, Within(0, 1440)]
Share = Annotated[float, Within(0, 1)]
Variant = Literal["full", "short", "calm", "neutral"]
Instrument = Literal["RMDQ", "ODI", "PSFS", "STARTBACK", "PSEQ2", "PHQ9", "NPRS_BACK", "NPRS_LEG", "WALK_TIME"]
Strength = Literal["ok", "weak", "cannot"]
CORRECTED = ("morning", "session", "steps", "weight", "motor", "questionnaire")


@dataclass(frozen=True, slots=True)
class Checkin:
    """The day's red-flag card; flags not named are answered no. `full`: the whole screen, as after a long gap."""

    answers: Answers = field(default_factory=dict)
    severe: Flags = frozenset()
    answered: bool = True
    full: bool = False
    also: frozenset[Literal["W", "M"]] = frozenset()  # the weekly or monthly questions it held as well


@dataclass(frozen=True, slots=True)
class Morning:
    """After the main sleep: back pain, leg, the night. None = not reported."""

    pain: Pain
    leg: Pain | None = None
    sleep_lost: bool = False  # to leg pain
    numbness: Literal["same", "more", "spreading"] = "same"
    worst: Pain | None = None  # of the last 24 h
    tasks_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Performed:
    """What was done of one exercise; effort 0-10, None = not told."""

    done: Share = 1.0
    rpe: Pain | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One session. Values of the leg that are None are unknown; an unknown never lets a dose rise."""

    pre: Pain
    peak: Pain
    leg_pre: Pain | None = None
    leg_post: Pain | None = None
    leg_minutes: Minutes = 0
    loc_pre: Location | None = None
    loc_post: Location | None = None
    loc_minutes: Minutes = 0
    by: ExerciseId | None = None
    done: Share = 1.0
    rpe: Pain | None = None
    hurt: Annotated[tuple[ExerciseId, ...], Within(0, 30)] = ()
    items: Annotated[Mapping[ExerciseId, Performed], Within(0, 30)] = field(default_factory=dict)
    variant: Variant = "full"
    stopped: bool = False  # the person stopped it because of symptoms


@dataclass(frozen=True, slots=True)
class Flare:
    """The person says that this is a flare."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The strength check of one leg: heel walk (L4, L5), one-leg rise (L3, L4), heel raises counted to 10 (S1)."""

    heel_walk: Strength = "ok"
    chair: Strength = "ok"
    raises: Annotated[int, Within(0, 10)] = 10


@dataclass(frozen=True, slots=True)
class Motor:
    """The weekly strength check, each leg by itself."""

    left: Leg
    right: Leg


@dataclass(frozen=True, slots=True)
class DirectionTest:
    """3x10 of one direction; pain is the worse of back and leg."""

    direction: Literal["extension", "flexion"]
    loc_before: Location
    loc_after: Location
    pain_before: Pain
    pain_after: Pain
    held_minutes: Minutes


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of the day; of several counts of one day the highest is taken."""

    count: Annotated[int, Within(0, 200_000)]


@dataclass(frozen=True, slots=True)
class Weight:
    """A reading of the scale."""

    kg: Annotated[float, Within(20, 400)]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Answers or a finished score; RMDQ may give `applies` of `answered` items."""

    name: Instrument
    score: Annotated[int, Within(0, 240)] | None = None
    items: Annotated[tuple[Annotated[int, Within(0, 10)] | None, ...], Within(0, 24)] = ()
    applies: Annotated[int, Within(0, 24)] | None = None
    answered: Annotated[int, Within(0, 24)] | None = None


@dataclass(frozen=True, slots=True)
class Belt:
    """Lumbar support: asked for, begun with so many minutes a week, or the weekly check."""

    action: Literal["ask", "start", "check"]
    minutes_week: Annotated[int, Within(0, 10_080)] | None = None
    problem: Literal["none", "skin", "numbness", "breathlessness", "no_benefit"] = "none"


@dataclass(frozen=True, slots=True)
class Absence:
    """Told on the day of return."""

    cause: Literal["illness", "operation", "injury"]


@dataclass(frozen=True, slots=True)
class Away:
    """Told beforehand: first and last day away, ill or busy, and what is wanted meanwhile."""

    first: date
    last: date
    cause: Literal["away", "ill", "busy"]
    wanted: Literal["off", "short", "walk"] = "off"


@dataclass(frozen=True, slots=True)
class Correction:
    """Replaces an entry of the last 48 hours, and belongs to that entry's day. It never withdraws a red flag.

    Exactly one of the bodies is given; it must be of the replaced entry's kind.
    """

    replaces: Annotated[str, Within(1, 64)]
    morning: Morning | None = None
    session: Session | None = None
    steps: Steps | None = None
    weight: Weight | None = None
    motor: Motor | None = None
    questionnaire: Questionnaire | None = None

    def __post_init__(self) -> None:
        if len([name for name in CORRECTED if getattr(self, name) is not None]) != 1:
            raise ValueError("a correction holds one body")

    @property
    def kind(self) -> str:
        """The kind of the entry it replaces."""
        return next(name for name in CORRECTED if getattr(self, name) is not None)

    @property
    def body(self) -> Corrected:
        """The body that counts instead."""
        bodies: tuple[Corrected | None, ...] = (
            self.morning, self.session, self.steps, self.weight, self.motor, self.questionnaire,
        )  # fmt: skip
        return next(body for body in bodies if body is not None)


Corrected = Morning | Session | Steps | Weight | Motor | Questionnaire
