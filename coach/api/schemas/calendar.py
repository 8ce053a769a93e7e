"""The follow-up calendar on the wire."""

from marshmallow import fields

from coach.api.schemas.clinic import Language
from coach.api.schemas.contact import VisitAnswer
from coach.api.schemas.fields import Tolerant

__all__ = ["FeedMade", "FollowUp", "Language"]


class FeedMade(Tolerant):
    url = fields.String(required=True, metadata={"description": "keep it secret; it is shown this once"})


class Contact(Tolerant):
    """One contact of the path: in time from `opens` to `closes`."""

    day = fields.Date(required=True)
    opens = fields.Date(required=True)
    closes = fields.Date(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    mode = fields.String(required=True, metadata={"description": "person, automatic or person_or_automatic"})
    state = fields.String(required=True, metadata={"description": "done, planned, due, overdue or ahead"})


class FollowUp(Tolerant):
    visits = fields.List(fields.Nested(VisitAnswer), required=True)
    contacts = fields.List(fields.Nested(Contact), required=True)
