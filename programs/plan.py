"""The plan: everything the fold needs of the past and everything that is served, as frozen values.

Only windows that rules look at are kept, so a plan stays small however long its log grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from programs.catalog import OwnProgram
from programs.course import (
    BeltState,
    Direction,
    LegState,
    Mornings,
    Motor,
    OverrideRow,
    Pause,
    Pending,
    Pinned,
    Response,
    Return,
    Score,
    Training,
    Verdict,
    Walking,
    WeightState,
    Zone,
)  # fmt: skip
from programs.entries import Variant
from programs.patient import Patient
from programs.triage import LEVELS, Level, Lock, worst

Scalar = str | int | float | bool | None
Mode = Literal["normal", "flare", "after_flare", "deload", "dormant"]
Change = Literal["progress", "level_up", "maintain", "maintained", "regress", "level_down", "removed"]
Source = Literal["program", "assigned", "included", "substitute"]
ReferralKind = Literal["PHYSIO_REVIEW", "PHYSIO_CALL", "FIRST_CONTACT", "CLINICIAN_SOON", "CLINICIAN", "REFER_SPINE"]


@dataclass(frozen=True, slots=True)
class Dose:
    """Sets, and the amount of each: repetitions, seconds or minutes, whichever the exercise counts."""

    sets: int
    amount: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why an exercise is in the plan: `kind` chooses the sentence, `instead` is what it stands for.

    `because` is the condition, cap or equipment that kept the other one out.
    """

    kind: Literal[
        "planned", "assigned", "included", "fallback", "replaced", "capped", "equipment", "position", "swapped",
        "withheld", "dropped",
    ]  # fmt: skip
    rule: str
    instead: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One exercise of the plan. `slot` is the exercise first named in its place, by the programme or a clinician."""

    exercise: str
    dose: Dose
    why: Why
    slot: str = ""
    source: Source = "program"
    streak: int = 0
    level_up_day: date | None = None  # in its chain
    free_on: date | None = None  # rests until that day
    skipped: bool = False  # until a session has been done without it
    out_until: date | None = None  # has left the plan until that day
    until: date | None = None  # a substitute's first day without it
    maintained_on: date | None = None  # since when at the top with nothing harder open

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same while the exercise changes its level."""
        return self.source, self.slot


@dataclass(frozen=True, slots=True)
class Missing:
    """A programme's exercise that has no place in this plan, and why."""

    exercise: str
    why: Why


@dataclass(frozen=True, slots=True)
class EntryReason:
    """Whether a programme's entry fits, with the facts it looked at."""

    program: str
    fits: bool
    inputs: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule did, from what to what. `cause` is the rule that made `rule` act (a gap, a flare ...).

    Changes of the whole plan have no exercise: "mode.flare", "steps.raised", "direction.extension", "program.T02".
    """

    day: date
    rule: str
    change: str
    exercise: str | None = None
    before: Dose | None = None
    after: Dose | None = None
    becomes: str | None = None
    inputs: Mapping[str, Scalar] = field(default_factory=dict)
    zone: Zone | None = None
    streak: int | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """Who should look, why, and by when; open until it is settled."""

    kind: ReferralKind
    rule: str
    day: date
    due: date
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that a clinician has to approve; `exercise` names what it is about, also a programme or the walking.

    `becomes` is the exercise, programme, block or number that it would be then.
    """

    exercise: str
    day: date
    dose: Dose | None
    becomes: str
    kind: Literal["raise", "level_up", "exercise", "block", "program", "steps", "walk"] = "raise"
    rule: str = "G2"
    week: int = 1  # of the programme, for a block or programme


@dataclass(frozen=True, slots=True)
class Measure:
    """What a clinic or the whole service has stopped for everyone: an exercise (recall), or all raises (freeze)."""

    name: str
    kind: Literal["recall", "freeze"]
    exercise: str | None = None


@dataclass(frozen=True)
class Plan:
    """One person's plan on one local day."""

    day: date
    began: date  # day 0 of the course: the follow-up clock
    intake: str  # id of the intake event it was made from
    patient: Patient
    irritable: bool
    conditions: frozenset[str]
    program: str | None
    program_day: date  # first day of its first week
    assigned: bool  # by a clinician
    own_items: bool  # an explicit list, not a programme's block
    block_week: int  # whose exercises are in the plan; it waits while nothing may rise
    adds: str | None
    previous_program: str | None
    reasons: tuple[EntryReason, ...]
    slots: tuple[str, ...]  # what the block asks for
    items: tuple[Item, ...]  # as served today
    kept: tuple[Item, ...] | None  # what `items` were before a gap or a lighter week; None = the same
    missing: tuple[Missing, ...]
    new_until: date | None  # a new person's sessions are short before that day
    leg: LegState
    mode: Mode = "normal"
    mode_rule: str | None = None
    mode_day: date | None = None
    flares: tuple[date, ...] = ()
    calm_day: date | None = None  # severe pain before a session on that day
    training: Training = field(default_factory=Training)
    pending: tuple[Pending, ...] = ()
    mornings: Mornings = field(default_factory=Mornings)
    locks: tuple[Lock, ...] = ()
    answered: bool = False
    unsure: Mapping[str, date] = field(default_factory=dict)
    asked: Mapping[str, date] = field(default_factory=dict)  # "W", "M": when these questions were last answered
    returning: Return | None = None
    motor: Motor | None = None
    direction: Direction = field(default_factory=Direction)
    walking: Walking = field(default_factory=Walking)
    weight: WeightState = field(default_factory=WeightState)
    belt: BeltState = field(default_factory=BeltState)
    scores: Mapping[str, Score] = field(default_factory=dict)
    baselines: Mapping[str, float] = field(default_factory=dict)
    latest: Mapping[str, float] = field(default_factory=dict)
    response: Response = field(default_factory=Response)
    referrals: tuple[Referral, ...] = ()
    overrides: tuple[OverrideRow, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    cards: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    ended: Mapping[str, date] = field(default_factory=dict)  # flags released, referrals settled lately
    pinned: Pinned | None = None
    shrink: Literal["", "A2", "A3"] = ""  # little was done lately: the routine is made small
    only_today: Mapping[Variant, frozenset[str]] = field(default_factory=dict)  # variant -> all it may hold today
    measures: tuple[Measure, ...] = ()
    care: Literal["active", "self_care", "closed"] = "active"
    own: OwnProgram | None = None  # the last programme of a clinic's own

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items as served today."""
        return self.items

    @property
    def level(self) -> Level:
        """The worst that stands today, an unanswered red-flag card included."""
        return level(self.locks, self.answered)

    @property
    def locked_by(self) -> tuple[Lock, ...]:
        """The locks at the worst level, oldest first."""
        top = worst(lock.level for lock in self.locks)
        return tuple(sorted((k for k in self.locks if k.level == top), key=lambda k: (k.since, k.flag)))

    def item(self, exercise: str) -> Item | None:
        """The plan's item of an exercise; None when it is not in the plan or has left it for some days."""
        return next((i for i in self.items if i.exercise == exercise and not is_out(i, self.day)), None)

    def pause(self, day: date) -> Pause | None:
        """The pause a day lies in."""
        return pause(self.pauses, day)


def level(locks: tuple[Lock, ...], answered: bool) -> Level:
    """The worst that stands on a day, an unanswered red-flag card included."""
    if not locks:
        return "none" if answered else "unanswered"
    standing = worst(lock.level for lock in locks)
    return standing if answered else worst((standing, "unanswered"))


def pause(pauses: tuple[Pause, ...], day: date) -> Pause | None:
    """The pause a day lies in; the last told."""
    return next((p for p in reversed(pauses) if p.first <= day <= p.last), None)


def is_out(item: Item, day: date) -> bool:
    """Whether an item has left the plan for some days."""
    return item.out_until is not None and day < item.out_until


def harder_lock(first: Lock, second: Lock) -> Lock:
    """The worse of two locks of one flag; the older of equals."""
    return second if LEVELS.index(second.level) > LEVELS.index(first.level) else first
