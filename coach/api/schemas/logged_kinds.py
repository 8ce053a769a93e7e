"""The body of each kind of entry that no rule judges, on the wire."""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from coach.api.schemas.fields import Strict, YesNo, text, whole, word
from programs import outcomes
from programs.catalog import Catalog
from programs.education import Questionnaire

LOCATION = {"description": "furthest point: 0 back, 1 buttock, 2 thigh, 3 calf, 4 foot"}


class Lesson(Strict):
    """A lesson of the library was read."""

    lesson = text(40, required=True)
    answer = whole(1, 5, metadata={"description": "the one chosen, from 1; missing = not answered"})


class Therapy(Strict):
    """A treatment had, of those in the library's modules."""

    therapy = text(40, required=True)
    minutes = whole(0, 1440)
    before = whole(0, 10, metadata={"description": "pain before it"})
    after = whole(0, 10, metadata={"description": "pain right after it"})
    next_day = whole(0, 10, metadata={"description": "pain a day later"})
    loc_before = whole(0, 4, metadata=LOCATION)
    loc_after = whole(0, 4, metadata=LOCATION)
    provider = text(80, 0, load_default="")
    problem = text(500, 0, load_default="", metadata={"description": "what went wrong, if anything"})


class Break(Strict):
    """A posture break was taken."""

    exposure = word("sitting", "standing", "bending", required=True)


class Walk(Strict):
    minutes = whole(1, 1440, required=True)
    leg_stopped = YesNo(load_default=False, metadata={"description": "leg symptoms ended it"})


class Wear(Strict):
    """How long the lumbar support was worn, and for what."""

    minutes = whole(0, 1440, required=True)
    task = word("travel", "standing", "lifting", "other", load_default="other")


class Workout(Strict):
    """Another activity."""

    activity = word(
        "walking", "cycling", "swimming", "core", "flexibility", "strength", "other", required=True
    )  # fmt: skip
    minutes = whole(1, 1440, required=True)
    source = word("manual", "phone", "watch", "other", load_default="manual")


class Note(Strict):
    """What you want to keep or to tell. Not for emergencies: nobody is told at once."""

    text = text(2000, required=True)


class Barrier(Strict):
    """What was in the way of the last sessions."""

    answer = word("time", "pain", "forgot", "unsure", "unwell", "none", required=True)


class OwnGoals(Strict):
    """Your own activities, which the PSFS asks about, in the order of its items."""

    activities = fields.List(text(80), required=True, validate=validate.Length(1, 3))


class Form(Strict):
    """A questionnaire of the library whose `reported` is false, by item."""

    name = text(40, required=True)
    items = fields.Dict(
        keys=text(40), values=fields.Raw(metadata={"type": ["integer", "string"]}), required=True,
        validate=validate.Length(1, 30),
    )  # fmt: skip


class Followup(Strict):
    """The answer to "have you been seen?" after a red flag. It ends no lock."""

    seen = YesNo(required=True)
    by = text(80, 0, load_default="")
    told = text(500, 0, load_default="")


KINDS: dict[str, type[Schema]] = {
    "lesson": Lesson,
    "therapy": Therapy,
    "break": Break,
    "walk": Walk,
    "wear": Wear,
    "workout": Workout,
    "note": Note,
    "barrier": Barrier,
    "goals": OwnGoals,
    "form": Form,
    "followup": Followup,
}


def unknown(kind: str, body: dict[str, Any], catalog: Catalog) -> dict[str, str]:
    """What the content does not know, by field."""
    education = catalog.education
    if kind == "lesson" and body["lesson"] not in education.lessons:
        return {"lesson": "No such lesson."}
    if kind == "therapy" and body["therapy"] not in education.therapies:
        return {"therapy": "No such treatment."}
    if kind == "form":
        sheet = education.questionnaires.get(body["name"])
        if sheet is None or sheet.words != "shipped" or sheet.id in outcomes.SCORED:
            return {"name": "No questionnaire that is answered so."}
        return dict(_misfits(sheet, body["items"], catalog))
    return {}


def _misfits(sheet: Questionnaire, items: dict[str, Any], catalog: Catalog) -> Iterator[tuple[str, str]]:
    for name, value in items.items():
        scale = catalog.education.scales[sheet.items[name]] if name in sheet.items else None
        if scale is None:
            yield f"items.{name}", "No such question."
        elif scale.choices and value not in scale.choices:
            yield f"items.{name}", f"Must be one of: {', '.join(scale.choices)}."
        elif not scale.choices and not (type(value) is int and (scale.low or 0) <= value <= (scale.high or 0)):
            yield f"items.{name}", f"Must be a whole number from {scale.low} to {scale.high}."
