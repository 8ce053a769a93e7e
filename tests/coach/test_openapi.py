"""The served document against the served API: generated requests, good and bad, of everyone who may call it.

`schemathesis` sends them. No answer may be a 5xx, and none may hold anything that the document does not say.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as conformance
from sqlalchemy.orm import Session, sessionmaker

from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person, entry
from tests.ticks import tick

EXAMPLES = 12  # generated requests for each operation and role, besides the boundary cases
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
    conformance.unsupported_method,
    conformance.allow_header_conformance,
    conformance.ignored_auth,
]
bounded = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").get_json()


@pytest.fixture
def known(client: FlaskClient, committed: sessionmaker[Session], now: datetime) -> dict[str, Any]:
    """Two patients, one of them locked, and words that lead past the first check into the rules."""
    locked, patient = Person(client).register("Eve").onboard_well(), Person(client).register("Ana").onboard_well()
    return {}


def _narrowed(document: dict[str, Any], known: dict[str, list[Any]]) -> dict[str, Any]:
    """The document with what exists as the only good values, and no room for what it does not say."""
    narrow = deepcopy(document)
    for each in _objects(narrow):
        for name, shape in each.get("properties", {}).items():
            ...
    return narrow
