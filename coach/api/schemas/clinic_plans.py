"""Acting on plans, on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from coach.api.schemas.clinic import Override
from coach.api.schemas.fields import Strict, Tolerant, YesNo, text, word
from coach.api.schemas.plans import PlanAnswer
from coach.services.assigning import MOST

PAUSE_FARTHEST = 365  # days


class _Assigned(Strict):
    program = text(12)
    exercises = fields.List(text(40), validate=validate.Length(1, 20))
    locale = text(35, load_default="en", metadata={"description": "BCP 47: of what is said in words"})


class PreviewRequest(_Assigned):
    """One act: a programme, exercises on top, or an exception."""

    override = fields.Nested(Override)

    @ma.validates_schema
    def one_act(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len({"program", "exercises", "override"} & data.keys()) != 1:
            raise ma.ValidationError("Give one of program, exercises and override.")


class ManyAssigned(_Assigned):
    """A programme, or exercises on top, for many patients."""

    patients = fields.List(fields.UUID(), required=True, validate=validate.Length(1, MOST))
    preview = YesNo(load_default=False, metadata={"description": "true stores nothing"})

    @ma.validates_schema
    def one_of_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("program" in data) == ("exercises" in data):
            raise ma.ValidationError("Give a program or exercises, not both.")


class OfValue(Strict):
    value = text(60, load_default=None, metadata={"description": "only the exception with this value"})


class ClinicPause(Strict):
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    cause = word("away", "ill", "busy", required=True)
    wanted = word("off", "short", "walk", load_default="off", metadata={"description": "what is served meanwhile"})

    @ma.validates_schema
    def in_sight(self, data: dict[str, Any], **_kwargs: Any) -> None:
        for name in ("first", "last"):
            if not 2000 <= data[name].year <= 2200:
                raise ma.ValidationError("Not a sensible year.", name)


class LockNow(Strict):
    level = word("SOON_HOLD", "URGENT", "EMERGENCY", load_default="URGENT")
    reason = text(500, 3, required=True, metadata={"description": "kept in the record"})


class StepAnswer(Tolerant):
    exercise = fields.String(required=True)
    name = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class DifferenceAnswer(Tolerant):
    """What enters a plan, leaves it, or gets another dose."""

    program_before = fields.String(required=True, allow_none=True)
    program_after = fields.String(required=True, allow_none=True)
    enters = fields.List(fields.Nested(StepAnswer), required=True)
    leaves = fields.List(fields.Nested(StepAnswer), required=True)
    changes = fields.List(fields.Nested(StepAnswer), required=True)


class Preview(Tolerant):
    plan = fields.Nested(PlanAnswer, required=True)
    difference = fields.Nested(DifferenceAnswer, required=True)


class OutcomeAnswer(Tolerant):
    patient_id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "assigned or left_out"})
    reason = fields.String(required=True, allow_none=True, metadata={"description": "why left out, a word"})
    text = fields.String(required=True, allow_none=True, metadata={"description": "why left out, a sentence"})
    difference = fields.Nested(DifferenceAnswer, required=True, allow_none=True)


class Outcomes(Tolerant):
    outcomes = fields.List(fields.Nested(OutcomeAnswer), required=True)
