"""The served document against the served API: generated requests, good and bad, of everyone who may call it.

No answer may be a 5xx, and none may hold anything that the document does not say. `schemathesis` sends the boundary
cases of every field and parameter, and some chosen at random with a fixed seed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy.orm import Session, sessionmaker

from coach.services import consent
from programs import catalog
from tests import staff
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.people import ALL_NO, PASSWORD, WELL, Person, entry
from tests.patients import receiver_key
from tests.ticks import tick

EXAMPLES = 6  # random requests for each call of one's own; raise it to search longer
OTHERS = 1  # and for each call of somebody else's
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance",
)  # fmt: skip
OWN = {
    "anonymous": "^/v1/(auth|library|push-key)",
    "patient": "^/v1/me",
    "physiotherapist": "^/v1/clinic/(patients|alerts|duty|channels|waiting)",
    "administrator": "^/v1/clinic/(staff|invitations|people|audit)",
}
# An entry has far more boundary cases than anything else: only the good ones, and those only once.
ENTRIES = (
    {"include-path": "/v1/me/entries", "phases": {"coverage": {"generation": {"mode": "positive"}}}},
    {"include-path": "/v1/clinic/patients/{patient_id}/entries", "phases": {"coverage": {"enabled": False}}},
)

by_role = pytest.mark.parametrize("role", OWN)


@pytest.fixture
def people(client: FlaskClient, committed: sessionmaker[Session], now: datetime, move: Move) -> dict[str, Person]:
    """A patient with something in every list, another who is locked, the physiotherapist of both, an administrator."""
    patient, locked = Person(client).register(), Person(client).register("Eve")
    patient.onboard()
    locked.onboard()
    patient.report(entry("morning", now, pain=3))
    locked.report(entry("checkin", now, answers={"RF07": "yes"}))
    physiotherapist = Person(client).log_in(CLINICIAN, PASSWORD)
    record = f"/v1/clinic/patients/{patient.get('/v1/me')['id']}"
    visit = {"id": str(uuid4()), "at": (now + timedelta(days=9)).isoformat(), "minutes": 30, "mode": "video"}
    physiotherapist.post(f"{record}/visits", visit)
    physiotherapist.post(f"{record}/messages", {"id": str(uuid4()), "text": "How is it going?"})
    move(now + timedelta(days=1))
    with committed.begin() as session:
        tick(session, now + timedelta(days=1))
        administrator = staff.complete(session, now).administrator
    return {
        "anonymous": Person(client),
        "patient": patient,
        "locked": locked,
        "physiotherapist": Person(client).log_in(CLINICIAN, PASSWORD),
        "administrator": Person(client).log_in(administrator, PASSWORD),
    }


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").get_json()
    return document


@pytest.fixture
def narrow(document: dict[str, Any], people: dict[str, Person], now: datetime) -> dict[str, Any]:
    """The document whose good requests name what exists, so that its bad ones name anything else."""
    existing = _existing(people, now + timedelta(days=1))
    for shape in _shapes(document):
        if "in" in shape and shape["name"] in existing:
            shape["schema"] = {"enum": existing[shape["name"]]}
    for shape in document["components"]["schemas"].values():
        for name in shape.get("properties", {}).keys() & existing.keys():
            if shape.get("additionalProperties") is False:  # of a request
                shape["properties"][name]["enum"] = existing[name]
    return document


@by_role
def test_every_answer_is_what_the_document_says(
    app: Flask, narrow: dict[str, Any], people: dict[str, Person], role: str
) -> None:
    others = {"exclude-path-regex": OWN[role], "enabled": False}
    assert _failures(app, narrow, people[role], EXAMPLES, others, *ENTRIES) == []


@by_role
def test_so_is_every_refusal_of_what_somebody_else_may_do(
    app: Flask, narrow: dict[str, Any], people: dict[str, Person], role: str
) -> None:
    own = {"include-path-regex": OWN[role], "enabled": False}
    rest = {"exclude-path-regex": OWN[role], "phases": {"coverage": {"enabled": False}}}
    assert _failures(app, narrow, people[role], OTHERS, own, rest) == []


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"red_flags": ALL_NO | {"RF02": "yes", "RF07": "known"}},
        {"age": 12},
        {"pregnancy_day": "2025-11-02", "diagnoses": ["HTN"], "equipment": []},
        {"leg": 7, "location": 4, "diagnoses": ["RAD"]},
    ],
)
def test_every_state_of_a_person_is_in_the_document(
    app: Flask, client: FlaskClient, document: dict[str, Any], now: datetime, move: Move, facts: dict[str, Any]
) -> None:
    person = Person(client).register()
    schema = _schema(app, document, person)
    token = {"Authorization": f"Bearer {person.tokens['access_token']}"}

    def call(method: str, path: str, **parts: Any) -> None:
        answer = schema[path][method].Case(**parts).call_and_validate(headers=token)
        assert answer.status_code == (404 if path == "/v1/me/closing" else 200)  # no episode has been closed

    def look() -> None:
        for path, item in document["paths"].items():
            if path.startswith("/v1/me") and "get" in item and "{" not in path:
                call("GET", path)

    look()
    call("PUT", "/v1/me/intake", body=WELL | facts)
    look()
    session = entry("session", now, pre=3, peak=6, rpe=8, items={"bridge": {"done": 1}})
    danger = entry("checkin", now, answers={"RF01": "unsure"})
    entries = [entry("checkin", now), session, entry("morning", now, pain=8), danger, {"kind": "dance"}]
    call("POST", "/v1/me/entries", body={"entries": entries})
    move(now + timedelta(days=1))
    look()


ENTRY = '{"entries": [%s]}'
FLAG = '{"kind": "checkin", "body": {"answers": {"RF01": "yes"}, "severe": [[], {}]}}'
LEG = '{"kind": "motor", "body": {"left": {"heel_walk": [], "chair": "cannot"}}}'


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/me/routines/%00", None, 422),
        ("GET", "/v1/me/routines/%2F", None, 404),
        ("GET", "/v1/me/inbox?before=%ff", None, 422),
        ("GET", "/v1/me/decisions?before=" + "9" * 5000, None, 422),
        ("GET", "/v1//me", None, 404),
        ("GET", "/v1/me/", None, 404),
        ("HEAD", "/v1/me", None, 200),
        ("TRACE", "/v1/me", None, 405),
        ("PATCH", "/v1/me", '{"quiet_from": 60.0}', 200),
        ("PATCH", "/v1/me", '{"quiet_from": true}', 422),
        ("PATCH", "/v1/me", '{"quiet_from": 1e999}', 422),
        ("PATCH", "/v1/me", '{"quiet_from": %s}' % ("9" * 5000), 400),
        ("POST", "/v1/me/entries", ENTRY % ('"\\ud800", ' + "[" * 90_000), 400),
        ("POST", "/v1/me/entries", ENTRY % '"\\\\\\u0000"', 400),
        ("POST", "/v1/me/entries", ENTRY % '"\\\\u0000"', 200),
        ("POST", "/v1/me/entries", ENTRY % FLAG, 200),
        ("POST", "/v1/me/entries", ENTRY % LEG, 200),
    ],
)
def test_an_odd_request_is_answered_like_any_other(
    person: Person, method: str, path: str, body: str | None, status: int
) -> None:
    answer = person.call(method, path, body)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["instance"] == answer.headers["X-Request-Id"]


def _failures(
    app: Flask, document: dict[str, Any], person: Person, examples: int, *operations: dict[str, Any]
) -> list[str]:
    found, sent = [], 0
    for event in engine.from_schema(_schema(app, document, person, examples, operations)).execute():
        if isinstance(event, events.ScenarioFinished):
            sent += len(event.recorder.interactions)
            for check in chain.from_iterable(event.recorder.checks.values()):
                if failed := check.failure_info:
                    found.append(f"{failed.failure.title}: {failed.failure.message}\n{failed.code_sample}")
        elif isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found if sent else ["Nothing was sent."]


def _schema(
    app: Flask, document: dict[str, Any], person: Person, examples: int = 1, operations: Sequence[dict[str, Any]] = ()
) -> OpenApiSchema:
    config: dict[str, Any] = {
        "seed": 1,
        "generation": {"max-examples": examples, "deterministic": True, "database": "none", "no-shrink": True},
        "phases": {"examples": {"enabled": False}, "stateful": {"enabled": False}},
        "operations": list(operations),
        "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
        "auth": {"auto-signup": False},
    }
    if person.tokens:
        config["auth"]["openapi"] = {"bearer": {"bearer": person.tokens["access_token"]}}
    _close(document)
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    schema.app = app
    return schema


def _existing(people: dict[str, Person], now: datetime) -> dict[str, list[Any]]:
    """Values that lead past the first check into the rules, by the name of their field or parameter."""
    patient, locked, physiotherapist = (people[role] for role in ("patient", "locked", "physiotherapist"))
    members = [each["id"] for each in physiotherapist.get("/v1/clinic/staff")["staff"]]
    invited = people["administrator"].post("/v1/clinic/invitations", {})
    reminders = patient.get("/v1/me/reminders")
    inbox = [each["id"] for each in patient.get("/v1/me/inbox")["items"]]
    content = catalog.load()
    return {
        "patient_id": [patient.get("/v1/me")["id"], locked.get("/v1/me")["id"], str(uuid4())],
        "alert_id": [each["id"] for each in physiotherapist.get("/v1/clinic/alerts")["alerts"]],
        "patient": [patient.get("/v1/me")["id"], str(uuid4())],
        "account_id": members,
        "clinician_id": members,
        "clinician": members,
        "to": members,
        "from": members,
        "on_duty": members,
        "deputy": members,
        "invitation_id": [invited["id"]],
        "invitation": [invited["code"]],
        "consent": [consent.VERSION],
        "channel_id": [physiotherapist.get("/v1/clinic/channels")["channels"][0]["id"]],
        "reminder_id": [each["id"] for each in reminders["reminders"]],
        "device_id": [str(uuid4())],
        "visit_id": [each["id"] for each in patient.get("/v1/me/visits")["visits"]],
        "message_id": [each["id"] for each in patient.get("/v1/me/messages")["messages"]],
        "on_day": [(now + timedelta(days=each)).date().isoformat() for each in (0, 1, 400)],
        "shift": ["day", "night"],
        "occurrence": inbox,
        "item": inbox,
        "day": [(now + timedelta(days=each)).date().isoformat() for each in (0, 6, 7)],
        "exercise_id": list(content.exercises)[:5],
        "exercise": [each["exercise"] for each in patient.get("/v1/me/plan")["items"]],
        "program": list(content.programs),
        "red_flags": [ALL_NO],
        "zone": ["Europe/Paris", "Asia/Kathmandu"],
        "occurred_at": [(now - timedelta(minutes=each)).isoformat() for each in (0, 1, 600, 5000)],
        "local_day": [(now - timedelta(days=each)).date().isoformat() for each in (0, 1)],
        "refresh_token": [locked.tokens["refresh_token"]],
        "endpoint": ["https://push.example.org/x"],
        "p256dh": [receiver_key()],
        "auth": ["AAAAAAAAAAAAAAAAAAAAAA"],
    }


def _close(document: dict[str, Any]) -> None:
    """Clients tolerate fields and words they do not know; here there shall be none."""
    for shape in _shapes(document["components"]["schemas"]):
        if "properties" in shape:
            shape["additionalProperties"] = False
        if words := shape.get("x-extensible-enum"):
            shape["enum"] = [*words, None] if "null" in shape["type"] else words


def _shapes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _shapes(inner)
