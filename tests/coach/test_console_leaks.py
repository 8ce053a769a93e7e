"""Every page of the console, with every role and with other clinics' people: a wrong id and another's are one answer.

A page that other code adds is walked as well.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tests.coach.consoles import Console
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics

METHODS = ("GET", "POST")
ROLES = ("physiotherapist", "doctor", "administrator")
CLINICAL = ("Numbness", "RF07", "Unsteady", "urgent", "T05", "Strength and confidence", "back 6/10")
WORDS = {"outcome": "done", "kind": "weight", "locale": "en"}
Pages = list[tuple[str, str, tuple[str, ...]]]


@dataclass
class Ward:
    """Clinic A with one locked patient, and everybody who might look."""

    maya: Console  # looks after the patient and was told of the alert
    dario: Console  # her colleague, who does not and was not
    ada: Console  # their administrator
    rin: Console  # of clinic B
    other_administrator: Console
    ids: dict[str, str]


@pytest.fixture
def ward(
    app: Flask, client: FlaskClient, clinics: tuple[Clinics, Clinics], now: datetime, committed: sessionmaker[Session]
) -> Ward:
    patient = Person(client).register("Ana")
    patient.onboard()
    patient.report(entry("checkin", now, answers={"RF07": "yes"}))
    a, b = clinics
    api = Person(client).log_in(a.duty, PASSWORD)
    (alert,) = api.get("/v1/clinic/alerts")["alerts"]
    here = f"/v1/clinic/patients/{alert['patient_id']}"
    visit = {"id": str(uuid4()), "at": (now + timedelta(days=3)).isoformat(), "minutes": 30, "mode": "clinic"}
    staff = {each["name"]: each["id"] for each in api.get("/v1/clinic/staff")["staff"]}
    ids = {
        "patient_id": alert["patient_id"],
        "alert_id": alert["id"],
        "visit_id": api.post(f"{here}/visits", visit)["id"],
        "account_id": staff["Maya Lindqvist"],
        "clinician_id": staff["Maya Lindqvist"],
        "channel_id": api.post("/v1/clinic/channels", {"url": "https://pager.example.org/x"})["id"],
        "invitation_id": api.post("/v1/clinic/invitations", {})["id"],
        "measure_id": api.post("/v1/clinic/measures", {"kind": "freeze", "reason": "looking into it"})["id"],
    }
    people = []
    for email in (a.duty, a.deputy, a.administrator, b.duty, b.administrator):
        people.append(Console(app))
        assert people[-1].log_in(email).status_code == 303
    return Ward(*people, ids)


def pages(app: Flask) -> Pages:
    """Method, rule and audience of every page that is not public."""
    found = []
    for rule in app.url_map.iter_rules():
        audience = app.view_functions[rule.endpoint].audience  # type: ignore[attr-defined]
        if rule.rule.startswith("/console") and audience != ("public",):
            found += [(method, rule.rule, audience) for method in METHODS if method in (rule.methods or ())]
    return sorted(found)


def filled(rule: str, ids: dict[str, str]) -> str:
    parts = []
    for part in rule.split("/"):
        name = part[1:-1].split(":")[-1] if part.startswith("<") else None
        parts.append((ids | WORDS)[name] if name else part)
    return "/".join(parts)


def call(console: Console, method: str, path: str) -> int:
    data = {"token": console.token} if method == "POST" else None
    return console.client.open(path, method=method, data=data).status_code


def test_nobody_of_another_clinic_and_no_colleague_finds_a_patient(app: Flask, ward: Ward) -> None:
    own = {
        "channel_id",
        "invitation_id",
        "account_id",
        "measure_id",
    }  # of the clinic, not of the patient: a colleague may
    walked = 0
    for method, rule, audience in pages(app):
        if "<uuid:" not in rule:
            continue
        path = filled(rule, ward.ids)
        strangers = {"physiotherapist": [ward.rin], "administrator": [ward.other_administrator]}
        if not any(f"<uuid:{name}>" in rule for name in own):
            strangers["doctor"] = [ward.dario]
        for role, consoles in strangers.items():
            for console in consoles if role in audience else ():
                assert call(console, method, path) == 404, f"{role} {method} {rule}"
                walked += 1
    assert walked > 50


def test_an_unknown_id_is_the_same_as_anothers(app: Flask, ward: Ward) -> None:
    nobody = {name: str(uuid4()) for name in ward.ids}
    for method, rule, audience in pages(app):
        if "<uuid:" in rule:
            console = ward.maya if "physiotherapist" in audience else ward.ada
            assert call(console, method, filled(rule, nobody)) == 404, f"{method} {rule}"


def test_a_role_that_is_not_named_is_refused(app: Flask, ward: Ward) -> None:
    consoles = dict(zip(ROLES, (ward.maya, ward.dario, ward.ada), strict=True))
    walked = 0
    for method, rule, audience in pages(app):
        for role, console in consoles.items():
            if role not in audience:
                assert call(console, method, filled(rule, ward.ids)) in (303, 403), f"{role} {method} {rule}"
                walked += 1
    assert walked > 30


def test_an_administrator_reads_nothing_clinical(app: Flask, ward: Ward) -> None:
    seen = 0
    for method, rule, audience in pages(app):
        if method == "GET" and "administrator" in audience and "second-factor" not in rule:
            page = ward.ada.client.get(filled(rule, ward.ids), follow_redirects=True).text
            assert [word for word in CLINICAL if word in page] == [], rule
            seen += 1
    assert seen >= 6


def test_reading_a_page_is_written_down(app: Flask, ward: Ward) -> None:
    ward.maya.page(f"/console/patients/{ward.ids['patient_id']}")
    lines = ward.ada.page(f"/console/patients/{ward.ids['patient_id']}/care")
    assert "read progress" in lines and "Maya Lindqvist" in lines
