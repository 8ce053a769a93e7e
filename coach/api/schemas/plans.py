"""Plans, decisions and routines on the wire. The routine goes out as stored bytes; its schema is for the document."""

from datetime import date

import marshmallow as ma
from marshmallow import Schema, fields

from coach.api.schemas.fields import Strict, counted
from coach.services.problems import invalid


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


class PlanItem(Schema):
    exercise = fields.String(required=True)
    name = fields.String(required=True)
    sets = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    unit = fields.String(required=True)
    level = fields.Integer(required=True)
    why = fields.String(required=True)
    rule = fields.String(required=True)
    resting = fields.Boolean(required=True, metadata={"description": "out of the plan for some days"})


class PlanAnswer(Schema):
    """Everything with its reason."""

    revision = fields.Integer(required=True)
    day = fields.String(required=True, allow_none=True)
    lock = fields.String(required=True)
    cards = fields.List(fields.Dict(), required=True, metadata={"description": "what to show at once when locked"})
    program = fields.Dict(required=True, allow_none=True)
    mode = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(PlanItem), required=True)
    not_chosen = fields.List(fields.Dict(), required=True)
    verdicts = fields.List(
        fields.Dict(), required=True, metadata={"description": "today's overrides: accepted or why not"}
    )
    safety_card = fields.Dict(required=True)


class DecisionAnswer(Schema):
    id = fields.Integer(required=True)
    day = fields.String(required=True)
    rule = fields.String(required=True)
    exercise = fields.String(required=True, allow_none=True)
    change = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    inputs = fields.Dict(required=True)
    cause = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)
    superseded = fields.Boolean(required=True)


class DecisionList(Schema):
    decisions = fields.List(fields.Nested(DecisionAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


class EntryAnswer(Schema):
    id = fields.UUID(required=True)
    local_day = fields.Date(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    body = fields.Dict(required=True)
    author = fields.String(required=True)


class EntryList(Schema):
    entries = fields.List(fields.Nested(EntryAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


class RoutineAnswer(Schema):
    """One day. Clients tolerate fields they do not know."""

    day = fields.String(required=True)
    status = fields.String(
        required=True,
        metadata={"description": "open, unanswered (the gate comes first), rest, locked, no_plan or paused"},
    )
    revision = fields.Integer(required=True)
    provisional = fields.Boolean(required=True)
    valid_until = fields.String(required=True)
    gate = fields.Dict(required=True, metadata={"description": "the day's red-flag card; opens the exercises"})
    told = fields.Dict(required=True, allow_none=True, metadata={"description": "who hears of a lock, and seen_at"})
    variants = fields.Dict(metadata={"description": "full, short, calm, neutral: lists of exercises"})


class RoutineWeek(Schema):
    routines = fields.List(fields.Nested(RoutineAnswer), required=True)
