"""Content on the wire."""

from marshmallow import Schema, fields


class ExerciseAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    cues = fields.List(fields.String(), required=True)
    category = fields.String(required=True)
    direction = fields.String(required=True)
    level = fields.Integer(required=True)
    position = fields.String(required=True)
    per_side = fields.Boolean(required=True)
    dose = fields.Dict(required=True)
    tempo = fields.String(required=True)
    chain = fields.List(fields.String(), required=True, metadata={"description": "easiest first"})
    equipment = fields.List(fields.String(), required=True)
    contraindications = fields.Dict(required=True, metadata={"description": "condition: H, S or C"})
    evidence = fields.String(required=True)


class ExerciseList(Schema):
    exercises = fields.List(fields.Nested(ExerciseAnswer), required=True)


class ProgramAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    summary = fields.String(required=True)
    entry = fields.String(required=True)
    exit = fields.String(required=True)
    weeks = fields.Integer(required=True)
    sessions_week = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    level_cap = fields.Integer(required=True)
    blocks = fields.List(fields.Dict(), required=True)


class ProgramList(Schema):
    programs = fields.List(fields.Nested(ProgramAnswer), required=True)


class SafetyCard(Schema):
    card = fields.Dict(required=True)
    emergency_numbers = fields.Dict(required=True)
    any_country = fields.List(fields.String(), required=True)
