"""What people type is shown as they typed it, wherever it is shown, and never becomes part of the page."""

import html
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.coach.conftest import Move
from tests.coach.consoles import Console, forms
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics

EVIL = """<script>alert(1)</script>'"><img src=x onerror=alert(2)>"""


@pytest.fixture
def scene(
    app: Flask, client: FlaskClient, clinics: tuple[Clinics, Clinics], now: datetime, move: Move
) -> tuple[Console, Console, str]:
    """A patient whose every text is an attack; Maya and the administrator at their consoles; the patient's page."""
    person = Person(client).register(EVIL)
    person.onboard()
    person.post("/v1/me/messages", {"id": "7f4a3f0e-5a6f-4d2e-9f0e-2f8f3f6a1c11", "text": EVIL})
    person.report(entry("checkin", now, answers={"RF07": "yes"}))
    maya, ada = Console(app), Console(app)
    maya.log_in(clinics[0].duty)
    ada.log_in(clinics[0].administrator)
    patient = Person(client).log_in(clinics[0].duty, PASSWORD).get("/v1/clinic/patients")["patients"][0]["id"]
    return maya, ada, f"/console/patients/{patient}"


def test_no_text_becomes_part_of_a_page(scene: tuple[Console, Console, str], now: datetime) -> None:
    maya, ada, patient = scene
    alert = maya.page("/console/alerts").split('href="/console/alerts/')[1].split('"')[0]
    assert maya.send(f"{patient}/contact", "/messages", text=EVIL).status_code == 303
    until = (now + timedelta(days=10)).date().isoformat()
    kind = "exception?kind=minutes"
    assert maya.send(f"{patient}/{kind}", "/minutes", value="15", reason=EVIL, until=until).status_code == 303
    assert maya.send(f"/console/alerts/{alert}", "/release", note=EVIL).status_code == 303
    closed = {"level": "URGENT", "reason": EVIL[:500]}
    assert maya.send(f"{patient}/plan", "/lock", **closed).status_code == 303
    assert maya.send(f"{patient}/harm", "/harm", text=EVIL).status_code == 303
    assert maya.send("/console/measures", "/freeze", reason=EVIL).status_code == 303
    invited = {"as": "doctor", "name": EVIL[:80], "email": "new@example.org"}
    page = ada.page("/console/invitations")
    form = next(each for each in forms(page) if each.fields.get("role") == "staff")
    assert ada.client.post(form.action, data=form.fields | invited).status_code == 200
    pages = [
        maya.page(f"{patient}{part}") for part in ("", "/plan", "/timeline", "/contact", "/record", "/care", "/assign")
    ]
    pages += [
        maya.page(each)
        for each in (
            f"{patient}/harm",
            "/console/measures",
            "/console/patients",
            "/console/alerts?show=closed",
            f"/console/alerts/{alert}",
        )
    ]
    pages += [ada.page(each) for each in ("/console/people", "/console/invitations", f"{patient}/care")]
    shown = 0
    for text in pages:
        assert "<script" not in text and "<img src=x" not in text
        shown += html.escape(EVIL[:20], quote=False) in text
    assert shown > 10


def test_no_note_of_a_decision_becomes_part_of_a_page(
    app: Flask, client: FlaskClient, clinics: tuple[Clinics, Clinics], now: datetime, move: Move
) -> None:
    """A change rejected, an alert closed and an episode ended, each with an attack for a reason."""
    person = Person(client).register(EVIL)
    person.onboard()
    api = Person(client).log_in(clinics[0].duty, PASSWORD)
    record = f"/v1/clinic/patients/{person.get('/v1/me')['id']}"
    api.put(f"{record}/assignment", {"program": "T05"})
    api.post(f"{record}/overrides", {"field": "progression", "value": "approve"})
    for number in range(4):  # two good sessions, so that raises wait
        at = now + timedelta(days=number)
        move(at)
        person.report(entry("checkin", at), entry("morning", at, pain=3))
        if number in (0, 2):
            person.report(entry("session", at, pre=2, peak=2, rpe=4))
    maya = Console(app)
    maya.log_in(clinics[0].duty)
    patient = record.replace("/v1/clinic", "/console")
    rejected = {"token": maya.token, "about": api.get(record)["waiting"][0]["about"], "reason": EVIL}
    assert maya.client.post(f"{patient}/approvals/reject", data=rejected).status_code == 303
    assert maya.send(f"{patient}/harm", "/harm", text=EVIL).status_code == 303
    closed = [each["id"] for each in api.get("/v1/clinic/alerts")["alerts"]]
    assert closed
    for alert in closed:
        assert maya.send(f"/console/alerts/{alert}", "/resolve", note=EVIL).status_code == 303
    assert maya.send(f"{patient}/plan", "/close", note=EVIL).status_code == 303
    assert EVIL in api.get(f"{record}/closings")["closings"][0]["note"]
    parts = ("", "/plan", "/timeline", "/contact", "/care", "/pack")
    pages = [maya.page(f"{patient}{part}") for part in parts]
    pages += [maya.page(f"/console/alerts/{alert}") for alert in closed]
    pages += [maya.page(each) for each in ("/console/alerts?show=closed", "/console/approvals", "/console/patients")]
    for text in pages:
        assert "<script" not in text and "<img src=x" not in text
    assert f'<p class="note">{html.escape(EVIL[:20], quote=False)}' in pages[len(parts)]


@pytest.mark.parametrize("path", ["/console/patients?q=", "/console/log-in?onward=/console/", "/console/alerts?show="])
def test_no_address_becomes_part_of_a_page(scene: tuple[Console, Console, str], path: str) -> None:
    answer = scene[0].client.get(path + EVIL)
    assert "<script" not in answer.text and "onerror=alert(2)>" not in answer.text


def test_a_form_that_is_refused_comes_again_with_all_that_was_typed(scene: tuple[Console, Console, str]) -> None:
    maya, _, patient = scene
    long = "x" * 2001
    answer = maya.send(f"{patient}/contact", "/messages", text=long)
    assert answer.status_code == 422
    assert f">{long}</textarea>" in answer.text
    assert "This is too long." in answer.text


@pytest.mark.parametrize("text", ["\x00", "a\x1bb", "\u202e\ud800".encode("utf-8", "replace").decode()])
def test_what_cannot_be_stored_is_refused_and_named(scene: tuple[Console, Console, str], text: str) -> None:
    maya, _, patient = scene
    answer = maya.send(f"{patient}/contact", "/messages", text=f"hello {text}")
    assert answer.status_code == 422
