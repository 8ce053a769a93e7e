"""One exact JSON form for every frozen value: what is stored, compared, hashed and served.

A value's type says how it is read, so a stored or written value that does not fit is refused by its path.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Code = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Within:
    """Bounds of a number, or of a length, both ends allowed: `Annotated[int, Within(0, 10)]`."""

    low: float
    high: float

    def check(self, value: Any) -> None:
        plain = isinstance(value, int | float)
        size = value if plain else len(value)
        if not self.low <= size <= self.high:
            raise Misfit(f"{'' if plain else 'length '}{size} is not within {self.low:g} to {self.high:g}")


class Misfit(ValueError):
    """A value that does not fit its type: "items.2.sets: 9 is not within 1 to 4"."""

    def __init__(self, reason: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(reason, path)
        self.reason, self.path = reason, path

    def under(self, step: object) -> Misfit:
        return Misfit(self.reason, (str(step), *self.path))

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.reason}" if self.path else self.reason


def dumps(value: object) -> bytes:
    """The canonical bytes: sorted keys, no spaces, UTF-8; equal values of one type give equal bytes."""
    return json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def to_json(value: object) -> Any:
    """The value as plain JSON types, nothing left out. Raises ValueError for what has no canonical form."""
    return _ENCODERS[type(value)](value)


def from_json(type_: type[T], data: object) -> T:
    """The value of `type_` that `data` stands for; fields with a default may be absent, unknown ones may not.

    Raises ValueError (Misfit) naming the field's path.
    """
    hint: Any = type_
    return cast(T, _decoder(hint)(data))


# --- writing


class _Encoders(dict[type, Code]):
    """How each class seen so far is written, worked out once."""

    def __missing__(self, cls: type) -> Code:
        encode = self[cls] = _encoder(cls)
        return encode


def _encoder(cls: type) -> Code:
    if is_dataclass(cls):
        return _fields_encoder(cls)
    for forms, encode in _FORMS:
        if issubclass(cls, forms):
            return encode
    raise Misfit(f"{cls.__name__} has no canonical form")


def _fields_encoder(cls: type) -> Code:
    names = tuple(field.name for field in fields(cls))

    def encode(value: Any) -> dict[str, Any]:
        return {name: _ENCODERS[type(item := getattr(value, name))](item) for name in names}

    return encode


def _encode_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    if not all(isinstance(key, str) for key in value):
        raise Misfit("a mapping's keys must be text")
    return {str(key): to_json(item) for key, item in value.items()}


def _encode_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise Misfit("an instant needs a time zone")
    return value.astimezone(UTC).isoformat()


def _finite(data: Any) -> float:
    if type(data) not in (int, float) or not math.isfinite(data):
        raise Misfit(f"must be a number, not {_shown(data)}")
    return float(data)


_ENCODERS = _Encoders()
_FORMS: tuple[tuple[Any, Code], ...] = (
    (StrEnum, str),
    ((str, int, types.NoneType), lambda value: value),
    (float, _finite),
    ((tuple, list), lambda value: [_ENCODERS[type(item)](item) for item in value]),
    ((frozenset, set), lambda value: sorted(map(to_json, value))),
    (Mapping, _encode_mapping),
    (datetime, _encode_instant),
    (date, date.isoformat),
)


# --- reading


@cache
def _decoder(hint: Any) -> Code:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if is_dataclass(hint):
        return partial(_decode_fields, hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return partial(_decode_choice, {str(member): member for member in hint})
    make = _GENERIC.get(get_origin(hint))
    if make is None:
        raise TypeError(f"{hint!r} has no canonical form")
    return make(get_args(hint))


def _bounded_decoder(args: tuple[Any, ...]) -> Code:
    bounds = [bound for bound in args[1:] if isinstance(bound, Within)]
    return partial(_decode_bounded, _decoder(args[0]), bounds)


def _tuple_decoder(args: tuple[Any, ...]) -> Code:
    if args[-1] is Ellipsis:
        return partial(_decode_items, tuple, _decoder(args[0]))
    return partial(_decode_row, [_decoder(arg) for arg in args])


def _union_decoder(members: tuple[Any, ...]) -> Code:
    others = [member for member in members if member is not types.NoneType]
    if all(member in _NAMES for member in others):
        return _of_type(*members)
    if len(others) > 1:
        raise TypeError(f"a union of {others!r} cannot be told apart")
    decode = _decoder(others[0])
    return lambda data: None if data is None else decode(data)


_GENERIC: dict[Any, Callable[[tuple[Any, ...]], Code]] = {
    Annotated: _bounded_decoder,
    Literal: lambda args: partial(_decode_choice, {choice: choice for choice in args}),
    Union: _union_decoder,
    types.UnionType: _union_decoder,
    tuple: _tuple_decoder,
    frozenset: lambda args: partial(_decode_set, _decoder(args[0])),
    Mapping: lambda args: partial(_decode_mapping, _decoder(args[0]), _decoder(args[1])),
}


def _of_type(*allowed: type) -> Code:
    wanted = " or ".join("nothing" if t is types.NoneType else _NAMES.get(t, t.__name__) for t in allowed)

    def decode(data: Any) -> Any:
        if type(data) not in allowed:
            raise Misfit(f"must be {wanted}, not {_shown(data)}")
        return data

    return decode


def _decode_day(data: Any) -> date:
    if type(data) is date:
        return data
    try:
        day = date.fromisoformat(data)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != data:
        raise Misfit(f"must be a date like 2026-03-02, not {_shown(data)}")
    return day


def _decode_instant(data: Any) -> datetime:
    try:
        instant = data if isinstance(data, datetime) else datetime.fromisoformat(data)
    except (TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Misfit(f"must be an instant with a zone like 2026-03-02T07:45:00+00:00, not {_shown(data)}")
    return instant.astimezone(UTC)


_NAMES = {str: "text", int: "a whole number", bool: "true or false", float: "a number"}
_PLAIN: dict[Any, Code] = {
    str: _of_type(str), int: _of_type(int), bool: _of_type(bool), types.NoneType: _of_type(types.NoneType),
    float: _finite, date: _decode_day, datetime: _decode_instant,
}  # fmt: skip


def _shown(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else text[:37] + "..."


def _decode_choice(choices: Mapping[Any, Any], data: Any) -> Any:
    if not isinstance(data, str | int) or data not in choices:
        raise Misfit(f"{_shown(data)} is none of {', '.join(map(str, choices))}")
    return choices[data]


def _decode_bounded(decode: Code, bounds: list[Within], data: Any) -> Any:
    value = decode(data)
    for bound in bounds:
        bound.check(value)
    return value


def _decode_items(build: Callable[[list[Any]], Any], decode: Code, data: Any) -> Any:
    if not isinstance(data, list | tuple):
        raise Misfit(f"must be a list, not {_shown(data)}")
    values: list[Any] = []
    for item in data:
        try:
            values.append(decode(item))
        except Misfit as misfit:
            raise misfit.under(len(values)) from None
    return build(values)


def _decode_row(decoders: list[Code], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple) or len(data) != len(decoders):
        raise Misfit(f"must be a list of {len(decoders)}, not {_shown(data)}")
    return tuple(decode(item) for decode, item in zip(decoders, data, strict=True))


def _decode_set(decode: Code, data: Any) -> frozenset[Any]:
    values: frozenset[Any] = _decode_items(frozenset, decode, data)
    if len(values) != len(data):
        raise Misfit("holds the same thing twice")
    return values


def _decode_mapping(decode_key: Code, decode: Code, data: Any) -> dict[Any, Any]:
    if not isinstance(data, Mapping):
        raise Misfit(f"must be a mapping, not {_shown(data)}")
    values = {}
    for key, item in data.items():
        try:
            values[decode_key(key)] = decode(item)
        except Misfit as misfit:
            raise misfit.under(key) from None
    return values


def _decode_fields(cls: Any, data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise Misfit(f"must be a mapping, not {_shown(data)}")
    values = {}
    for name, required, decode in _readers(cls):
        if name in data:
            try:
                values[name] = decode(data[name])
            except Misfit as misfit:
                raise misfit.under(name) from None
        elif required:
            raise Misfit("is missing", (name,))
    if len(values) != len(data):
        raise Misfit("is unknown", (str(min(map(str, data.keys() - values.keys()))),))
    try:
        return cls(**values)
    except Misfit:
        raise
    except ValueError as error:  # a check of the class itself
        raise Misfit(str(error)) from error


@cache
def _readers(cls: type) -> tuple[tuple[str, bool, Code], ...]:
    # Resolved at the first use, not at definition, so that a type may hold itself.
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        (f.name, f.default is MISSING and f.default_factory is MISSING, _decoder(hints[f.name]))
        for f in fields(cls)
        if f.init
    )
