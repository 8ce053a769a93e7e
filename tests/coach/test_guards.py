"""Guards over the whole API, so that no route can be forgotten."""

import ast
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import coach
from coach.api.auth import PUBLIC
from tests.coach.people import Person

ALLOWED_TO_ALL = {
    "/", "/docs", "/openapi.json", "/style.css", "/health/live", "/health/ready", "/health/status", "/metrics",
    "/v1/auth/register", "/v1/auth/token", "/v1/auth/refresh", "/v1/auth/logout", "/v1/push-key",
    "/v1/auth/invitation", "/v1/auth/join-staff", "/v1/auth/reset", "/v1/auth/reset/confirm",
    "/v1/calendar/<string:token>/visits.ics",
    "/v1/library/exercises", "/v1/library/exercises/<string:exercise_id>", "/v1/library/programs",
    "/v1/library/exercises/<string:exercise_id>/figure.svg", "/v1/library/exercises/<string:exercise_id>/figure.json",
    "/v1/library/lessons", "/v1/library/lessons/<string:lesson_id>", "/v1/library/modules",
    "/console/log-in", "/console/join", "/console/style.css", "/console/language/<string:locale>",
    "/v1/library/questionnaires", "/v1/library/safety-card",
    "/app", "/join", "/app/", "/app/sw.js", "/app/v/<string:version>/<path:name>",
}  # fmt: skip


@pytest.mark.parametrize("room", ["api", "console", "phone"])
def test_no_statement_is_written_outside_services_and_models(room: str) -> None:
    written = [
        f"{path}: {alias.name}"
        for path in sorted((Path(coach.__file__).parent / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
        for alias in node.names
        if alias.name not in ("Connection", "Engine")  # types of what the edge opens
    ]
    assert written == []


def test_every_route_declares_its_audience(app: Flask) -> None:
    silent = [rule.rule for rule in app.url_map.iter_rules() if not _audience(app, rule.endpoint)]
    assert silent == []


def test_only_the_listed_routes_are_public(app: Flask) -> None:
    public = {rule.rule for rule in app.url_map.iter_rules() if _audience(app, rule.endpoint) == (PUBLIC,)}
    assert public == ALLOWED_TO_ALL


def test_every_route_under_v1_is_documented(app: Flask, client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    documented = {(method.upper(), path) for path, item in paths.items() for method in item}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert (method, _shape(rule.rule)) in documented, f"{method} {rule.rule}"


def test_no_protected_route_answers_a_stranger(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        if _audience(app, rule.endpoint) == (PUBLIC,):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(_filled(rule.rule), method=method, json={})
            assert answer.status_code == 401, f"{method} {rule.rule}"


def test_a_patient_cannot_use_the_clinics_routes(app: Flask, person: Person) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/clinic"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert person.call(method, _filled(rule.rule), {}).status_code == 403


def test_a_view_that_forgets_its_audience_is_closed(app: Flask, client: FlaskClient) -> None:
    view = app.view_functions["status.live"]
    app.view_functions["status.live"] = lambda: "open to all"
    try:
        assert client.get("/health/live").status_code == 404
    finally:
        app.view_functions["status.live"] = view


@pytest.mark.parametrize("path", ["/", "/v1/me", "/nowhere", "/health/live"])
def test_every_answer_tells_the_time_and_its_request(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Server-Time"]
    assert len(answer.headers["X-Request-Id"]) == 36


def _audience(app: Flask, endpoint: str) -> Any:
    return getattr(app.view_functions[endpoint], "audience", None)


def _shape(rule: str) -> str:
    return "/".join("{" + part[1:-1].split(":")[-1] + "}" if part.startswith("<") else part for part in rule.split("/"))


def _filled(rule: str) -> str:
    known = {"<uuid": "3b241101-e2bb-4255-8caf-4136c566a962", "<string": "2026-03-02"}
    return "/".join(known[part.split(":")[0]] if part.startswith("<") else part for part in rule.split("/"))
