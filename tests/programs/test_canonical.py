"""The canonical form: what goes in comes out, equal values have equal bytes, misfits are named by path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.canonical import Misfit, Within, dumps, from_json, to_json


class Colour(StrEnum):
    GREEN = "green"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Leaf:
    sets: Annotated[int, Within(1, 4)]
    note: Annotated[str, Within(0, 5)] = ""


@dataclass(frozen=True)
class Empty:
    pass


@dataclass(frozen=True)
class Tree:
    name: str
    day: date
    at: datetime
    share: float
    on: bool
    colour: Colour
    kind: Literal["a", "b"]
    leaves: tuple[Leaf, ...]
    row: tuple[int, str]
    flags: frozenset[str]
    by_name: Mapping[str, Leaf]
    inputs: Mapping[str, str | int | float | bool | None]
    maybe: Leaf | None = None
    branch: Tree | None = None
    empty: Empty = field(default_factory=Empty)


LEAVES = st.builds(Leaf, sets=st.integers(1, 4), note=st.text(max_size=5))
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
EARLY, LATE = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  (the zone is drawn apart)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TREES = st.recursive(
    st.none(),
    lambda branch: st.builds(
        Tree,
        name=st.text(),
        day=st.dates(),
        at=st.datetimes(min_value=EARLY, max_value=LATE, timezones=ZONES),
        share=NUMBERS,
        on=st.booleans(),
        colour=st.sampled_from(Colour),
        kind=st.sampled_from(["a", "b"]),
        leaves=st.lists(LEAVES, max_size=3).map(tuple),
        row=st.tuples(st.integers(), st.text()),
        flags=st.frozensets(st.text()),
        by_name=st.dictionaries(st.text(), LEAVES, max_size=3),
        inputs=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | NUMBERS, max_size=3),
        maybe=st.none() | LEAVES,
        branch=branch,
    ),
    max_leaves=3,
).filter(lambda tree: tree is not None)

TREE = Tree(
    "x", date(2026, 3, 2), datetime(2026, 3, 2, 8, tzinfo=UTC), 0.5, True, Colour.RED, "a",
    (Leaf(1), Leaf(2)), (1, "y"), frozenset({"b", "a"}), {"k": Leaf(3)}, {"pain": 3},
)  # fmt: skip


@given(TREES)
def test_every_value_comes_back_from_its_canonical_bytes(tree: Tree) -> None:
    read = from_json(Tree, json.loads(dumps(tree)))

    assert read == tree
    assert dumps(read) == dumps(tree)


def test_equal_instants_and_sets_have_equal_bytes_however_they_were_written() -> None:
    east = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))

    assert dumps(east) == dumps(datetime(2026, 3, 2, 8, tzinfo=UTC)) == b'"2026-03-02T08:00:00+00:00"'
    assert dumps(frozenset(["b", "c", "a"])) == b'["a","b","c"]'


def test_keys_are_sorted_without_spaces_in_plain_utf8() -> None:
    assert dumps({"b": "ü", "a": None}) == '{"a":null,"b":"ü"}'.encode()


def test_fields_with_a_default_may_be_absent() -> None:
    assert from_json(Leaf, {"sets": 2}) == Leaf(2, "")


def test_nothing_is_left_out_when_written() -> None:
    assert to_json(Leaf(2)) == {"sets": 2, "note": ""}


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["leaves", 1, "sets"], 5, "leaves.1.sets: 5 is not within 1 to 4"),
        (["leaves", 1, "sets"], 0, "leaves.1.sets: 0 is not within 1 to 4"),
        (["leaves", 1, "sets"], True, "leaves.1.sets: must be a whole number, not True"),
        (["leaves", 1, "note"], "longer", "leaves.1.note: length 6 is not within 0 to 5"),
        (["leaves", 1], 3, "leaves.1: must be a mapping, not 3"),
        (["leaves"], "ab", "leaves: must be a list, not 'ab'"),
        (["by_name", "k", "sets"], 2.5, "by_name.k.sets: must be a whole number, not 2.5"),
        (["by_name"], [], "by_name: must be a mapping, not []"),
        (["day"], "20260302", "day: must be a date like 2026-03-02, not '20260302'"),
        (["day"], 5, "day: must be a date like 2026-03-02, not 5"),
        (["at"], "2026-03-02T08:00:00", "at: must be an instant with a zone like"),
        (["share"], float("nan"), "share: must be a number, not nan"),
        (["on"], 1, "on: must be true or false, not 1"),
        (["colour"], "blue", "colour: 'blue' is none of green, red"),
        (["kind"], ["a"], "kind: ['a'] is none of a, b"),
        (["row"], [1], "row: must be a list of 2, not [1]"),
        (["flags"], ["a", "a"], "flags: holds the same thing twice"),
        (["inputs", "pain"], [3], "inputs.pain: must be text or a whole number or a number or true or false"),
        (["name"], None, "name: must be text, not None"),
        (["maybe"], "x" * 99, "maybe: must be a mapping, not 'xxxx"),
        (["more"], 1, "more: is unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_path(path: list[Any], value: Any, complaint: str) -> None:
    data = to_json(TREE)
    *above, last = path
    spot = data
    for step in above:
        spot = spot[step]
    spot[last] = value

    with pytest.raises(Misfit) as refused:
        from_json(Tree, data)

    assert str(refused.value).startswith(complaint)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match=r"^sets: is missing$"):
        from_json(Leaf, {})


@pytest.mark.parametrize("value", [datetime(2026, 3, 2), {1: "a"}, float("inf"), object(), b"bytes"])  # noqa: DTZ001
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"zone|keys|number|no canonical form"):
        to_json(value)


@pytest.mark.parametrize("hint", [list[int], Leaf | Empty, object])
def test_a_type_that_cannot_be_read_without_doubt_is_a_mistake_in_the_code(hint: Any) -> None:
    with pytest.raises(TypeError, match=r"canonical form|told apart"):
        from_json(hint, {})
