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

from programs import catalog
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.people import ALL_NO, PASSWORD, WELL, Person, entry
from tests.patients import receiver_key
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
def document(client: FlaskClient) -> dict[str, Any]:
    """The served one, with no room for what it does not say."""
    document: dict[str, Any] = client.get("/openapi.json").get_json()
    for shape in _shapes(document["components"]["schemas"]):
        if "properties" in shape:  # clients shall tolerate more, but there shall be no more
            shape["additionalProperties"] = False
        if words := shape.get("x-extensible-enum"):
            shape["enum"] = [*words, None] if "null" in shape["type"] else words
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
        {"red_flags": ALL_NO | {"RF05": "yes", "RF09": "known"}},
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

    def look() -> None:
        for path, item in document["paths"].items():
            if path.startswith("/v1/me") and "get" in item and "{" not in path:
                assert schema[path]["GET"].Case().call_and_validate().status_code == 200

    look()
    schema["/v1/me/intake"]["PUT"].Case(body=WELL | facts).call_and_validate()
    look()
    session = entry("session", now, pre=3, peak=6, rpe=8, items={"BRIDGE": {"done": 1}})
    danger = entry("checkin", now, answers={"RF01": "unsure"})
    entries = [entry("checkin", now), session, entry("morning", now, pain=8), danger, {"kind": "dance"}]
    schema["/v1/me/entries"]["POST"].Case(body={"entries": entries}).call_and_validate()
    move(now + timedelta(days=1))
    look()


def _failures(
    app: Flask, document: dict[str, Any], person: Person, examples: int, *operations: dict[str, Any]
) -> list[str]:
    found = []
    for event in engine.from_schema(_schema(app, document, person, examples, operations)).execute():
        if isinstance(event, events.ScenarioFinished):
            for check in chain.from_iterable(event.recorder.checks.values()):
                if failed := check.failure_info:
                    found.append(f"{failed.failure.title}: {failed.failure.message}\n{failed.code_sample}")
        elif isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found


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
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    schema.app = app
    return schema


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
        "endpoint": ["https://push.example.org/x"],
        "p256dh": [receiver_key()],
        "auth": ["AAAAAAAAAAAAAAAAAAAAAA"],
    }


def _shapes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _shapes(inner)
