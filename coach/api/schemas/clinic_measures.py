"""Recall, freeze and reports of harm on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from coach.api.schemas.fields import Strict, Tolerant, YesNo, text, word
from coach.models.measures import KINDS
from coach.services import adverse, measures

MADE_BY_CLIENT = {"description": "made by the client; the same id twice is the same report"}


class NewMeasure(Strict):
    """recall names an exercise, freeze stops all raises."""

    kind = word(*KINDS, required=True)
    exercise = text(40)
    reason = text(measures.LONGEST, 3, required=True)

    @ma.validates_schema
    def exercise_of_recall(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("exercise" in data) != (data.get("kind") == "recall"):
            raise ma.ValidationError("A recall names one, a freeze does not.", "exercise")


class MeasureAnswer(Tolerant):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    exercise = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    everyone = fields.Boolean(required=True, metadata={"description": "of the whole service: a clinic cannot end it"})


class MeasureList(Tolerant):
    measures = fields.List(fields.Nested(MeasureAnswer), required=True)


class NewAdverseEvent(Strict):
    id = fields.UUID(required=True, metadata=MADE_BY_CLIENT)
    exercise = text(40, load_default=None, allow_none=True)
    serious = YesNo(required=True, metadata={"description": "needed a doctor, a hospital, or may last"})
    text = text(adverse.LONGEST, 3, required=True)


class AdverseEventAnswer(Tolerant):
    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    text = fields.String(required=True)
    serious = fields.Boolean(required=True)
    exercise = fields.String(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)


class AdverseEventList(Tolerant):
    reports = fields.List(fields.Nested(AdverseEventAnswer), required=True)
