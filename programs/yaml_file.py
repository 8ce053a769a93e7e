"""YAML as we allow it: small, by the C parser, no key twice; every fault is one line that names the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from programs import canonical
from programs.canonical import Misfit

try:
    from yaml import CSafeLoader
except ImportError as error:  # the pure-Python parser takes seconds for what must take milliseconds
    raise ImportError("PyYAML without its C parser: install a PyYAML wheel built with libyaml") from error

T = TypeVar("T")

FILE_BYTES_MAX = 1_000_000
ITEMS_MAX = 500


class BadContent(ValueError):
    """A fault in the content, in one line: "<file>: <item>: <reason>"."""


class _Loader(CSafeLoader):
    """The safe C loader that refuses a key written twice, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be plain", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(path: Path, name: str = "") -> Any:
    """What a YAML file holds, as plain Python values. Raises BadContent that calls the file `name`."""
    name = name or path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadContent(f"{name}: file: cannot be read ({error.strerror})") from error
    if len(raw) > FILE_BYTES_MAX:
        raise BadContent(f"{name}: file: larger than {FILE_BYTES_MAX} bytes")
    try:
        return yaml.load(raw, _Loader)  # a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadContent(f"{name}: line {line}: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise BadContent(f"{name}: file: {' '.join(str(error).split())}") from error


class ContentFile:
    """One file of the content with exactly the top keys it must have; its parts are read as typed values."""

    def __init__(self, path: Path, *keys: str) -> None:
        self.name = path.name
        self.data = read(path)
        if not isinstance(self.data, Mapping):
            raise BadContent(f"{self.name}: file: must be a mapping")
        for key in sorted({*map(str, self.data), *keys}):
            if (key in keys) != (key in self.data):
                raise BadContent(f"{self.name}: {key}: is {'missing' if key in keys else 'unknown'}")

    def value(self, key: str, hint: Any) -> Any:
        """What stands under a key, as a value of that type. Raises BadContent."""
        return self._typed(key, hint, self.data[key])

    def items(self, key: str, type_: type[T]) -> dict[str, T]:
        """The list under a key, each item a value with an `id`, by that id and in the file's order."""
        rows = self.data[key]
        if not isinstance(rows, list) or not 0 < len(rows) <= ITEMS_MAX:
            raise BadContent(f"{self.name}: {key}: must be a list of 1 to {ITEMS_MAX}")
        values: dict[str, T] = {}
        for number, row in enumerate(rows, 1):
            item = str(row.get("id", f"item {number}")) if isinstance(row, Mapping) else f"item {number}"
            if item in values:
                raise BadContent(f"{self.name}: {item}: stands twice")
            values[item] = self._typed(item, type_, row)
        return values

    def _typed(self, item: str, hint: Any, data: Any) -> Any:
        try:
            return canonical.from_json(hint, data)
        except Misfit as misfit:
            raise BadContent(f"{self.name}: {item}: {misfit}") from misfit
