"""Request bodies: JSON as it should be (no NaN, no doubled keys, no text PostgreSQL cannot hold), and nothing else."""

import json
import re
from typing import Any, ClassVar

import flask_smorest
from flask import Request
from flask_smorest import arguments
from marshmallow import RAISE

from coach.services.problems import Problem

MOST_BYTES = 256 * 1024


class StrictParser(arguments.FlaskParser):  # type: ignore[misc]
    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {
        **arguments.FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        if req.mimetype != "application/json":
            raise Problem("not-json", 415, "Send JSON with Content-Type: application/json.")
        try:
            return loads(req.get_data(cache=True))
        except ValueError as error:
            raise Problem("malformed", 400, "The request could not be read.", str(error)[:200]) from error


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = StrictParser()


def loads(raw: bytes) -> Any:
    """Raises ValueError with a reason a client developer understands."""
    text = raw.decode("utf-8")
    try:
        found = json.loads(text, parse_constant=_constant, object_pairs_hook=_unique)
        if "\\u0000" in text or "\\ud" in text.lower():
            _refuse_unstorable(found)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found


def _refuse_unstorable(found: Any) -> None:
    plain = json.dumps(found, ensure_ascii=False)
    plain.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    if re.search(r"(?<!\\)(\\\\)*\\u0000", plain):  # the escape, not a text that looks like it
        raise ValueError("text may not hold the NUL character")
