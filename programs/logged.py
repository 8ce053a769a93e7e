"""Entries that no rule judges: what a person logs beside the exercises, for themselves and for their clinic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from programs.canonical import Within
from programs.patient import Location, Pain

ContentId = Annotated[str, Within(1, 40)]
Line = Annotated[str, Within(0, 80)]
Words = Annotated[str, Within(0, 500)]
Minutes = Annotated[int, Within(0, 1440)]
Activity = Literal["walking", "cycling", "swimming", "core", "flexibility", "strength", "other"]
Value = int | str  # a choice is one of the content's


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson was read; `answer` is the one chosen, from 1. None = the question was left."""

    lesson: ContentId
    answer: Annotated[int, Within(1, 5)] | None = None


@dataclass(frozen=True, slots=True)
class Therapy:
    """A treatment had: pain before, right after and on the next day, and how far the leg symptoms reached."""

    therapy: ContentId
    minutes: Minutes | None = None
    before: Pain | None = None
    after: Pain | None = None
    next_day: Pain | None = None
    loc_before: Location | None = None
    loc_after: Location | None = None
    provider: Line = ""
    problem: Words = ""  # what went wrong, if anything


@dataclass(frozen=True, slots=True)
class Break:
    """A posture break was taken."""

    exposure: Literal["sitting", "standing", "bending"]


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk; `leg_stopped`: leg symptoms ended it."""

    minutes: Annotated[int, Within(1, 1440)]
    leg_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Wear:
    """How long the lumbar support was worn, and for what."""

    minutes: Minutes
    task: Literal["travel", "standing", "lifting", "other"] = "other"


@dataclass(frozen=True, slots=True)
class Workout:
    """Another activity, by hand or from a health store."""

    activity: Activity
    minutes: Annotated[int, Within(1, 1440)]
    source: Literal["manual", "phone", "watch", "other"] = "manual"


@dataclass(frozen=True, slots=True)
class Note:
    """What the person wants to keep or to tell; nobody is told at once."""

    text: Annotated[str, Within(1, 2000)]


@dataclass(frozen=True, slots=True)
class Barrier:
    """What was in the way of the last sessions."""

    answer: Literal["time", "pain", "forgot", "unsure", "unwell", "none"]


@dataclass(frozen=True, slots=True)
class Goals:
    """The person's own activities, which the PSFS asks about, in the order of its items."""

    activities: Annotated[tuple[Annotated[str, Within(1, 80)], ...], Within(1, 3)]


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire that no rule scores, by item: a whole number, or one of its choices."""

    name: ContentId
    items: Annotated[Mapping[ContentId, Value], Within(1, 30)]


@dataclass(frozen=True, slots=True)
class Followup:
    """The answer to "have you been seen?" after a red flag. It ends no lock; a clinician reads it."""

    seen: bool
    by: Line = ""
    told: Words = ""


Logged = Lesson | Therapy | Break | Walk | Wear | Workout | Note | Barrier | Goals | Form | Followup
KINDS: Mapping[str, type] = {
    "lesson": Lesson, "therapy": Therapy, "break": Break, "walk": Walk, "wear": Wear, "workout": Workout,
    "note": Note, "barrier": Barrier, "goals": Goals, "form": Form, "followup": Followup,
}  # fmt: skip
