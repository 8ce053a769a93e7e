"""The body of each kind of diary entry on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from coach.api.schemas import logged_kinds
from coach.api.schemas.facts import Facts
from coach.api.schemas.fields import Strict, YesNo, number, text, whole, word

ANSWERS = ("no", "yes", "unsure")
VARIANTS = ("full", "short", "calm", "neutral")
STRENGTH = ("ok", "weak", "cannot")
INSTRUMENTS = (
    "RMDQ", "ODI", "PSFS", "STARTBACK", "PSEQ2", "PHQ9", "NPRS_BACK", "NPRS_LEG", "WALK_TIME",
)  # fmt: skip
EXERCISES_MOST = 30  # tagged or detailed in one session


def _nprs(**kwargs: Any) -> fields.Integer:
    return whole(0, 10, **kwargs)


def _location(**kwargs: Any) -> fields.Integer:
    return whole(0, 4, metadata={"description": "furthest point: 0 back, 1 buttock, 2 thigh, 3 calf, 4 foot"}, **kwargs)


def _minutes(**kwargs: Any) -> fields.Integer:
    return whole(0, 1440, **kwargs)


class Checkin(Strict):
    """The red-flag card. `answers` may be empty: "none of these is new"; left out, it is no answer."""

    answers = fields.Dict(keys=text(6), values=word(*ANSWERS), required=True, validate=validate.Length(max=60))
    severe = fields.List(text(6), load_default=list, validate=validate.Length(max=60))
    also = fields.List(
        word("W", "M"),
        load_default=list,
        validate=validate.Length(max=2),
        metadata={"description": "`also` of the gate that was answered: its weekly or monthly questions"},
    )
    full = YesNo(load_default=False, metadata={"description": "the whole onboarding screen, every question named"})


class Morning(Strict):
    """After the main sleep: pain as usual, and what the night was like."""

    pain = _nprs(required=True)
    leg = _nprs()
    sleep_lost = YesNo(load_default=False)
    numbness = word("same", "more", "spreading", load_default="same")
    worst = _nprs()
    tasks_stopped = YesNo(load_default=False)


class Performed(Strict):
    done = number(0, 1)
    rpe = _nprs()


class Session(Strict):
    """One session: pain before and at its worst, the leg, and what was done."""

    pre = _nprs(required=True)
    peak = _nprs(required=True)
    leg_pre = _nprs()
    leg_post = _nprs()
    leg_minutes = _minutes()
    loc_pre = _location()
    loc_post = _location()
    loc_minutes = _minutes()
    by = text(40, metadata={"description": "exercise after which leg or location changed"})
    done = number(0, 1, load_default=1.0, metadata={"description": "part of the routine done"})
    rpe = _nprs(metadata={"description": "effort; missing = unknown, and an unknown effort never raises a dose"})
    hurt = fields.List(text(40), load_default=list, validate=validate.Length(max=EXERCISES_MOST))
    items = fields.Dict(
        keys=text(40),
        values=fields.Nested(Performed),
        load_default=dict,
        validate=validate.Length(max=EXERCISES_MOST),
    )
    variant = word(*VARIANTS, load_default="full")
    stopped = YesNo(load_default=False, metadata={"description": "stopped because of symptoms"})


class Flare(Strict):
    """The person says: this is a flare."""


class Steps(Strict):
    count = whole(0, 200_000, required=True)


class LegStrength(Strict):
    heel_walk = word(*STRENGTH, load_default="ok")
    chair = word(*STRENGTH, load_default="ok")
    raises = whole(0, 10, load_default=10, metadata={"description": "heel raises on this leg, counted to 10"})


class Motor(Strict):
    """The weekly strength check, each leg by itself."""

    left = fields.Nested(LegStrength, required=True)
    right = fields.Nested(LegStrength, required=True)


class DirectionTest(Strict):
    """Three times ten of one direction, and what it did to the furthest symptom."""

    direction = word("extension", "flexion", required=True)
    loc_before = _location(required=True)
    loc_after = _location(required=True)
    pain_before = _nprs(required=True)
    pain_after = _nprs(required=True)
    held_minutes = _minutes(required=True)


class Weight(Strict):
    kg = number(20, 400, required=True)


class Questionnaire(Strict):
    """Answers by item, or a finished score."""

    name = word(*INSTRUMENTS, required=True)
    score = whole(0, 240)
    items = fields.List(whole(0, 10, allow_none=True), load_default=list, validate=validate.Length(max=24))
    applies = whole(0, 24)
    answered = whole(0, 24)


class Condition(Strict):
    """Facts of the intake that have changed."""

    changes = fields.Nested(Facts, required=True)


class Belt(Strict):
    """Lumbar support: asked for, begun, or the weekly check."""

    action = word("ask", "start", "check", required=True)
    minutes_week = whole(0, 10_080)
    problem = word("none", "skin", "numbness", "breathlessness", "no_benefit", load_default="none")


class Absence(Strict):
    """Told on the day of return."""

    cause = word("illness", "operation", "injury", required=True)


class Away(Strict):
    """Away, ill or busy from a day to a day, told beforehand."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    cause = word("away", "ill", "busy", required=True)
    wanted = word("off", "short", "walk", load_default="off")


class Correction(Strict):
    """Replaces an entry of the last 48 hours. It never withdraws a red flag."""

    replaces = fields.UUID(required=True)
    kind = word("morning", "session", "steps", "weight", "motor", "questionnaire", required=True)
    body = fields.Dict(required=True)


KINDS: dict[str, type[Schema]] = {
    "checkin": Checkin,
    "morning": Morning,
    "session": Session,
    "flare": Flare,
    "steps": Steps,
    "motor": Motor,
    "direction_test": DirectionTest,
    "weight": Weight,
    "questionnaire": Questionnaire,
    "condition": Condition,
    "belt": Belt,
    "absence": Absence,
    "away": Away,
    "correction": Correction,
    **logged_kinds.KINDS,
}
