"""Content on the wire."""

from collections.abc import Mapping

from marshmallow import fields

from coach.api.schemas.fields import Strict, Tolerant, text
from coach.api.schemas.values import Value
from programs import catalog, education, figure, triage


class Asked(Strict):
    """Any tag is answered: content that has no such language comes in its nearest, else in English."""

    locale = text(
        35,
        load_default="en",
        metadata={"description": "BCP 47, such as zh-Hans; Content-Language says which language came"},
    )


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


DRAWING = {"type": "string", "description": "SVG that needs nothing else: no script, no font, no other file"}


class FigureAnswer(Tolerant):
    """How an exercise is drawn. Points are on a sheet of width times height, y down; angles in degrees."""

    view = fields.String(required=True)
    width = fields.Float(required=True)
    height = fields.Float(required=True)
    seconds = fields.Float(required=True, metadata={"description": "one round of the movement"})
    still = fields.Integer(required=True, metadata={"description": "the pose that tells most, from 1"})
    moments = Value(tuple[figure.Moment, ...], required=True, metadata={"description": "when each pose is reached"})
    poses = Value(tuple[figure.KeyPose, ...], required=True)
    props = fields.List(fields.String(), required=True, metadata={"description": "things in the drawing"})


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


class Sourced(Tolerant):
    sources = fields.List(Value(education.Source), required=True)


class LessonAnswer(Sourced):
    """A short text with one question."""

    id = fields.String(required=True)
    theme = fields.String(required=True)
    theme_name = fields.String(required=True)
    order = fields.Integer(required=True, metadata={"description": "lower ones come sooner"})
    minutes = fields.Integer(required=True)
    title = fields.String(required=True)
    body = fields.List(fields.String(), required=True, metadata={"description": "paragraphs"})
    question = fields.String(required=True)
    answers = fields.List(fields.String(), required=True)
    right = fields.Integer(required=True, metadata={"description": "which answer is right, from 1"})
    because = fields.String(required=True)
    audience = fields.List(fields.String(), required=True, metadata={"description": "for whom one of these fits"})
    except_for = fields.List(fields.String(), required=True, metadata={"description": "conditions"})


class LessonList(Tolerant):
    lessons = fields.List(fields.Nested(LessonAnswer), required=True)


class ModuleAnswer(Sourced):
    """Advice beside the exercises."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    do = fields.List(fields.String(), required=True)
    why = fields.String(required=True)
    when_not = fields.String(required=True)
    careful = fields.String(required=True, metadata={"description": "for the conditions in careful_for, else for all"})
    clinician = fields.String(required=True)
    not_for = fields.List(fields.String(), required=True, metadata={"description": "conditions"})
    careful_for = fields.List(fields.String(), required=True, metadata={"description": "conditions"})
    exercises = fields.List(fields.String(), required=True)
    lessons = fields.List(fields.String(), required=True)
    rules = fields.List(fields.String(), required=True)


class TherapyAnswer(Sourced):
    """A treatment people log, and what guidelines say of its routine use."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    note = fields.String(required=True)
    stance = fields.String(required=True)
    track_leg = fields.Boolean(required=True)
    ask_first = fields.List(fields.String(), required=True, metadata={"description": "conditions"})


class VisitKindAnswer(Tolerant):
    id = fields.String(required=True)
    name = fields.String(required=True)
    mode = fields.String(required=True)
    paths = fields.List(fields.String(), required=True)


class VisitCalendar(Tolerant):
    days = Value(Mapping[str, tuple[int, ...]], required=True, metadata={"description": "by path, from the start"})
    kinds = fields.List(fields.Nested(VisitKindAnswer), required=True)


class ModuleList(Tolerant):
    modules = fields.List(fields.Nested(ModuleAnswer), required=True)
    therapies = fields.List(fields.Nested(TherapyAnswer), required=True)
    visits = fields.Nested(VisitCalendar, required=True)


class QuestionnaireItem(Tolerant):
    """One item: whole numbers from low to high, or one of choices; labels of both ends, or of every step."""

    id = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    low = fields.Integer(required=True, allow_none=True)
    high = fields.Integer(required=True, allow_none=True)
    choices = fields.List(fields.String(), required=True)
    labels = fields.List(fields.String(), required=True)


class QuestionnaireAnswer(Sourced):
    """A questionnaire; of a licensed one only its form, without words."""

    id = fields.String(required=True)
    words = fields.String(required=True, metadata={"description": "shipped or licensed"})
    licence = fields.String(required=True)
    title = fields.String()
    instructions = fields.String()
    reported = fields.Boolean(
        required=True, metadata={"description": "whether an entry of kind questionnaire takes it today"}
    )
    items = fields.List(fields.Nested(QuestionnaireItem), required=True)
    optional = fields.List(fields.String(), required=True, metadata={"description": "items that may be left out"})
    only_for = fields.List(fields.String(), required=True, metadata={"description": "conditions"})
    weeks = fields.List(fields.Integer(), required=True, metadata={"description": "when it is asked, from the start"})
    every = fields.String(required=True, allow_none=True)
    score = fields.String(required=True)
    better = fields.String(required=True, allow_none=True, metadata={"description": "which end is the good one"})


class QuestionnaireList(Tolerant):
    questionnaires = fields.List(fields.Nested(QuestionnaireAnswer), required=True)
