"""The numbers of the content by name: every constant by its path, and what texts show for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args, get_origin, get_type_hints

from programs.canonical import Within
from programs.constants.training import Range

if TYPE_CHECKING:
    from programs.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Constant:
    """One number of the rules: its path such as "zone.red_peak", and the bounds no deployment may leave."""

    path: str
    value: Any
    bounds: Within | None

    @property
    def shown(self) -> str:
        """As an English text shows it: "6", "2, 6, 12", "2 to 6"."""
        return self.shown_with(" to ")

    def shown_with(self, between: str) -> str:
        """As a text shows it; `between` stands between the ends of a range."""
        if isinstance(self.value, Range):
            return f"{self.value.low}{between}{self.value.high}"
        if isinstance(self.value, tuple):
            return ", ".join(f"{each:g}" for each in self.value)
        return "none" if self.value is None else f"{self.value:g}"


def constants(block: Any, above: str = "") -> Iterator[Constant]:
    """All numbers of a block of constants, in their order."""
    hints = _hints(cast(Hashable, type(block)))
    for each in fields(block):
        value, path = getattr(block, each.name), f"{above}{each.name}"
        if is_dataclass(value) and not isinstance(value, Range):
            yield from constants(value, f"{path}.")
        else:
            yield Constant(path, value, _bounds(hints[each.name]))


def shown(catalog: Catalog, between: str = " to ") -> Mapping[str, str]:
    """What stands in a text for each name: a number that only texts use, or the path of a constant."""
    own = {number.id: number.shown for number in catalog.education.numbers.values()}
    return own | {each.path: each.shown_with(between) for each in constants(catalog.constants)}


@cache
def _hints(type_: Hashable) -> Mapping[str, Any]:
    return get_type_hints(type_, include_extras=True)


def _bounds(hint: Any) -> Within | None:
    if get_origin(hint) is Annotated:
        found = next((each for each in get_args(hint) if isinstance(each, Within)), None)
        inner = get_args(hint)[0]
        return _bounds(get_args(inner)[0]) if get_origin(inner) is tuple else found
    return next((found for found in map(_bounds, get_args(hint)) if found), None)
