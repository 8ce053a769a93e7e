"""Approvals on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from coach.api.schemas.clinic import Language
from coach.api.schemas.fields import Strict, Tolerant, text, whole, word
from coach.api.schemas.plans import Change

__all__ = ["Answer", "Language", "Queue"]


class OwnDose(Strict):
    sets = whole(1, 5, required=True)
    amount = whole(1, 60, required=True, metadata={"description": "of the exercise's unit, for each set"})


class Answer(Strict):
    """approve takes it as it is, edit takes the dose given (no more than what waits), reject needs a reason."""

    about = text(40, required=True, metadata={"description": "`about` of the change"})
    decision = word("approve", "edit", "reject", required=True)
    dose = fields.Nested(OwnDose)
    reason = text(500, 3)

    @ma.validates_schema
    def fits(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("dose" in data) != (data.get("decision") == "edit"):
            raise ma.ValidationError("Give a dose to edit, and only then.", "dose")
        if data.get("decision") == "reject" and "reason" not in data:
            raise ma.ValidationError("Say why.", "reason")


class PatientChanges(Tolerant):
    patient_id = fields.UUID(required=True)
    patient = fields.String(required=True, metadata={"description": "their name"})
    revision = fields.Integer(required=True)
    changes = fields.List(fields.Nested(Change), required=True)


class Queue(Tolerant):
    patients = fields.List(fields.Nested(PatientChanges), required=True)
