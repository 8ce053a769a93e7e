"""Registering, tokens, and one's own settings."""

from marshmallow import fields, validate

from coach.api.schemas.fields import Strict, Tolerant, Zone, text, whole, word
from coach.services.accounts import PASSWORD_LONGEST, PASSWORD_SHORTEST
from programs import catalog

LOCALES = catalog.languages()
_password = validate.Length(PASSWORD_SHORTEST, PASSWORD_LONGEST)


class Registration(Strict):
    email = fields.Email(required=True, validate=validate.Length(3, 254))
    password = fields.String(required=True, load_only=True, validate=_password)
    name = text(80, required=True)
    zone = Zone(required=True)
    locale = word(*LOCALES, load_default="en")


class Credentials(Strict):
    email = text(254, required=True)
    password = text(200, required=True, load_only=True)


class RefreshRequest(Strict):
    refresh_token = text(200, required=True)


class Tokens(Tolerant):
    access_token = fields.String(required=True, attribute="access")
    refresh_token = fields.String(required=True, attribute="refresh")
    token_type = fields.Constant("Bearer", metadata={"type": "string"})
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})


class Settings(Strict):
    """What a person may change; every field is optional."""

    zone = Zone()
    locale = word(*LOCALES)
    day_starts_at = whole(0, 1439, metadata={"description": "local minute at which a day begins; 240 = 04:00"})
    quiet_from = whole(0, 1439, metadata={"description": "local minute; no reminder from here"})
    quiet_until = whole(0, 1439, metadata={"description": "local minute; may lie after midnight"})


class Me(Tolerant):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    clinic = fields.String(required=True, metadata={"description": "who looks after you here"})
    zone = fields.String(required=True)
    locale = fields.String(required=True)
    day_starts_at = fields.Integer(required=True, metadata={"description": "local minute at which a day begins"})
    quiet_from = fields.Integer(required=True, metadata={"description": "local minute"})
    quiet_until = fields.Integer(required=True, metadata={"description": "local minute"})
    lock = fields.String(
        required=True, metadata={"description": "worst standing red flag; none or SOON serve exercises"}
    )
    today = fields.Date(required=True, allow_none=True, metadata={"description": "your local day now"})
