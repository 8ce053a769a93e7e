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


class Whole(fields.Integer):
    """A whole number as JSON means it: 3.0 is one; "3" and true are not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Number(fields.Float):
    """A number, not a text that looks like one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class YesNo(fields.Boolean):
    """true or false, not a word or a number that may mean it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def text(most: int, least: int = 1, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(least, most), **kwargs)


def whole(low: int, high: int, **kwargs: Any) -> Whole:
    return Whole(validate=validate.Range(low, high), **kwargs)


def counted(low: int, high: int, **kwargs: Any) -> fields.Integer:
    """A whole number in an address, where everything is text."""
    return fields.Integer(validate=validate.Range(low, high), **kwargs)


def number(low: float, high: float, **kwargs: Any) -> Number:
    return Number(validate=validate.Range(low, high), allow_nan=False, **kwargs)


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
