"""The lines of a patient's append-only log, as the fold reads them: one frozen body for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal, cast

from programs import canonical
from programs.canonical import Within
from programs.catalog import FlagLevel, OwnProgram
from programs.entries import (
    CORRECTED,
    Absence,
    Answers,
    Away,
    Belt,
    Checkin,
    Correction,
    DirectionTest,
    ExerciseId,
    Flag,
    Flags,
    Flare,
    Leg,
    Morning,
    Motor,
    Performed,
    Questionnaire,
    Session,
    Steps,
    Variant,
    Weight,
)
from programs.logged import KINDS as LOGGED
from programs.logged import Logged
from programs.patient import Changes, Patient
from programs.plan import Dose, Plan, Referral
from programs.triage import Lock

__all__ = [  # entries are events too, and called so outside
    "BODIES", "Absence", "Approval", "Assigned", "Away", "Belt", "Body", "Checkin", "Closed", "Condition",
    "Correction", "DirectionTest", "Event", "Flare", "Held", "Intake", "Leg", "Locked", "Measured", "Morning", "Motor",
    "Override", "Performed", "Questionnaire", "Rebased", "Release", "Resumed", "Session", "Settled", "Steps", "Weight",
    "Withdrawn", "body_from_json", "check", "corrected",
]  # fmt: skip

Author = Literal["patient", "clinician", "system"]
Text = Annotated[str, Within(0, 500)]
OverrideField = Literal[
    "peak_accepted", "sessions_week", "minutes", "level_cap", "steps_raise_pct", "include", "direction",
    "review_delay_days", "disable_rule", "recheck_every_days", "remove_flag", "progression", "exclude", "dose",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intake:
    """Who the person is, and the onboarding red-flag screen. The first event of every log."""

    patient: Patient
    red_flags: Answers = field(default_factory=dict)
    severe: Flags = frozenset()


@dataclass(frozen=True, slots=True)
class Assigned:
    """A physiotherapist's choice: a programme, which starts its first week, or exercises on top.

    `own`: the programme itself, where it is a clinic's own.
    """

    program: Annotated[str, Within(1, 12)] | None = None
    exercises: Annotated[tuple[ExerciseId, ...], Within(0, 20)] = ()
    own: OwnProgram | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Facts that have changed, as of that day."""

    changes: Changes


@dataclass(frozen=True, slots=True)
class Override:
    """A clinician's bounded exception; `until` is the last day it holds."""

    field: OverrideField
    value: int | str
    reason: Text | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Ends exceptions of a field before their time: those of one value, or all."""

    field: OverrideField
    value: int | str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Ends one red flag; only a clinician's counts."""

    flag: Flag


@dataclass(frozen=True, slots=True)
class Locked:
    """A clinician closes the exercises."""

    flag: Flag = "CLINICIAN"
    level: FlagLevel = "URGENT"
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A clinician's yes or no to a change that waits, where each has to be approved.

    `dose`: a smaller raise than the one that waits.
    """

    exercise: ExerciseId
    approved: bool
    dose: Dose | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person is back: what is left of pauses told before is called off."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A clinic or the whole service takes an exercise from everyone, or stops all raises; or ends that again."""

    name: Annotated[str, Within(1, 64)]
    kind: Literal["recall", "freeze"]
    exercise: ExerciseId | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The care episode ends: the person goes on by themselves, or only reads. A new intake opens the next one."""

    care: Literal["self_care", "closed"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A referral has been seen to: the same rule may raise it again.

    `refer`: the answer that an E6 call must end with, whether the person goes to a spine specialist (E2).
    """

    kind: Annotated[str, Within(1, 20)]
    rule: Annotated[str, Within(1, 12)]
    refer: bool | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Written by the service after a late report: doses may not rise over what was served, nothing is taken back.

    `served`: for each variant the exercises to which the rest of the day is kept; a variant not named is free.
    `directions`: directions of bending that stay closed, with their first free day (C2).
    """

    items: Annotated[Mapping[ExerciseId, Dose], Within(0, 60)] = field(default_factory=dict)
    locks: Annotated[tuple[Lock, ...], Within(0, 60)] = ()
    referrals: Annotated[tuple[Referral, ...], Within(0, 60)] = ()
    served: Annotated[Mapping[Variant, Annotated[frozenset[ExerciseId], Within(0, 60)]], Within(0, 4)] = field(
        default_factory=dict
    )
    directions: Annotated[Mapping[str, date], Within(0, 4)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rebased:
    """The plan as this day opened; folding starts again from it. Written at upgrades of rules or content."""

    plan: Plan
    rules_version: str = ""
    content_hash: str = ""


Body = (
    Intake | Assigned | Checkin | Morning | Session | Flare | Motor | DirectionTest | Steps | Weight | Questionnaire
    | Condition | Override | Withdrawn | Release | Locked | Belt | Absence | Away | Resumed | Approval | Settled
    | Measured | Closed | Correction | Held | Rebased | Logged
)  # fmt: skip

BODIES: Mapping[str, type] = {
    "intake": Intake, "assigned": Assigned, "checkin": Checkin, "morning": Morning, "session": Session,
    "flare": Flare, "motor": Motor, "direction_test": DirectionTest, "steps": Steps, "weight": Weight,
    "questionnaire": Questionnaire, "condition": Condition, "override": Override, "release": Release,
    "locked": Locked, "belt": Belt, "absence": Absence, "away": Away, "approval": Approval, "settled": Settled,
    "correction": Correction, "held": Held, "rebased": Rebased, "withdrawn": Withdrawn, "resumed": Resumed,
    "measured": Measured, "closed": Closed, **LOGGED,
}  # fmt: skip
# What only a clinician or the service may say, whoever signs in as a patient.
NOT_BY_PATIENTS = frozenset(
    {"assigned", "override", "withdrawn", "locked", "approval", "settled", "measured", "closed", "held", "rebased"}
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line: `day` is the person's local day it belongs to, `at` the instant in UTC."""

    id: str
    day: date
    at: datetime
    kind: str
    author: Author
    body: Body


def body_from_json(kind: str, data: object) -> Body:
    """The body of a kind. Raises ValueError for an unknown kind, or naming the field that does not fit."""
    type_ = BODIES.get(kind)
    if type_ is None:
        raise ValueError(f"kind: {kind!r} is no kind of event")
    return cast(Body, canonical.from_json(type_, data))


def corrected(replaces: str, kind: str, data: object) -> Correction:
    """A correction from the replaced entry's kind and the new body. Raises ValueError naming the field."""
    if kind not in CORRECTED:
        raise ValueError(f"kind: a {kind!r} cannot be corrected")
    return Correction(replaces, **{kind: body_from_json(kind, data)})  # type: ignore[arg-type]


def check(event: Event) -> None:
    """Raises ValueError for an event no log can hold: an unknown kind, another kind's body, an instant without zone."""
    type_ = BODIES.get(event.kind)
    if type_ is None:
        raise ValueError(f"event {event.id}: {event.kind!r} is no kind of event")
    if type(event.body) is not type_:
        raise ValueError(f"event {event.id}: a {type(event.body).__name__} is no body of {event.kind!r}")
    if event.at.tzinfo is None:
        raise ValueError(f"event {event.id}: at needs a time zone")
    if event.author == "patient" and event.kind in NOT_BY_PATIENTS:
        raise ValueError(f"event {event.id}: a patient cannot write {event.kind!r}")
