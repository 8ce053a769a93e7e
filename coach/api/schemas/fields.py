"""Fields used by several schemas: bounded text, zones, local days."""

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from programs import schedule


class Zone(fields.String):
    """An IANA time zone of the pinned database."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"description": "IANA time zone", "example": "Europe/Paris"}
        super().__init__(validate=validate.Length(1, 64), metadata=metadata, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = str(super()._deserialize(value, attr, data, **kwargs))
        try:
            schedule.zone(name)
        except ValueError as error:
            raise ma.ValidationError("Not a time zone we know.") from error
        return name


def text(most: int, least: int = 1, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(least, most), **kwargs)


def whole(low: int, high: int, **kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(low, high), **kwargs)


def counted(low: int, high: int, **kwargs: Any) -> fields.Integer:
    """A whole number in an address, where everything is text."""
    return fields.Integer(validate=validate.Range(low, high), **kwargs)


def number(low: float, high: float, **kwargs: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(low, high), allow_nan=False, **kwargs)


def word(*allowed: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(allowed), **kwargs)


class Strict(ma.Schema):
    """Requests: unknown fields are refused."""

    class Meta:
        unknown = ma.RAISE


class Tolerant(ma.Schema):
    """Answers: more fields may come with a later release, and clients tolerate them."""

    class Meta:
        unknown = ma.EXCLUDE


def plain(value: Any) -> Any:
    """Loaded fields as the plain JSON that the rules read."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value.isoformat() if isinstance(value, date) else value
