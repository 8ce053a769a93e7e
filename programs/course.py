"""What a plan remembers of the course so far: only the windows that rules still look at, so a plan stays small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Bias = Literal["extension", "flexion", "none", "unknown"]
Zone = Literal["green", "amber", "red"]
ResponseClass = Literal["responder", "partial", "non", "worse"]


@dataclass(frozen=True, slots=True)
class DoneItem:
    exercise: str
    done: float
    rpe: int | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A session that awaits the next morning."""

    day: date
    pre: int
    peak: int
    zone: Zone
    items: tuple[DoneItem, ...]
    hits: tuple[str, ...]  # exercises that bear the blame if it goes badly
    hurt: tuple[str, ...] = ()
    by: str | None = None
    peripheralised: bool = False
    leg_rise: bool = False
    leg_worse: bool = False
    leg_unknown: bool = False
    leg_pre: int | None = None


@dataclass(frozen=True, slots=True)
class SessionDay:
    day: date
    complete: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What a normal week asks for from a day on: sets a week, and seconds a session."""

    day: date
    sets: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Hit:
    day: date
    exercise: str


@dataclass(frozen=True, slots=True)
class Training:
    """Sessions and what they did, as far back as rules look."""

    last_session: date | None = None
    counted_from: date = date.min  # adherence counts from this day
    sessions: tuple[SessionDay, ...] = ()
    closed: tuple[date, ...] = ()  # days on which nothing was asked of the person
    gap: str = ""  # M rule in force
    amber_run: int = 0
    regressed: tuple[Hit, ...] = ()
    level_ups: tuple[date, ...] = ()
    last_progress: date | None = None
    loads: tuple[Load, ...] = ()
    severe_pre_day: date | None = None  # last session that began with severe pain


@dataclass(frozen=True, slots=True)
class MorningNote:
    day: date
    pain: int
    above_usual: int
    leg: int | None
    sleep_lost: bool


@dataclass(frozen=True, slots=True)
class Reading:
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Mornings:
    """The last mornings: those outside flares make the usual pain."""

    usual: tuple[Reading, ...] = ()
    recent: tuple[MorningNote, ...] = ()


@dataclass(frozen=True, slots=True)
class LegState:
    """Where leg symptoms are and how they go."""

    value: int
    location: int
    below_day: date | None  # last day with symptoms below the buttock
    low_since: date | None = None  # pain low enough to leave the disc programme
    high_since: date | None = None
    high_count: int = 0
    centralising: bool = False
    peripheral_run: int = 0
    rise: bool = False  # the last session's leg pain rose: tensioners pause


@dataclass(frozen=True, slots=True)
class Direction:
    """The direction of preference, and directions closed after symptoms moved down."""

    value: Bias = "unknown"
    tested: frozenset[str] = frozenset()
    test_next: Literal["extension", "flexion", "none"] = "none"
    set_on: date | None = None  # provisional from that day
    locks: Mapping[str, date] = field(default_factory=dict)  # direction -> first free day
    lost_on: date | None = None  # last day on which symptoms moved down


@dataclass(frozen=True, slots=True)
class Walking:
    """Steps a day and minutes of walking."""

    goal: int | None = None
    base: int | None = None
    counts: tuple[Reading, ...] = ()
    poor_weeks: int = 0
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class WeightState:
    """Accepted readings of half a year, and one far off that waits for the next."""

    readings: tuple[Reading, ...] = ()
    waiting: Reading | None = None
    losing: bool = False


@dataclass(frozen=True, slots=True)
class BeltState:
    status: Literal["none", "offered", "refused", "worn", "stopped"] = "none"
    start: date | None = None
    minutes_week: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A questionnaire's result; `value` is None when too much was left out."""

    day: date
    value: float | None
    band: str | None = None
    psych: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """Checks of the course: class at the last one, and since when it has been worse."""

    group: ResponseClass | None = None
    day: date | None = None
    worse_since: date | None = None
    checked: tuple[int, ...] = ()  # weeks


@dataclass(frozen=True, slots=True)
class LegStrength:
    heel_walk: str
    chair: str
    best_raises: int


@dataclass(frozen=True, slots=True)
class Motor:
    left: LegStrength
    right: LegStrength


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A clinician's exception in force."""

    field: str
    value: int | str
    day: date
    until: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to an override given today."""

    field: str
    value: int | str
    accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    first: date
    last: date
    cause: str
    wanted: Literal["off", "short", "walk"]


@dataclass(frozen=True, slots=True)
class Pinned:
    """Values held whatever is reported, as a worked case asks."""

    base_morning: int | None = None
    adherence7: float | None = None
    adherence14: float | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """What has come in since the day of return after a long gap."""

    since: date
    screened: bool = False
    back: bool = False
    function: bool = False
