"""Registering, tokens, and one's own settings."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, Whole, YesNo, Zone, text, whole, word
from coach.api.schemas.values import Value
from coach.models.people import HEIGHT_UNITS, WEIGHT_UNITS
from coach.services.accounts import PASSWORD_LONGEST, PASSWORD_SHORTEST
from programs import catalog, schedule

LOCALES = catalog.languages()
_password = validate.Length(PASSWORD_SHORTEST, PASSWORD_LONGEST)


class Registration(Strict):
    email = fields.Email(required=True, validate=validate.Length(3, 254))
    password = fields.String(required=True, load_only=True, validate=_password)
    name = text(80, required=True)
    zone = Zone(required=True)
    locale = word(*LOCALES, load_default="en")
    invitation = text(40, metadata={"description": "the code from your clinic; with it `consent` is needed"})
    consent = text(40, metadata={"description": "the version of the words of consent that were shown"})

    @ma.validates_schema
    def consent_with_invitation(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "invitation" in data and "consent" not in data:
            raise ma.ValidationError("Needed with an invitation.", "consent")


class InvitationCode(Strict):
    code = text(40, required=True)


class ConsentChange(Strict):
    """`version` is that of the words you have read."""

    care = YesNo(required=True, metadata={"description": "false takes it back"})
    version = text(40, required=True)


class Consent(Tolerant):
    version = fields.String(required=True, metadata={"description": "send it back as `consent`"})
    text = fields.String(required=True)


class InvitationShown(Tolerant):
    clinic = fields.String(required=True)
    role = fields.String(required=True, metadata={"description": "patient, or the role of a member of staff"})
    clinician = fields.String(required=True, allow_none=True, metadata={"description": "who will look after you"})
    consent = fields.Nested(Consent, required=True)


class StaffRegistration(Strict):
    """Name, e-mail and role are the invitation's."""

    invitation = text(40, required=True)
    password = fields.String(required=True, load_only=True, validate=_password)


class Credentials(Strict):
    email = text(254, required=True)
    password = text(200, required=True, load_only=True)
    code = text(
        40,
        load_default=None,
        load_only=True,
        metadata={"description": "of the authenticator, or a recovery code; staff need one"},
    )


class ResetAsked(Strict):
    email = fields.Email(required=True, validate=validate.Length(3, 254))


class ResetUsed(Strict):
    code = text(100, required=True, metadata={"description": "as the mail says it"})
    password = fields.String(required=True, load_only=True, validate=_password)


class RefreshRequest(Strict):
    refresh_token = text(200, required=True)


class Tokens(Tolerant):
    access_token = fields.String(required=True, attribute="access")
    refresh_token = fields.String(
        required=True, allow_none=True, attribute="refresh", metadata={"description": "null with `enrol`"}
    )
    token_type = fields.Constant("Bearer", metadata={"type": "string"})
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})
    enrol = fields.Boolean(
        required=True, metadata={"description": "true: set up a second factor first; nothing else is open"}
    )


class Enrolment(Tolerant):
    secret = fields.String(required=True, metadata={"description": "to type into an authenticator"})
    uri = fields.String(required=True, metadata={"description": "the same for a QR code: otpauth://..."})


class Code(Strict):
    code = text(40, required=True, load_only=True)


class Enrolled(Tolerant):
    recovery_codes = fields.List(fields.String(), required=True, metadata={"description": "shown this once"})


def _minute(description: str, **kwargs: Any) -> Whole:
    return whole(0, 1439, metadata={"description": f"local minute{description}"}, **kwargs)


class Settings(Strict):
    """What a person may change; every field is optional. Hours are those of the present shift."""

    zone = Zone()
    locale = word(*LOCALES)
    weight_unit = word(*WEIGHT_UNITS, metadata={"description": "on the screen; what is sent is in kg"})
    height_unit = word(*HEIGHT_UNITS, metadata={"description": "on the screen; what is sent is in cm"})
    day_starts_at = _minute(" at which a day begins; 240 = 04:00")
    quiet_from = _minute("; no reminder from here")
    quiet_until = _minute("; may lie after midnight")
    work_from = _minute("; breaks are reminded of from here")
    work_until = _minute("; may lie after midnight")


class Shift(Strict):
    name = word(*schedule.SHIFTS, required=True)


class ShiftHours(Strict):
    quiet_from = _minute("; no reminder from here", required=True)
    quiet_until = _minute("; may lie after midnight", required=True)
    work_from = _minute("; breaks are reminded of from here", required=True)
    work_until = _minute("; may lie after midnight", required=True)


class Carer(Tolerant):
    name = fields.String(required=True)
    role = fields.String(required=True)
    since = fields.AwareDateTime(required=True)


class Agreed(Tolerant):
    kind = fields.String(required=True)
    version = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)


class Consents(Tolerant):
    """What you agreed to, newest first, and today's words."""

    consents = fields.List(fields.Nested(Agreed), required=True)
    version = fields.String(required=True)
    text = fields.String(required=True)


class Care(Tolerant):
    clinic = fields.String(required=True)
    clinicians = fields.List(fields.Nested(Carer), required=True)
    consents = fields.List(fields.Nested(Agreed), required=True)


class AuditLine(Tolerant):
    id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    name = fields.String(required=True, metadata={"description": "who"})
    role = fields.String(required=True)
    action = fields.String(required=True, metadata={"description": "what they did, not what they saw"})


class Audit(Tolerant):
    lines = fields.List(fields.Nested(AuditLine), required=True)
    next = fields.Integer(required=True, allow_none=True)


class Me(Tolerant):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    clinic = fields.String(required=True, metadata={"description": "who looks after you here"})
    zone = fields.String(required=True)
    locale = fields.String(required=True)
    weight_unit = fields.String(required=True, metadata={"description": "kg or lb, on the screen"})
    height_unit = fields.String(required=True, metadata={"description": "cm or ft, on the screen"})
    day_starts_at = fields.Integer(required=True, metadata={"description": "local minute at which a day begins"})
    quiet_from = fields.Integer(required=True, metadata={"description": "local minute"})
    quiet_until = fields.Integer(required=True, metadata={"description": "local minute"})
    work_from = fields.Integer(required=True, metadata={"description": "local minute"})
    work_until = fields.Integer(required=True, metadata={"description": "local minute"})
    shift = fields.String(required=True, metadata={"description": "whose hours these are"})
    shifts = Value(Mapping[str, schedule.Hours], required=True, metadata={"description": "the hours of each shift"})
    lock = fields.String(
        required=True, metadata={"description": "worst standing red flag; none or SOON serve exercises"}
    )
    today = fields.Date(required=True, allow_none=True, metadata={"description": "your local day now"})
