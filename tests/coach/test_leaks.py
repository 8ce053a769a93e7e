"""Every route, with every role and with the other clinic's people: nothing leaks, and a wrong id is a 404.

A route that other code adds is walked as well. Where a stranger gets a 422 instead of a 404, give BODIES a body that
is right: the refusal must come from who asks, not from what they sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coach.clock import real_now
from coach.services.tokens import Identity
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CLINICAL = (
    "Ana", "RF07", "URGENT", "red_flag", '"lock"', '"program"', '"mode"', '"level"', '"note"', '"items"', '"subject"',
)  # fmt: skip
SELF = frozenset({"/v1/auth/two-factor", "/v1/auth/two-factor/confirm"})  # about one's own log-in


@dataclass
class Ward:
    """Clinic A with one locked patient, and everybody who might look."""

    patient: Person
    maya: Person  # looks after the patient and was told of the alert
    dario: Person  # her colleague, who does not and was not
    ada: Person  # their administrator
    strangers: dict[str, Person]  # of clinic B
    ids: dict[str, str]


@pytest.fixture
def ward(client: FlaskClient, clinics: tuple[Clinics, Clinics], now: datetime) -> Ward:
    patient = Person(client).register("Ana")
    patient.onboard()
    patient.report(entry("checkin", now, answers={"RF07": "yes"}))
    a, b = clinics
    maya, dario, ada = (Person(client).log_in(each, PASSWORD) for each in (a.duty, a.deputy, a.administrator))
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    staff = {each["name"]: each["id"] for each in ada.get("/v1/clinic/staff")["staff"]}
    ids = {
        "patient_id": alert["patient_id"],
        "alert_id": alert["id"],
        "account_id": staff["Maya Lindqvist"],
        "clinician_id": staff["Maya Lindqvist"],
        "colleague": staff["Dario Conti"],
        "administrator": staff["Ada Berg"],
        "channel_id": maya.post("/v1/clinic/channels", {"url": "https://pager.example.org/x"})["id"],
        "invitation_id": maya.post("/v1/clinic/invitations", {})["id"],
        "field": "level_cap",
        "program_id": maya.post("/v1/clinic/programs", {"copy_of": "T05", "title": "Own", "summary": "Of ours"})["id"],
        "measure_id": maya.post("/v1/clinic/measures", {"kind": "freeze", "reason": "a trial"})["id"],
    }
    strangers = {
        "their clinician": Person(client).log_in(b.duty, PASSWORD),
        "their administrator": Person(client).log_in(b.administrator, PASSWORD),
    }
    return Ward(patient, maya, dario, ada, strangers, ids)


def bodies(ids: dict[str, str], now: datetime) -> dict[tuple[str, str], Any]:
    """Requests that would be right, by method and rule."""
    patient, staff = "/v1/clinic/patients/<uuid:patient_id>", "/v1/clinic/staff/<uuid:account_id>"
    note = {"note": "seen and examined"}
    alert = "/v1/clinic/alerts/<uuid:alert_id>"
    return {
        ("PUT", f"{patient}/assignment"): {"program": "T05"},
        ("POST", f"{patient}/overrides"): {"field": "level_cap", "value": 2},
        ("POST", f"{patient}/entries"): {"entries": [entry("morning", now, pain=3)]},
        ("POST", f"{patient}/care"): {"clinician": ids["colleague"]},
        ("POST", f"{patient}/hand-over"): {"to": ids["colleague"]},
        ("POST", f"{staff}/hand-over"): {"to": ids["colleague"]},
        ("POST", f"{patient}/messages"): {"id": str(uuid4()), "text": "See you on Friday."},
        ("POST", f"{patient}/approvals"): {"about": "bridge", "decision": "approve"},
        ("POST", f"{patient}/adverse-events"): {"id": str(uuid4()), "text": "fell", "serious": False},
        ("POST", f"{patient}/close"): {"care": "closed", "note": "all is well"},
        ("POST", f"{patient}/preview"): {"program": "T05"},
        ("PUT", f"{patient}/pause"): {"first": "2026-03-02", "last": "2026-03-03", "cause": "away"},
        ("POST", f"{patient}/lock"): {"reason": "told on the phone"},
        ("POST", f"{patient}/messages/read"): {"up_to": now.isoformat()},
        ("POST", f"{patient}/visits"): {
            "id": str(uuid4()),
            "at": (now + timedelta(days=3)).isoformat(),
            "minutes": 30,
            "mode": "clinic",
        },
        ("POST", f"{alert}/release"): note,
        ("POST", f"{alert}/resolve"): note,
    }


def routes(app: Flask) -> list[tuple[str, str, tuple[str, ...]]]:
    """Method, rule and audience of every call that is not public."""
    found = []
    for rule in app.url_map.iter_rules():
        audience = app.view_functions[rule.endpoint].audience  # type: ignore[attr-defined]
        if audience != ("public",) and not rule.rule.startswith("/console"):  # test_console_leaks.py walks those
            found += [(method, rule.rule, audience) for method in METHODS if method in (rule.methods or ())]
    return sorted(found)


def filled(rule: str, ids: dict[str, str]) -> str | None:
    """The rule with ids that exist; None where it names something of the caller's own."""
    parts = []
    for part in rule.split("/"):
        name = part[1:-1].split(":")[-1] if part.startswith("<") else None
        if name is not None and name not in ids:
            return None
        parts.append(ids[name] if name else part)
    return "/".join(parts)


def test_a_role_that_is_not_named_is_refused_everywhere(app: Flask, ward: Ward) -> None:
    signer = app.extensions["coach"].signer
    enrolling = Person(ward.maya.client)
    account = signer.identity(ward.maya.tokens["access_token"]).account_id
    enrolling.tokens = {"access_token": signer.access(Identity(account, "enrolling"), real_now())}
    people = {
        "patient": ward.patient, "physiotherapist": ward.maya, "doctor": ward.dario, "administrator": ward.ada,
        "enrolling": enrolling,
    }  # fmt: skip
    anything = ward.ids | {name: str(uuid4()) for name in ("reminder_id", "device_id")}
    walked = 0
    for method, rule, audience in routes(app):
        path = filled(rule, anything) or rule.replace("<string:", "").replace("<uuid:", "").replace(">", "")
        for role, person in people.items():
            if role not in audience:
                assert person.call(method, path, {}).status_code in (403, 404), f"{role} {method} {rule}"
                walked += 1
        if rule not in SELF:
            assert "enrolling" not in audience
    assert walked > 100


def test_another_clinic_and_a_colleague_find_nothing_of_a_patient(app: Flask, ward: Ward, now: datetime) -> None:
    right, walked = bodies(ward.ids, now), 0
    people = ward.strangers | {"a colleague": ward.dario}
    own = {
        "channel_id",
        "invitation_id",
        "account_id",
        "measure_id",
        "program_id",
    }  # of the clinic, not of the patient: a colleague may
    for method, rule, audience in routes(app):
        path = filled(rule, ward.ids)
        if path is None or path == rule:
            continue
        for who, person in people.items():
            if role(app, person) not in audience or (who == "a colleague" and any(name in rule for name in own)):
                continue
            answer = person.call(method, path, right.get((method, rule), {} if method != "GET" else None))
            assert answer.status_code == 404, f"{who} {method} {rule}: {answer.status_code} {answer.text}"
            walked += 1
    assert walked > 25
    assert ward.maya.get(f"/v1/clinic/patients/{ward.ids['patient_id']}")["lock"] == "URGENT"  # nothing has changed


def test_no_list_of_theirs_names_our_patient(app: Flask, ward: Ward) -> None:
    for person in (*ward.strangers.values(), ward.dario):
        for method, rule, audience in routes(app):
            if method == "GET" and "<" not in rule and role(app, person) in audience:
                answer = person.call("GET", rule)
                assert "Ana" not in answer.text, rule
                assert ward.ids["patient_id"] not in answer.text, rule
                if person is not ward.dario:
                    assert not any(each in answer.text for each in ward.ids.values()), rule


def test_an_unknown_id_is_the_same_404(app: Flask, ward: Ward, now: datetime) -> None:
    wrong = {name: str(uuid4()) for name in ward.ids}
    right = bodies(ward.ids, now)
    for method, rule, audience in routes(app):
        path = filled(rule, wrong)
        if path is None or path == rule:
            continue
        for person in (ward.maya, ward.ada):
            if role(app, person) in audience:
                answer = person.call(method, path, right.get((method, rule), {} if method != "GET" else None))
                assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found"), rule


def test_an_administrator_reads_nothing_clinical(app: Flask, ward: Ward) -> None:
    ada, seen = ward.ada, 0
    for method, rule, audience in routes(app):
        path = filled(rule, ward.ids)
        if method != "GET" or "administrator" not in audience or path is None:
            continue
        if rule == "/v1/clinic/audit":
            path += f"?patient={ward.ids['patient_id']}"
        answer = ada.call("GET", path)
        assert answer.status_code == 200, rule
        allowed = ("Ana",) if rule == "/v1/clinic/people" else ()
        leaked = [word for word in CLINICAL if word in answer.text and word not in allowed]
        assert leaked == [], rule
        seen += 1
    assert seen >= 6


def role(app: Flask, person: Person) -> str:
    return str(app.extensions["coach"].signer.identity(person.tokens["access_token"]).role)
