"""Frozen values on the wire: described in the document by their own types, so that it cannot fall behind the code."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter

PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    types.NoneType: {"type": "null"},
}


class Value(ma.fields.Raw):
    """A value in its canonical JSON form, as the service hands it over: it goes out untouched."""

    def __init__(self, hint: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hint = hint


def value2schema(converter: OpenAPIConverter, field: ma.fields.Field[Any], **_: Any) -> dict[str, Any]:
    """An attribute function of apispec's converter."""
    return shape(field.hint, converter.spec) if isinstance(field, Value) else {}


def shape(hint: Any, spec: APISpec) -> dict[str, Any]:
    """The JSON schema of what `programs.canonical` writes for a type. A dataclass becomes a component of its name."""
    if hint in PLAIN:
        return dict(PLAIN[hint])
    if is_dataclass(hint):
        return _component(hint, spec)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:  # bounds hold for what is read; what is written needs none
        return shape(args[0], spec)
    if origin is Literal:
        return {"type": "string", "x-extensible-enum": list(args)}
    if origin in (Union, types.UnionType):
        return _either([shape(arg, spec) for arg in args])
    if origin is frozenset or (origin is tuple and len({*args} - {Ellipsis}) == 1):
        return {"type": "array", "items": shape(args[0], spec)} | _length(args)
    if origin is Mapping:
        return {"type": "object", "additionalProperties": shape(args[1], spec)}
    raise TypeError(f"{hint!r} cannot be described")


def _either(shapes: list[dict[str, Any]]) -> dict[str, Any]:
    first, *rest = shapes
    if all(each.keys() == {"type"} for each in rest) and "$ref" not in first:
        return first | {"type": [each["type"] for each in shapes]}
    return {"anyOf": shapes}


def _length(args: tuple[Any, ...]) -> dict[str, int]:
    return {"minItems": len(args), "maxItems": len(args)} if len(args) > 1 and Ellipsis not in args else {}


def _component(cls: Any, spec: APISpec) -> dict[str, Any]:
    name, hints = cls.__name__, get_type_hints(cls, include_extras=True)
    names = [field.name for field in fields(cls)]
    known = spec.components.schemas.get(name)
    if known is None:
        properties = {each: shape(hints[each], spec) for each in names}
        described = {"type": "object", "description": " ".join((cls.__doc__ or "").split())}
        spec.components.schema(name, described | {"properties": properties, "required": names})
    elif list(known["properties"]) != names:
        raise TypeError(f"Two shapes are called {name}.")
    return {"$ref": f"#/components/schemas/{name}"}
