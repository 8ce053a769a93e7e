"""What health stores hand over, on the wire."""

from typing import Any, get_args

import marshmallow as ma
from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, number, word
from coach.models.measured import SOURCES
from coach.services.measurements import MOST
from programs.logged import Activity

RANGES = {"steps": (0, 200_000), "weight": (20, 400), "workout": (1, 1440)}


class SampleRequest(Strict):
    """Steps of a local day, kilograms, or minutes of an activity."""

    type = word(*RANGES, required=True)
    source = word(*SOURCES, required=True, metadata={"description": "of a day's steps the first of these counts"})
    local_day = fields.Date(required=True)
    value = number(0, 200_000, required=True, metadata={"description": "steps of the day, kg, or minutes"})
    start = fields.AwareDateTime(metadata={"description": "when it was measured or begun; a workout needs it"})
    activity = word(*get_args(Activity), metadata={"description": "of a workout"})

    @ma.validates_schema
    def fits(self, data: dict[str, Any], **_kwargs: Any) -> None:
        low, high = RANGES[data["type"]]
        if not low <= data["value"] <= high:
            raise ma.ValidationError(f"Must be from {low} to {high}.", "value")
        if data["type"] == "workout" and "start" not in data:
            raise ma.ValidationError("A workout needs it.", "start")
        if data["type"] != "workout" and "activity" in data:
            raise ma.ValidationError("Only a workout has it.", "activity")


class Samples(Strict):
    samples = fields.List(fields.Nested(SampleRequest), required=True, validate=validate.Length(1, MOST))


class SampleResult(Tolerant):
    status = fields.String(required=True, metadata={"description": "stored, same (told already), or invalid"})
    errors = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SamplesAnswer(Tolerant):
    results = fields.List(fields.Nested(SampleResult), required=True, metadata={"description": "in the same order"})
