"""Plans, decisions and routines on the wire. The routine goes out as stored bytes; its schema is for the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

from coach.api.schemas.fields import Strict, Tolerant, YesNo, counted, text
from coach.api.schemas.values import Value
from coach.services.escalation import Told
from coach.services.problems import invalid
from programs import catalog, routine, triage
from programs.course import OverrideRow, Pause, Verdict
from programs.plan import Dose


class Page(Strict):
    limit = counted(1, 100, load_default=50)
    before = counted(1, 2**31 - 1, metadata={"description": "`next` of the page before"})


class DayRange(Strict):
    first = fields.Date(data_key="from", metadata={"description": "today when left out"})
    days = counted(1, 7, load_default=7)

    @ma.validates("first")
    def in_sight(self, value: date, **_kwargs: object) -> None:
        if not 2000 <= value.year <= 2200:
            raise ma.ValidationError("Not a sensible year.")


def day(text: str) -> date:
    """A date in an address. Raises Problem 422 naming it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid("day", "Must be a date such as 2026-03-02.") from error


@dataclass(frozen=True)
class LockCard(triage.Advice):
    """What a locked person must be shown at once, with the flags that stand at this level."""

    locks: tuple[triage.Lock, ...]


@dataclass(frozen=True)
class DayGate(triage.Gate):
    """The day's red-flag card with all a phone without a network needs to open or close itself."""

    answered: bool
    also: tuple[catalog.When, ...]  # W, M: holds the weekly or monthly questions too


def lock_cards() -> fields.List[Any]:
    description = "what to show at once when locked, worst first"
    return fields.List(Value(LockCard), required=True, metadata={"description": description})


class PlanItem(Tolerant):
    exercise = fields.String(required=True)
    name = fields.String(required=True)
    sets = fields.Integer(required=True)
    amount = fields.Integer(required=True, metadata={"description": "of the unit, for each set"})
    unit = fields.String(required=True, metadata={"description": "reps, seconds or minutes"})
    level = fields.Integer(required=True)
    why = fields.String(required=True)
    rule = fields.String(required=True)
    resting = fields.Boolean(required=True, metadata={"description": "out of the plan for some days"})
    alternative = fields.String(
        allow_none=True, metadata={"description": "offered after weeks at the top dose; a swap takes it up"}
    )


class NotThis(Tolerant):
    program = fields.String(required=True)
    inputs = fields.Dict(required=True, metadata={"description": "the facts that speak against it"})


class Chosen(Tolerant):
    """The programme and why it is this one."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    summary = fields.String(required=True)
    because = fields.String(required=True)
    chosen_by = fields.String(required=True, metadata={"description": "rules or clinician"})
    inputs = fields.Dict(required=True, metadata={"description": "the facts that it fits"})
    not_these = fields.List(fields.Nested(NotThis), required=True)


class NotChosen(Tolerant):
    exercise = fields.String(required=True)
    why = fields.String(required=True)
    rule = fields.String(required=True)


@dataclass(frozen=True)
class PauseNow(Pause):
    """From its first to its last day, and what is wanted meanwhile."""


@dataclass(frozen=True)
class VerdictAnswer(Verdict):
    """`text` says in words which rule refused."""

    text: str | None = None


class Swap(Strict):
    """An exercise to have replaced by another of the same purpose, or wanted back."""

    exercise = text(40, required=True)
    back = YesNo(load_default=False)


class Change(Tolerant):
    about = fields.String(required=True, metadata={"description": "answer with it"})
    kind = fields.String(
        required=True, metadata={"description": "raise, level_up, exercise, block, program, steps, walk"}
    )
    name = fields.String(required=True)
    now = fields.String(required=True, allow_none=True)
    then = fields.String(required=True, allow_none=True)
    dose = Value(Dose | None, required=True, metadata={"description": "the most that edit may give"})
    since = fields.Date(required=True)
    until = fields.Date(required=True, metadata={"description": "last day to answer; then it lapses"})


class PlanAnswer(Tolerant):
    """Everything with its reason."""

    revision = fields.Integer(required=True, metadata={"description": "grows with every change"})
    day = Value(date | None, required=True, metadata={"description": "last day judged"})
    lock = fields.String(required=True, metadata={"description": "worst standing level; none or SOON serve exercises"})
    cards = lock_cards()
    program = fields.Nested(Chosen, required=True, allow_none=True)
    mode = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(PlanItem), required=True)
    not_chosen = fields.List(fields.Nested(NotChosen), required=True)
    overrides = Value(
        tuple[OverrideRow, ...], required=True, metadata={"description": "a clinician's exceptions in force"}
    )
    pause = Value(PauseNow | None, required=True, metadata={"description": "the one today lies in"})
    care = fields.String(required=True, metadata={"description": "active, self_care or closed"})
    verdicts = fields.List(
        Value(VerdictAnswer), required=True, metadata={"description": "today's overrides: accepted or why not"}
    )
    waiting = fields.List(
        fields.Nested(Change), required=True, metadata={"description": "changes that a clinician has to approve"}
    )
    safety_card = Value(triage.Card, required=True)


class DecisionAnswer(Tolerant):
    id = fields.Integer(required=True)
    day = Value(date, required=True)
    rule = fields.String(required=True)
    exercise = fields.String(required=True, allow_none=True)
    change = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    inputs = fields.Dict(required=True, metadata={"description": "what the rule read"})
    cause = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)
    sources = fields.List(fields.String(), required=True, metadata={"description": "what the rule rests on"})
    superseded = fields.Boolean(required=True, metadata={"description": "a later report changed this day"})


class DecisionList(Tolerant):
    decisions = fields.List(fields.Nested(DecisionAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


class EntryAnswer(Tolerant):
    id = fields.UUID(required=True)
    local_day = fields.Date(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    body = fields.Dict(required=True, metadata={"description": "as it was sent, with the defaults filled in"})
    author = fields.String(required=True, metadata={"description": "patient, clinician or system"})


class EntryList(Tolerant):
    entries = fields.List(fields.Nested(EntryAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


class RoutineDay(Tolerant):
    """One day. Without a plan there is no more than what is marked as required."""

    day = Value(date, required=True)
    status = Value(routine.Status, required=True, metadata={"description": "unanswered: the gate comes first"})
    revision = fields.Integer(required=True)
    provisional = fields.Boolean(required=True, metadata={"description": "a day ahead; reports may still change it"})
    valid_until = Value(date, required=True)
    variants = Value(
        Mapping[str, tuple[routine.Step, ...]],
        required=True,
        metadata={"description": "full, short, calm, neutral; empty behind a lock"},
    )
    minutes = Value(Mapping[str, float], metadata={"description": "how long each variant takes"})
    level = fields.String(metadata={"description": "worst standing level"})
    lock = Value(triage.Advice | None)
    locks = Value(tuple[triage.Lock, ...])
    mode = fields.String()
    program = fields.String(allow_none=True)
    program_name = fields.String(allow_none=True)
    cards = Value(tuple[triage.Card, ...], metadata={"description": "what the rules want said today"})
    goals = Value(routine.Goals)


class RoutineAnswer(RoutineDay):
    """A day with its gate."""

    gate = Value(DayGate, required=True)
    told = Value(Told | None, required=True)
    lock_cards = lock_cards()


class RoutineWeek(Tolerant):
    routines = fields.List(fields.Nested(RoutineAnswer), required=True)
