"""Clients decide by a problem's type, so the catalogue and the code must name the same ones."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.exceptions import ImATeapot

from coach.api import errors

ROOT = Path(__file__).parents[2]
TRANSLATES_HTTP = ROOT / "coach" / "api" / "errors.py"
FALLBACK = "refused"  # for an HTTP status without a type of its own


def _raised() -> Iterator[tuple[str, str, Path]]:
    """(type, status, file) of every Problem that the code makes, from its source."""
    for path in sorted((ROOT / "coach").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                kind, status = (ast.unparse(each) for each in node.args[:2])
                yield kind, status, path


def _in_code() -> set[tuple[str, str]]:
    made = {(ast.literal_eval(kind), status) for kind, status, _ in _raised() if kind.startswith(("'", '"'))}
    translated = {(kind, str(status)) for status, (kind, _) in errors.TYPES.items()}
    return made | translated | {(FALLBACK, "other 4xx")}


def _in_catalogue() -> set[tuple[str, str]]:
    table = (ROOT / "docs" / "problems.md").read_text("utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \| ([^|]+?) \|", table, re.MULTILINE))


def test_the_catalogue_names_the_types_and_statuses_that_the_code_answers_with() -> None:
    assert _in_catalogue() == _in_code()


def test_a_type_is_written_out_where_it_is_raised_so_that_it_can_be_found() -> None:
    computed = {path for kind, _, path in _raised() if not kind.startswith(("'", '"'))}
    assert computed <= {TRANSLATES_HTTP}


def test_an_http_refusal_without_a_type_of_its_own_is_called_refused() -> None:
    app = Flask(__name__)
    errors.install(app)

    @app.get("/tea")
    def tea() -> str:
        raise ImATeapot

    answer = app.test_client().get("/tea")

    assert (answer.status_code, answer.get_json(force=True)["type"]) == (418, f"/problems/{FALLBACK}")
