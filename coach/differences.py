"""Where two documents that should be equal differ first."""

from typing import Any


def first_difference(one: Any, other: Any, path: str = "") -> str | None:
    """The path and both values of the first difference of two JSON documents; None when they are equal.

    Numbers that are equal but of another type (1 and 1.0) differ: they are other bytes.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        pairs = [(key, one.get(key, "(absent)"), other.get(key, "(absent)")) for key in keys]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(str(place), *pair) for place, pair in enumerate(zip(one, other, strict=True))]
    elif type(one) is type(other) and one == other:
        return None
    else:
        return f"{path or 'document'}: {one!r}, then {other!r}"
    found = (first_difference(left, right, f"{path}.{key}".lstrip(".")) for key, left, right in pairs)
    return next((difference for difference in found if difference), None)
