"""The OpenAPI 3.1 document at /openapi.json and a page of it at /docs, without any script from elsewhere."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, jsonify, render_template
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from coach.api.auth import PUBLIC, allow
from coach.api.schemas import entries

TITLE, VERSION = "Low-back exercise coach", "1"
INTRODUCTION = """Personalised exercise and posture programmes for low-back pain. Every answer carries the
service's time in the header Server-Time; every refusal is a problem document (RFC 9457) with a stable type.
Clients tolerate fields and words they do not know. Not a cleared medical device."""


class FieldError(Schema):
    field = fields.String(required=True, metadata={"description": "path, such as entries.0.zone"})
    reason = fields.String(required=True)


class ProblemDocument(Schema):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    instance = fields.String(metadata={"description": "id of this request in the logs"})
    errors = fields.List(fields.Nested(FieldError))


class CoachApi(Api):  # type: ignore[misc]
    """Refusals are answered by coach.api.errors; this one only describes them."""

    ERROR_SCHEMA = ProblemDocument

    def _register_error_handlers(self) -> None:
        pass


def install(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        API_SPEC_OPTIONS={"info": {"description": INTRODUCTION}, "security": [{"bearer": []}]},
    )
    api = CoachApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    entries.describe(api.spec)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    _finish(app, api)

    @allow(PUBLIC)
    def document() -> Response:
        return jsonify(api.spec.to_dict())

    app.view_functions["api-docs.openapi_json"] = document

    @app.get("/docs")
    @allow(PUBLIC)
    def docs() -> str:
        return render_template("docs.html", document=api.spec.to_dict())


def _finish(app: Flask, api: Api) -> None:
    """Refusals are problem+json everywhere, and public calls need no token."""
    for path, item in api.spec._paths.items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            for code, response in operation["responses"].items():
                if not code.startswith("2") and code != "304":
                    _as_problem(response)
            if _is_public(app, path, method):
                operation["security"] = []
    for response in api.spec.components.responses.values():
        _as_problem(response)


def _as_problem(response: dict[str, Any]) -> None:
    content = response.get("content", {})
    if "application/json" in content:
        content["application/problem+json"] = content.pop("application/json")


def _is_public(app: Flask, path: str, method: str) -> bool:
    asked = path.split("/")
    for rule in app.url_map.iter_rules():
        parts = rule.rule.split("/")
        fits = len(parts) == len(asked) and all(
            part == other or part.startswith("<") for part, other in zip(parts, asked, strict=True)
        )
        if fits and method.upper() in (rule.methods or ()):
            return getattr(app.view_functions[rule.endpoint], "audience", None) == (PUBLIC,)
    return False
