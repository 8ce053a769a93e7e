"""Where two documents that should be equal differ first."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

ABSENT = "nothing"


@dataclass(frozen=True)
class Difference:
    """One place of two documents, and what each holds there; `ABSENT` for nothing at all."""

    path: str
    one: Any
    other: Any


def first_difference(one: Any, other: Any, path: str = "") -> Difference | None:
    """The first place where two JSON documents differ; None when they are equal.

    1 and 1.0 differ: stored and folded plans must be the same bytes.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        pairs = [(key, one.get(key, ABSENT), other.get(key, ABSENT)) for key in keys]
    elif isinstance(one, list) and isinstance(other, list):
        pairs = [(str(place), *pair) for place, pair in enumerate(zip_longest(one, other, fillvalue=ABSENT))]
    else:
        return None if type(one) is type(other) and one == other else Difference(path, one, other)
    found = (first_difference(left, right, f"{path}.{key}".lstrip(".")) for key, left, right in pairs)
    return next((difference for difference in found if difference), None)
