"""The wire of duty, channels, staff, invitations and care relationships."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, counted, text, whole, word
from coach.api.schemas.values import Value
from coach.models.people import ROLES
from coach.services.channels import ADDRESS_LONGEST
from coach.services.escalation import NextStep, StepTaken
from coach.services.invitations import DAYS, DAYS_MOST


class Named(Tolerant):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class DutyAnswer(Tolerant):
    """Who is told of an alert, in this order."""

    on_duty = fields.Nested(Named, required=True, allow_none=True)
    deputy = fields.Nested(Named, required=True, allow_none=True)
    administrator = fields.Nested(Named, required=True, allow_none=True)


class DutyChange(Strict):
    on_duty = fields.UUID(required=True)
    deputy = fields.UUID(required=True, allow_none=True)
    administrator = fields.UUID(required=True, allow_none=True)


class WaitingAlert(Tolerant):
    """Nobody has seen it. Whose it is and why is for those who may open it."""

    id = fields.UUID(required=True)
    since = fields.AwareDateTime(required=True)
    steps = fields.List(Value(StepTaken), required=True)
    next = Value(NextStep | None, required=True)


class WaitingList(Tolerant):
    waiting = fields.List(fields.Nested(WaitingAlert), required=True)


class ChannelRequest(Strict):
    """A receiver of signed notices."""

    url = text(ADDRESS_LONGEST, required=True, metadata={"format": "uri", "description": "https only"})


class ChannelAnswer(Tolerant):
    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "email or webhook"})
    address = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)


class NewChannel(ChannelAnswer):
    secret = fields.String(required=True, metadata={"description": "signs the notices; shown this once"})


class ChannelList(Tolerant):
    channels = fields.List(fields.Nested(ChannelAnswer), required=True)


class StaffMember(Named):
    email = fields.String(required=True)
    two_factor = fields.Boolean(required=True, metadata={"description": "false: can only set one up"})


class StaffList(Tolerant):
    staff = fields.List(fields.Nested(StaffMember), required=True)


class InvitationRequest(Strict):
    """Of a patient, or of a member of staff, who needs a name and an e-mail."""

    role = word(*ROLES, load_default="patient")
    clinician = fields.UUID(load_default=None, allow_none=True, metadata={"description": "who looks after the patient"})
    email = fields.Email(load_default=None, allow_none=True, validate=validate.Length(3, 254))
    name = text(80, load_default=None, allow_none=True)
    days = whole(1, DAYS_MOST, load_default=DAYS, metadata={"description": "how long the code is good"})

    @ma.validates_schema
    def fits_the_role(self, data: dict[str, Any], **_kwargs: Any) -> None:
        patient = data["role"] == "patient"
        for field in ("email", "name"):
            if patient and data[field] is not None:
                raise ma.ValidationError("A patient gives their own.", field)
            if not patient and data[field] is None:
                raise ma.ValidationError("Needed for a member of staff.", field)
        if not patient and data["clinician"] is not None:
            raise ma.ValidationError("Only for a patient.", "clinician")


class InvitationMade(Tolerant):
    id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"description": "shown this once"})
    url = fields.String(required=True, metadata={"description": "the same as an address, for a QR code"})
    role = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class InvitationListed(Tolerant):
    id = fields.UUID(required=True)
    role = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "of a member of staff"})
    made_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, metadata={"description": "open, used, revoked or expired"})


class InvitationList(Tolerant):
    invitations = fields.List(fields.Nested(InvitationListed), required=True)


class Page(Strict):
    limit = counted(1, 100, load_default=50)
    offset = counted(0, 100_000, load_default=0, metadata={"description": "`next` of the page before"})


class Person(Tolerant):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    since = fields.AwareDateTime(required=True)
    clinicians = fields.List(fields.String(), required=True, metadata={"description": "who looks after them"})


class People(Tolerant):
    people = fields.List(fields.Nested(Person), required=True)
    next = fields.Integer(required=True, allow_none=True)


class CarerAnswer(Named):
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class CareAnswer(Tolerant):
    """Who looks after a patient, and who did."""

    clinicians = fields.List(fields.Nested(CarerAnswer), required=True)


class NewCarer(Strict):
    clinician = fields.UUID(required=True)


class HandOver(Strict):
    to = fields.UUID(required=True)
    leaver = fields.UUID(
        data_key="from", load_default=None, allow_none=True, metadata={"description": "yourself unless said"}
    )


class HandOverAll(Strict):
    to = fields.UUID(required=True)


class HandedOver(Tolerant):
    patients = fields.Integer(required=True, metadata={"description": "how many"})


class AuditPage(Strict):
    patient = fields.UUID(required=True)
    limit = counted(1, 100, load_default=50)
    before = counted(1, 10**15, metadata={"description": "`next` of the page before"})
