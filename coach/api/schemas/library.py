"""Content on the wire."""

from collections.abc import Mapping

from marshmallow import fields

from coach.api.schemas.fields import Tolerant
from coach.api.schemas.values import Value
from programs import catalog, triage


class ExerciseAnswer(Tolerant):
    id = fields.String(required=True)
    name = fields.String(required=True)
    cues = fields.List(fields.String(), required=True)
    category = fields.String(required=True)
    direction = fields.String(required=True)
    level = fields.Integer(required=True)
    position = fields.String(required=True)
    per_side = fields.Boolean(required=True)
    dose = Value(catalog.DoseRange, required=True)
    tempo = fields.String(required=True)
    chain = fields.List(fields.String(), required=True, metadata={"description": "easiest first"})
    equipment = fields.List(fields.String(), required=True)
    contraindications = Value(
        Mapping[catalog.Condition, catalog.Grade],
        required=True,
        metadata={"description": "by condition: H never, S only if a clinician allows it, C with care"},
    )
    evidence = fields.String(required=True)


class ExerciseList(Tolerant):
    exercises = fields.List(fields.Nested(ExerciseAnswer), required=True)


class ProgramAnswer(Tolerant):
    id = fields.String(required=True)
    name = fields.String(required=True)
    summary = fields.String(required=True)
    entry = fields.String(required=True)
    exit = fields.String(required=True)
    weeks = fields.Integer(required=True)
    sessions_week = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    level_cap = fields.Integer(required=True)
    blocks = fields.List(Value(catalog.Block), required=True)


class ProgramList(Tolerant):
    programs = fields.List(fields.Nested(ProgramAnswer), required=True)


class SafetyCard(Tolerant):
    card = Value(triage.Card, required=True)
    emergency_numbers = Value(
        Mapping[str, tuple[str, ...]],
        required=True,
        metadata={"description": "by country (ISO 3166 alpha-2), the one to call first"},
    )
    any_country = Value(tuple[str, ...], required=True, metadata={"description": "where the country is not known"})
