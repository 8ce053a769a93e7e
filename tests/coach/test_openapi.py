"""The served document against the served API: generated requests, good and bad, of everyone who may call it.

No answer may be a 5xx, and none may hold anything that the document does not say. `schemathesis` sends the boundary
cases of every field and parameter, and some chosen at random with a fixed seed.
"""

from collections.abc import Iterator
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
from sqlalchemy.orm import Session, sessionmaker

from programs import catalog
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.people import PASSWORD, Person, entry
from tests.ticks import tick

EXAMPLES = 12  # random requests for each call of one's own; raise it to search longer
OTHERS = 2  # and for each call of somebody else's
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance",
)  # fmt: skip
OWN = {"anonymous": "^/v1/(auth|library|push-key)", "patient": "^/v1/me", "physiotherapist": "^/v1/clinic"}
# An entry has far more boundary cases than anything else: only the good ones, and those only once.
ENTRIES = (
    {"include-path": "/v1/me/entries", "phases": {"coverage": {"generation": {"mode": "positive"}}}},
    {"include-path": "/v1/clinic/patients/{patient_id}/entries", "phases": {"coverage": {"enabled": False}}},
)

by_role = pytest.mark.parametrize("role", OWN)


@pytest.fixture
def people(client: FlaskClient, committed: sessionmaker[Session], now: datetime, move: Move) -> dict[str, Person]:
    """A patient with something in every list, another who is locked, and the physiotherapist of both."""
    patient, locked = Person(client).register(), Person(client).register("Eve")
    patient.onboard()
    locked.onboard()
    patient.report(entry("morning", now, pain=3))
    locked.report(entry("checkin", now, answers={"RF05": "yes"}))
    move(now + timedelta(days=1))
    with committed.begin() as session:
        tick(session, now + timedelta(days=1))
    return {
        "anonymous": Person(client),
        "patient": patient,
        "locked": locked,
        "physiotherapist": Person(client).log_in(CLINICIAN, PASSWORD),
    }


@pytest.fixture
def document(client: FlaskClient, people: dict[str, Person], now: datetime) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").get_json()
    _narrow(document, _existing(people, now + timedelta(days=1)))
    _close(document)
    return document


@by_role
def test_every_answer_is_what_the_document_says(
    app: Flask, document: dict[str, Any], people: dict[str, Person], role: str
) -> None:
    others = {"exclude-path-regex": OWN[role], "enabled": False}
    assert _failures(app, document, people[role], EXAMPLES, others, *ENTRIES) == []


@by_role
def test_so_is_every_refusal_of_what_somebody_else_may_do(
    app: Flask, document: dict[str, Any], people: dict[str, Person], role: str
) -> None:
    own = {"include-path-regex": OWN[role], "enabled": False}
    rest = {"exclude-path-regex": OWN[role], "phases": {"coverage": {"enabled": False}}}
    assert _failures(app, document, people[role], OTHERS, own, rest) == []


def _failures(
    app: Flask, document: dict[str, Any], person: Person, examples: int, *operations: dict[str, Any]
) -> list[str]:
    schema = schemathesis.openapi.from_dict(document, config=_config(person, examples, operations))
    schema.app = app
    found = []
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for check in chain.from_iterable(event.recorder.checks.values()):
                if failed := check.failure_info:
                    found.append(f"{failed.failure.title}: {failed.failure.message}\n{failed.code_sample}")
        elif isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found


def _config(person: Person, examples: int, operations: tuple[dict[str, Any], ...]) -> SchemathesisConfig:
    config: dict[str, Any] = {
        "seed": 1,
        "generation": {"max-examples": examples, "deterministic": True, "database": "none", "no-shrink": True},
        "phases": {"examples": {"enabled": False}, "stateful": {"enabled": False}},
        "operations": operations,
        "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
        "auth": {"auto-signup": False},
    }
    if person.tokens:
        config["auth"]["openapi"] = {"bearer": {"bearer": person.tokens["access_token"]}}
    return SchemathesisConfig.from_dict(config)


def _existing(people: dict[str, Person], now: datetime) -> dict[str, list[Any]]:
    """Values that lead past the first check into the rules, by the name of their field or parameter."""
    patient, locked, physiotherapist = (people[role] for role in ("patient", "locked", "physiotherapist"))
    reminders = patient.get("/v1/me/reminders")
    inbox = [each["id"] for each in patient.get("/v1/me/inbox")["items"]]
    content = catalog.load()
    return {
        "patient_id": [patient.get("/v1/me")["id"], locked.get("/v1/me")["id"], str(uuid4())],
        "alert_id": [each["id"] for each in physiotherapist.get("/v1/clinic/alerts")["alerts"]],
        "reminder_id": [each["id"] for each in reminders["reminders"]],
        "device_id": [str(uuid4())],
        "occurrence": inbox,
        "item": inbox,
        "day": [(now + timedelta(days=each)).date().isoformat() for each in (0, 6, 7)],
        "exercise_id": list(content.exercises)[:5],
        "program": list(content.programs),
        "zone": ["Europe/Paris", "Asia/Kathmandu"],
        "occurred_at": [(now - timedelta(minutes=each)).isoformat() for each in (0, 1, 600, 5000)],
        "local_day": [(now - timedelta(days=each)).date().isoformat() for each in (0, 1)],
        "refresh_token": [locked.tokens["refresh_token"]],
    }


def _narrow(document: dict[str, Any], existing: dict[str, list[Any]]) -> None:
    """Good requests name what exists, so that bad ones name anything else."""
    for shape in _shapes(document):
        if "in" in shape and shape["name"] in existing:
            shape["schema"] = {"enum": existing[shape["name"]]}
    for shape in document["components"]["schemas"].values():
        for name in shape.get("properties", {}).keys() & existing.keys():
            if shape.get("additionalProperties") is False:  # of a request
                shape["properties"][name]["enum"] = existing[name]


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
