"""One's own progress on the wire."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from marshmallow import fields as wire

from coach.api.schemas.fields import Strict, Tolerant, counted, word
from coach.api.schemas.values import Value
from coach.services.progress import WEEKS_MOST, Points, Progress
from programs.words import CHARTS

SERIES = ("back", "worst", "leg", "location", "sessions", "steps", "weight")


class Span(Strict):
    weeks = counted(1, WEEKS_MOST, load_default=12)


class Chart(Span):
    chart = word(*CHARTS, load_default="pain")


@dataclass(frozen=True)
class PointAnswer:
    """A value of a day; a week's stands at its first day."""

    day: date
    value: float


class ScoreSeries(Tolerant):
    name = wire.String(required=True)
    better = wire.String(required=True, metadata={"description": "low or high"})
    change = wire.Float(required=True, allow_none=True, metadata={"description": "from the first: a meaningful one"})
    points = Value(tuple[PointAnswer, ...], required=True)


class ProgressAnswer(Tolerant):
    """Series of the last weeks; all empty before the first plan."""

    first = Value(date | None, required=True)
    last = Value(date | None, required=True)
    back = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "pain of the morning"})
    worst = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "worst pain in a session"})
    leg = Value(tuple[PointAnswer, ...], required=True)
    location = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "furthest symptom, 0-4"})
    sessions = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "a week"})
    planned = wire.Integer(required=True, metadata={"description": "sessions a week"})
    sets = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "sets a week the plan asks for"})
    steps = Value(tuple[PointAnswer, ...], required=True)
    step_goal = wire.Integer(required=True, allow_none=True)
    weight = Value(tuple[PointAnswer, ...], required=True, metadata={"description": "kg"})
    questionnaires = wire.List(wire.Nested(ScoreSeries), required=True)
    flares = Value(tuple[date, ...], required=True)


def answer(found: Progress | None) -> dict[str, Any]:
    """As ProgressAnswer has it; None = no plan yet."""
    if found is None:
        empty: dict[str, Any] = {each.name: [] for each in fields(Progress)}
        return empty | {"sets": [], "first": None, "last": None, "planned": 0, "step_goal": None}
    return {name: _points(getattr(found, name)) for name in SERIES} | {
        "sets": _points(found.load),
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "planned": found.planned,
        "step_goal": found.step_goal,
        "flares": [day.isoformat() for day in found.flares],
        "questionnaires": [
            {"name": each.name, "better": each.better, "change": each.change, "points": _points(each.points)}
            for each in found.questionnaires
        ],
    }


def _points(points: Points) -> list[dict[str, Any]]:
    return [{"day": day.isoformat(), "value": value} for day, value in points]
