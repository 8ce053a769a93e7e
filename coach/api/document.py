"""The OpenAPI 3.1 document at /openapi.json and a page of it at /docs, without any script from elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, jsonify, render_template
from flask_smorest import Api, Blueprint
from flask_smorest.spec.plugins import FlaskPlugin
from marshmallow import fields

from coach.api import edge, edits
from coach.api.auth import PUBLIC, allow
from coach.api.schemas import entries, reminders
from coach.api.schemas.fields import Tolerant
from coach.api.schemas.values import value2schema

TITLE, VERSION = "Low-back exercise coach", "1"
INTRODUCTION = """Personalised exercise and posture programmes for low-back pain. Every answer carries the
service's time in the header Server-Time; every refusal is a problem document (RFC 9457) with a stable type.
Clients tolerate fields and words they do not know. Not a cleared medical device."""

TEXT = {"type": "string"}
HEADERS: dict[str, dict[str, Any]] = {
    "Server-Time": {
        "description": "the service's time; correct your own clock by it",
        "required": True,
        "schema": TEXT | {"format": "date-time"},
    },
    "X-Request-Id": {
        "description": "this request's id in the logs",
        "required": True,
        "schema": TEXT | {"format": "uuid"},
    },
    "ETag": {"description": "send it back as If-None-Match", "required": True, "schema": TEXT},
    "Retry-After": {"description": "with 429 and 503: seconds to wait", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "with 401", "schema": TEXT},
    "Allow": {"description": "with 405: the methods this address knows", "schema": TEXT},
}
IF_NONE_MATCH = {"in": "header", "name": "If-None-Match", "description": "the last ETag", "schema": TEXT}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


ETAG = _headers("ETag")  # declares an answer that a client may ask for again with If-None-Match
FRAME = _headers("Server-Time", "X-Request-Id")
REFUSED = FRAME | _headers("Retry-After", "WWW-Authenticate", "Allow")


def in_path(name: str, description: str) -> dict[str, str]:
    """For `parameters` of a route: what an address cannot say by its name."""
    return {"in": "path", "name": name, "description": description}


class FieldError(Tolerant):
    field = fields.String(required=True, metadata={"description": "path, such as entries.0.zone"})
    reason = fields.String(required=True)


class ProblemDocument(Tolerant):
    type = fields.String(required=True, metadata={"description": "stable; decide by it", "format": "uri-reference"})
    title = fields.String(required=True, metadata={"description": "for people; may change"})
    status = fields.Integer(required=True, metadata={"description": "the HTTP status"})
    detail = fields.String(metadata={"description": "for people; may change"})
    instance = fields.String(required=True, metadata={"description": "id of this request in the logs"})
    errors = fields.List(fields.Nested(FieldError), metadata={"description": "the fields at fault"})


class CoachApi(Api):  # type: ignore[misc]
    """Refusals are answered by coach.api.errors; this one only describes them."""

    ERROR_SCHEMA = ProblemDocument

    def _register_error_handlers(self) -> None:
        pass

    def _register_pagination_header(self) -> None:
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
    for describe in (value2schema, _dict2schema):
        api.ma_plugin.converter.add_attribute_function(describe)
    for name, header in HEADERS.items():
        api.spec.components.header(name, header)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    entries.describe(api.spec)
    reminders.describe(api.spec)
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


def _dict2schema(converter: OpenAPIConverter, field: fields.Field[Any], *, ret: dict[str, Any]) -> dict[str, Any]:
    """apispec bounds the names of an object as if it were a text, and leaves out what a name may be."""
    if not isinstance(field, fields.Dict):
        return {}
    found = {"maxProperties": ret.pop("maxLength")} if "maxLength" in ret else {}
    if field.key_field is not None and field.key_field.validators:
        found["propertyNames"] = converter.field2property(field.key_field)
    return found


def _finish(app: Flask, api: Api) -> None:
    """What holds for every call: its name, its headers, refusals as problem+json, no token where none is asked."""
    for path, method, endpoint, operation in _operations(app, api):
        operation["operationId"] = endpoint.replace(".", "_")
        if getattr(app.view_functions[endpoint], "audience", None) == (PUBLIC,):
            operation["security"] = []
        answers = operation["responses"]
        if path.startswith(edits.PREFIX) and method in edge.UNSAFE:
            operation.setdefault("parameters", []).extend(edits.PARAMETERS)
        if "ETag" in answers.get("200", {}).get("headers", {}):
            answers["304"] = {"description": "Nothing has changed since the ETag you sent", "headers": ETAG}
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
        for response in answers.values():
            if "$ref" not in response:
                response["headers"] = response.get("headers", {}) | FRAME
    for name, response in api.spec.components.responses.items():
        response["description"] = "Refused" if name == "DEFAULT_ERROR" else "Some fields were not accepted"
        response["content"] = {"application/problem+json": response["content"].pop("application/json")}
        response["headers"] = REFUSED
    for (schema, *_), name in api.ma_plugin.converter.refs.items():
        if words := vars(schema).get("__doc__"):
            api.spec.components.schemas[name]["description"] = " ".join(words.split())


def _operations(app: Flask, api: Api) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for rule in app.url_map.iter_rules():
        item = api.spec._paths.get(FlaskPlugin.flaskpath2openapi(rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in item:
                yield rule.rule, method, rule.endpoint, item[method.lower()]
