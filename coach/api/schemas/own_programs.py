"""A clinic's own programmes on the wire."""

from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, text, whole
from coach.api.schemas.values import Value
from programs.catalog import Program


class CopyOf(Strict):
    copy_of = text(12, required=True, metadata={"description": "T05, or one of your own"})
    title = text(80, 3, required=True)
    summary = text(300, 3, required=True, metadata={"description": "what the patient reads of it"})


class Phase(Strict):
    first_week = whole(1, 60, required=True)
    last_week = whole(1, 60, required=True)
    exercises = fields.List(text(40), required=True, validate=validate.Length(1, 20))
    note = text(200, 0, load_default="")


class OwnProgramChange(Strict):
    """What is left out stays."""

    title = text(80, 3)
    summary = text(300, 3)
    weeks = whole(1, 60)
    sessions_week = whole(1, 7)
    minutes = whole(5, 60)
    level_cap = whole(1, 5)
    blocks = fields.List(fields.Nested(Phase), validate=validate.Length(1, 10))


class OwnProgramAnswer(Tolerant):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    copied_from = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    program = Value(Program, required=True)


class OwnPrograms(Tolerant):
    programs = fields.List(fields.Nested(OwnProgramAnswer), required=True)
