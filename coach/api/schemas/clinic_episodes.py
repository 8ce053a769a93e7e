"""Referral pack and end of care on the wire."""

from marshmallow import fields

from coach.api.schemas.clinic import Language
from coach.api.schemas.fields import Tolerant, text, word
from coach.api.schemas.values import Value
from coach.models.episodes import CARE
from programs import triage
from programs.pack import Pack

__all__ = ["Close", "ClosingAnswer", "ClosingList", "Language", "ReferralPack"]


class ReferralPack(Tolerant):
    name = fields.String(required=True)
    clinic = fields.String(required=True)
    clinician = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    course = Value(Pack, required=True)


class Close(Language):
    """self_care goes on with the maintenance programme, closed only reads."""

    care = word(*CARE, required=True)
    note = text(2000, 3, required=True, metadata={"description": "for both sides"})


class ClosingAnswer(Tolerant):
    at = fields.AwareDateTime(required=True)
    care = fields.String(required=True)
    note = fields.String(required=True)
    summary = Value(Pack, required=True)
    flare_plan = fields.List(Value(triage.Card), required=True)


class ClosingList(Tolerant):
    closings = fields.List(fields.Nested(ClosingAnswer), required=True)
