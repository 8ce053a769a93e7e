"""The clinic's wire."""

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, YesNo, counted, text, word
from coach.services import caseload
from programs import attention

OVERRIDE_FIELDS = (
    "peak_accepted", "sessions_week", "minutes", "level_cap", "steps_raise_pct", "include", "direction",
    "review_delay_days", "disable_rule", "recheck_every_days", "remove_flag", "progression", "exclude", "dose",
)  # fmt: skip
MOST_VALUE = 100_000


class Language(Strict):
    locale = text(
        35,
        load_default="en",
        metadata={"description": "BCP 47, such as zh-Hans: the language of what is said in words"},
    )


class CaseloadAsked(Language):
    attention = word(
        *attention.KINDS, caseload.ANY, load_default=None, metadata={"description": "only who has this need, or any"}
    )
    q = text(80, load_default=None, metadata={"description": "a part of the name"})
    cursor = text(caseload.LONGEST_CURSOR, load_default=None, metadata={"description": "`next` of the page before"})
    closed = fields.Boolean(load_default=False, metadata={"description": "those whose care has ended, not the others"})
    limit = counted(1, caseload.MOST, load_default=50)


class ReasonAnswer(Tolerant):
    kind = fields.String(required=True, metadata={"description": ", ".join(attention.KINDS)})
    since = fields.Date(required=True, metadata={"description": "or by when, for a referral and a visit"})
    text = fields.String(required=True, metadata={"description": "one line"})


class CaseloadRow(Tolerant):
    """One patient; `reasons` say why they need a human, most urgent first, none where all is well."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    lock = fields.String(required=True)
    program = fields.String(required=True, allow_none=True)
    mode = fields.String(required=True, allow_none=True)
    day = fields.String(required=True, allow_none=True, metadata={"description": "last day judged"})
    adherence = fields.Integer(required=True, allow_none=True, metadata={"description": "percent of planned sessions"})
    last_session = fields.String(required=True, allow_none=True)
    unread = fields.Integer(required=True, metadata={"description": "messages of theirs that nobody has read"})
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)


class Caseload(Tolerant):
    patients = fields.List(fields.Nested(CaseloadRow), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "the cursor of the next page"})


class CaseloadCounts(Tolerant):
    """How many of your patients have each need; who has two is counted in both."""

    all = fields.Integer(required=True)
    needs = fields.Dict(required=True, keys=fields.String(), values=fields.Integer())


class Assignment(Strict):
    """A programme, or single exercises: one of both."""

    program = text(12)
    exercises = fields.List(text(40), validate=validate.Length(1, 20))

    @ma.validates_schema
    def one_of_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("program" in data) == ("exercises" in data):
            raise ma.ValidationError("Give a program or exercises, not both.")


class OverrideValue(fields.Raw):
    """A whole number or a word, as the field asks."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int | str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ma.ValidationError("Must be a whole number or a word.")
        if (isinstance(value, str) and len(value) > 60) or (not isinstance(value, str) and abs(value) > MOST_VALUE):
            raise ma.ValidationError("Too large.")
        return value


class Override(Strict):
    """A bounded exception. The rules accept or refuse it; the answer says which and why."""

    field = word(*OVERRIDE_FIELDS, required=True)
    value = OverrideValue(
        required=True,
        metadata={"type": ["integer", "string"], "minimum": -MOST_VALUE, "maximum": MOST_VALUE, "maxLength": 60},
    )
    reason = text(500, load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True, metadata={"description": "last day it holds"})

    @ma.validates("until")
    def in_sight(self, value: date | None, **_kwargs: Any) -> None:
        if value is not None and not 2000 <= value.year <= 2200:
            raise ma.ValidationError("Not a sensible year.")


class ReleaseNote(Strict):
    note = text(2000, 3, required=True, metadata={"description": "who saw the person and what was found"})


class SettleNote(ReleaseNote):
    refer = YesNo(metadata={"description": "of a call after little training (E6): refer to a spine specialist or not"})


class AlertAnswer(Tolerant):
    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "red flag, referral or reason"})
    level = fields.String(required=True)
    raised_at = fields.AwareDateTime(required=True)
    due_day = fields.Date(required=True, allow_none=True)
    seen_at = fields.AwareDateTime(required=True, allow_none=True)
    resolved_at = fields.AwareDateTime(required=True, allow_none=True)


class AlertList(Tolerant):
    alerts = fields.List(fields.Nested(AlertAnswer), required=True)
