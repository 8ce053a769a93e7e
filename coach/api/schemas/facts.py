"""Facts about a person on the wire: the intake, and what changes later. Durations come as days, dates as dates."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, YesNo, number, plain, text, whole, word
from coach.api.schemas.values import Value
from coach.services.problems import Problem
from programs import asking, canonical
from programs.catalog import Catalog
from programs.patient import Changes, Patient
from programs.triage import Answer, Question

DIAGNOSES = ("RAD", "STEN", "SPLI", "OSTP", "BAL", "HTN")
EQUIPMENT = (
    "mat", "pillow", "chair", "wall", "band", "stick", "weight", "barbell", "bench", "strap", "step", "box",
    "bed", "bike", "pool",
)  # fmt: skip

POSITIONS = ("supine", "prone", "side", "four_point", "kneeling", "sitting", "standing", "bench", "pool")


class BirthFact(Strict):
    day = fields.Date(required=True)
    mode = word("vaginal", "caesarean", required=True)


class SurgeryFact(Strict):
    day = fields.Date(required=True)
    cleared = YesNo(required=True, metadata={"description": "the surgeon allows more than the first steps"})


class Facts(Strict):
    """What may be told about a person; each fact is optional here."""

    age = whole(0, 120)
    height_cm = number(100, 250)
    weight_kg = number(20, 400, allow_none=True)
    back_average = whole(0, 10, metadata={"description": "back pain of the last week, 0-10"})
    back_worst = whole(0, 10, metadata={"description": "the worst of it, last week"})
    leg = whole(0, 10, metadata={"description": "the worse leg, last week"})
    location = whole(0, 4, metadata={"description": "furthest point: 0 back, 1 buttock, 2 thigh, 3 calf, 4 foot"})
    episode_day = fields.Date(metadata={"description": "when this episode began"})
    diagnoses = fields.List(word(*DIAGNOSES), validate=validate.Length(max=6))
    pregnancy_day = fields.Date(allow_none=True, metadata={"description": "first day of week 0"})
    birth = fields.Nested(BirthFact, allow_none=True)
    surgery = fields.Nested(SurgeryFact, allow_none=True)
    cancer_ever = YesNo(metadata={"description": "any cancer, ever"})
    equipment = fields.List(
        word(*EQUIPMENT),
        validate=validate.Length(max=30),
        metadata={"description": "what is at hand; in the intake a mat, a chair and a wall where not told"},
    )
    minutes = whole(5, 120, metadata={"description": "minutes a session"})
    avoids = fields.List(word(*POSITIONS), validate=validate.Length(max=9), metadata={"description": "positions"})
    provoked_minutes = whole(0, 1440, metadata={"description": "how long leg pain lasts once provoked"})
    sleep_lost_nights = whole(0, 7, metadata={"description": "nights a week lost to leg pain"})
    eased_by_sitting = YesNo(metadata={"description": "leg symptoms on standing that sitting eases"})
    slip_grade = whole(1, 5, metadata={"description": "of a spondylolisthesis"})
    systolic = whole(40, 300, metadata={"description": "mmHg"})
    diastolic = whole(40, 300, metadata={"description": "mmHg"})
    eating_disorder = YesNo()
    lifting_goal = YesNo()
    sit_h = number(0, 24, metadata={"description": "hours sitting on a working day"})
    stand_h = number(0, 24)
    bend_h = number(0, 24)
    weight_consent = YesNo(metadata={"description": "weight may be talked about"})
    weight_scheme = word("who", "asian", "wpro", "china", "japan")
    weight_goal = word("none", "lose", "maintain")


def _fact(name: str, **change: Any) -> Any:
    """The same fact where it is required, or has a default."""
    fact = copy(Facts._declared_fields[name])
    for attribute, value in change.items():
        setattr(fact, attribute, value)
    return fact


class IntakeRequest(Facts):
    """The onboarding: facts, and the whole red-flag screen of GET /v1/me/intake, every question answered."""

    age = _fact("age", required=True)
    height_cm = _fact("height_cm", required=True)
    back_average = _fact("back_average", required=True)
    back_worst = _fact("back_worst", required=True)
    leg = _fact("leg", required=True)
    location = _fact("location", required=True)
    episode_day = _fact("episode_day", required=True)
    weight_kg = _fact("weight_kg", load_default=None)
    diagnoses = _fact("diagnoses", load_default=list)
    pregnancy_day = _fact("pregnancy_day", load_default=None)
    birth = _fact("birth", load_default=None)
    surgery = _fact("surgery", load_default=None)
    cancer_ever = _fact("cancer_ever", load_default=False)
    equipment = _fact("equipment", load_default=lambda: ["mat", "chair", "wall"])
    minutes = _fact("minutes", load_default=20)
    avoids = _fact("avoids", load_default=list)
    red_flags = fields.Dict(
        keys=text(6),
        values=word("no", "yes", "unsure", "known"),
        required=True,
        validate=validate.Length(max=60),
    )
    severe = fields.List(text(6), load_default=list, validate=validate.Length(max=60))


def intake(data: dict[str, Any], catalog: Catalog) -> tuple[Patient, dict[str, Answer], frozenset[str]]:
    """Facts and screen as values. Raises Problem 422 with the field of a contradiction or an unknown question."""
    red_flags, severe = data.pop("red_flags"), frozenset(data.pop("severe"))
    if unknown := {*red_flags, *severe} - catalog.red_flags.keys():
        fields = {f"red_flags.{flag}": "No such question." for flag in sorted(unknown)}
        raise Problem("invalid", 422, "Some fields were not accepted.", fields=fields)
    return _value(Patient, data), red_flags, severe


def changes(data: dict[str, Any]) -> Changes:
    """Changed facts as a value; a pregnancy, birth or operation set to null has ended. Raises ValueError."""
    ended = [name for name in ("pregnancy_day", "birth", "surgery") if name in data and data[name] is None]
    told = {name: value for name, value in data.items() if value is not None}
    return canonical.from_json(Changes, plain(told) | {"ended": ended})


def _value(type_: type[Patient], data: dict[str, Any]) -> Patient:
    try:
        return canonical.from_json(type_, plain(data))
    except ValueError as error:
        path, _, reason = str(error).rpartition(": ")
        raise Problem("invalid", 422, "Some fields were not accepted.", fields={path or "body": reason}) from error


@dataclass(frozen=True)
class IntakeQuestion(Question):
    """A question of the onboarding screen; asked of everyone, or of whom one of the conditions fits."""

    only_if: tuple[str, ...]


class IntakeAnswer(Tolerant):
    answered = fields.Boolean(required=True)
    screens = fields.List(
        Value(asking.Screen),
        required=True,
        metadata={"description": "which facts are asked together; day 0 before the first plan, the others later"},
    )
    questions = fields.List(Value(IntakeQuestion), required=True)
    answers = Value(Mapping[str, str], required=True, metadata={"description": "the words on the buttons"})
