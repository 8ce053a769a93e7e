"""Every refusal is an RFC 9457 problem with a stable type and the paths of the fields at fault."""

import json
from typing import Any

from flask import Flask, Response, g
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from coach.services.problems import Problem

TYPES = {
    400: ("malformed", "The request could not be read."),
    401: ("not-logged-in", "Log in first, or refresh your token."),
    404: ("not-found", "There is nothing here that you may see."),
    405: ("method-not-allowed", "This address does not know that method."),
    413: ("too-large", "The request is larger than 256 KiB."),
    415: ("not-json", "Send JSON with Content-Type: application/json."),
    422: ("invalid", "Some fields were not accepted."),
}
MOST_FIELDS = 100  # paths named in one answer
BUSY = ("55P03", "57014", "40P01", "40001")  # lock timeout, statement timeout, deadlock, serialisation


def install(app: Flask) -> None:
    app.url_map.merge_slashes = False  # an address has one spelling; a redirect would be one more kind of answer
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)


def answer(problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": problem.title,
        "status": problem.status,
        "instance": g.get("request_id", ""),
    }
    if problem.detail:
        body["detail"] = problem.detail
    if problem.fields:
        fields = list(problem.fields.items())[:MOST_FIELDS]
        body["errors"] = [{"field": path, "reason": reason} for path, reason in fields]
    response = Response(json.dumps(body), problem.status, mimetype="application/problem+json")
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def as_problem(error: Exception) -> Problem:
    """What Flask or the database refuse, as the refusal it is; raises what is our own fault in the database."""
    if isinstance(error, InternalServerError):
        return Problem("internal", 500, "Something went wrong on our side.")
    if isinstance(error, HTTPException):
        code = error.code or 500
        kind, title = TYPES.get(code, ("refused", error.name))
        return Problem(kind, code, title, fields=paths(getattr(error, "data", {}).get("messages", {})))
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(error, PoolTimeout | OperationalError) or state in BUSY:
        return Problem("busy", 503, "The service is busy. Please try again.", retry_after=2)
    raise error


def _http(error: HTTPException) -> Response:
    response = answer(as_problem(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _database(error: Exception) -> Response:
    """A database that is away or busy is a 503 the client may repeat; anything else is our fault."""
    return answer(as_problem(error))


def paths(messages: Any, prefix: str = "") -> dict[str, str]:
    """marshmallow's nested messages as {"entries.0.zone": "Unknown field."}."""
    if isinstance(messages, dict):
        if not prefix and set(messages) <= {"json", "query", "path", "headers", "files", "form"}:
            return {path: why for part in messages.values() for path, why in paths(part).items()}
        found: dict[str, str] = {}
        for key, value in messages.items():
            found |= paths(value, prefix if key == "_schema" else f"{prefix}.{key}" if prefix else str(key))
        return found
    texts = messages if isinstance(messages, list) else [messages]
    return {prefix or "body": " ".join(str(text) for text in texts)[:300]} if messages else {}
