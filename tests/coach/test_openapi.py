"""The served document against the served API: generated requests, good and bad, of everyone who may call it.

`schemathesis` sends them. No answer may be a 5xx, and none may hold anything that the document does not say.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
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

from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person, entry
from tests.ticks import tick

EXAMPLES = 12  # generated requests for each operation and role, besides the boundary cases
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth",
)  # fmt: skip
ROLES = ("anonymous", "patient", "physiotherapist")


@pytest.fixture
def patient(person: Person, committed: sessionmaker[Session], now: datetime) -> Person:
    """Onboarded, with something in every list: an entry, a red flag, a reminder that came, a device."""
    person.onboard()
    person.report(entry("morning", now, pain=3), entry("checkin", now, answers={"RF05": "yes"}))
    with committed.begin() as session:
        tick(session, now)
    return person


@pytest.fixture
def physiotherapist(client: FlaskClient) -> Person:
    return Person(client).log_in(CLINICIAN, PASSWORD)


@pytest.fixture(params=ROLES)
def served(
    request: pytest.FixtureRequest, app: Flask, client: FlaskClient, patient: Person, physiotherapist: Person, now: datetime
) -> Any:
    """The API as schemathesis sees it, for one role."""
    document = client.get("/openapi.json").get_json()
    _close(document)
    _narrow(document, _existing(patient, physiotherapist, now))
    config: dict[str, Any] = {
        "seed": 1,
        "phases": {"examples": {"enabled": False}, "stateful": {"enabled": False}},
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
    }
    if request.param != "anonymous":
        token = {"patient": patient, "physiotherapist": physiotherapist}[request.param].tokens["access_token"]
        config["auth"] = {"openapi": {"bearer": {"bearer": token}}}
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    schema.app = app
    return schema


def test_every_answer_is_what_the_document_says(served: OpenApiSchema) -> None:
    found = []
    import time, collections
    t = time.time(); n = collections.Counter(); st = collections.Counter(); el = collections.Counter()
    with open("/tmp/w/schema/failures.txt", "a") as out:
        for event in engine.from_schema(served).execute():
            if isinstance(event, events.ScenarioFinished):
                n[event.phase] += len(event.recorder.interactions)
                el[event.recorder.label] += event.elapsed_time
                for i in event.recorder.interactions.values():
                    st[i.response.status_code if i.response else None] += 1
                for checks_ in event.recorder.checks.values():
                    for c in checks_:
                        if c.failure_info:
                            f = c.failure_info.failure
                            print("####", event.phase, f.operation, f.title, f.message, c.failure_info.code_sample, file=out)
                            found.append(f)
            elif isinstance(event, (events.NonFatalError, events.FatalError)):
                print("#### ERR", event, getattr(event, "value", None), getattr(event, "exception", None), file=out)
                found.append(event)
        print("@@@@", n, st, time.time() - t, el.most_common(6), file=out)
    assert not found, len(found)


def _existing(patient: Person, physiotherapist: Person, now: datetime) -> dict[str, list[Any]]:
    """Values that lead past the first check into the rules, by the name of their field or parameter."""
    reminders = patient.get("/v1/me/reminders")
    alerts = physiotherapist.get("/v1/clinic/alerts")["alerts"]
    minutes_ago = [(now - timedelta(minutes=each)).isoformat() for each in (0, 1, 600, 5000)]
    return {
        "patient_id": [patient.get("/v1/me")["id"], str(uuid4())],
        "alert_id": [each["id"] for each in alerts],
        "reminder_id": [each["id"] for each in reminders["reminders"]],
        "device_id": [str(uuid4())],
        "occurrence": [each["collapse_id"] for each in reminders["upcoming"]],
        "item": [each["id"] for each in patient.get("/v1/me/inbox")["items"]],
        "day": ["2026-03-02", "2026-03-08", "2026-03-09"],
        "exercise_id": ["BRIDGE"],
        "zone": ["Europe/Paris", "Asia/Kathmandu"],
        "occurred_at": minutes_ago,
        "local_day": ["2026-03-02", "2026-03-01"],
        "refresh_token": [patient.tokens["refresh_token"], physiotherapist.tokens["refresh_token"]],
    }


def _close(document: dict[str, Any]) -> None:
    """Nothing may be answered that is not described: no further fields, no further words."""
    for shape in _shapes(document["components"]["schemas"]):
        if "properties" in shape:
            shape["additionalProperties"] = False
        if words := shape.get("x-extensible-enum"):
            shape["enum"] = [*words, None] if "null" in shape["type"] else words


def _narrow(document: dict[str, Any], existing: dict[str, list[Any]]) -> None:
    """Good requests name what exists; bad ones name anything else."""
    for shape in _shapes(document):
        if shape.get("in") and shape["name"] in existing:
            shape["schema"] = {"enum": existing[shape["name"]]}
    for shape in document["components"]["schemas"].values():
        for name, described in shape.get("properties", {}).items():
            if name in existing:
                described["enum"] = existing[name]


def _shapes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _shapes(inner)
