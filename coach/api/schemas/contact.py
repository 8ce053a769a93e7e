"""Visits and messages on the wire."""

from marshmallow import fields

from coach.api.schemas.fields import Strict, Tolerant, text, whole, word
from coach.models.contact import VISIT_MODES, VISIT_STATES
from coach.services.messages import LONGEST

MADE_BY_CLIENT = {"description": "made by the client; the same id twice is the same thing"}


class NewVisit(Strict):
    id = fields.UUID(required=True, metadata=MADE_BY_CLIENT)
    at = fields.AwareDateTime(required=True)
    minutes = whole(5, 240, required=True)
    mode = word(*VISIT_MODES, required=True)


class VisitChange(Strict):
    """A new time, or what became of it; every field is optional."""

    at = fields.AwareDateTime()
    minutes = whole(5, 240)
    mode = word(*VISIT_MODES)
    state = word(*VISIT_STATES)


class VisitAnswer(Tolerant):
    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True)
    mode = fields.String(required=True, metadata={"description": ", ".join(VISIT_MODES)})
    state = fields.String(required=True, metadata={"description": ", ".join(VISIT_STATES)})
    clinic_zone = fields.String(required=True)
    clinic_time = fields.AwareDateTime(required=True, metadata={"description": "as the clinic's clocks show it"})
    your_zone = fields.String(required=True)
    your_time = fields.AwareDateTime(required=True, metadata={"description": "as the patient's clocks show it"})


class VisitList(Tolerant):
    visits = fields.List(fields.Nested(VisitAnswer), required=True)


class MessagePage(Strict):
    before = fields.AwareDateTime(metadata={"description": "`sent_at` of the oldest one seen"})


class NewMessage(Strict):
    id = fields.UUID(required=True, metadata=MADE_BY_CLIENT)
    text = text(LONGEST, required=True)


class ReadUpTo(Strict):
    up_to = fields.AwareDateTime(required=True, metadata={"description": "`sent_at` of the newest one seen"})


class MessageAnswer(Tolerant):
    id = fields.UUID(required=True)
    author = fields.String(required=True, metadata={"description": "patient or clinician"})
    text = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "by the other side"})


class MessageList(Tolerant):
    messages = fields.List(fields.Nested(MessageAnswer), required=True)
