"""The console in a real browser, without a line of script: what a physiotherapist does from the first day on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from coach import demo_lives
from coach.models.people import Account, Clinic, Patient
from coach.services.tokens import Identity
from programs import catalog
from tests import staff
from tests.browser.conftest import PATIENCE_MS
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person, entry
from tests.journeys.service import Service

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    """A browser in which nothing but links and forms works."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def log_in(page: Page, service: Service, email: str = CLINICIAN) -> None:
    page.goto(f"http://127.0.0.1:{service.config.port}/console/log-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_from_the_invitation_to_the_release(service: Service, scriptless: Page, now: datetime) -> None:
    page = scriptless
    log_in(page, service)
    page.get_by_role("link", name="Invitations").click()
    page.get_by_role("button", name="Make an invitation").click()
    code = page.locator("dd code").first.inner_text()
    person = Person(service.client)  # type: ignore[arg-type]  # has all that Person needs
    joined = {"email": "ana@example.org", "password": PASSWORD, "name": "Ana Kovac", "zone": "Europe/Paris"}
    answer = service.client.post("/v1/auth/register", json=joined | {"invitation": code, "consent": "2026-11"})
    assert answer.status_code == 201, answer.text
    person.tokens = answer.get_json()
    person.onboard()

    page.get_by_role("link", name="Caseload").click()
    page.get_by_role("link", name="Ana Kovac").click()
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_role("link", name="Assign a programme").click()  # one
    page.get_by_role("link", name="Sitting at work").click()  # two: what she would get
    expect(page.get_by_text("What Ana Kovac would get")).to_be_visible()
    page.get_by_role("button", name="Assign").click()  # three
    expect(page.get_by_text("Chosen by a clinician.")).to_be_visible()
    assert person.get("/v1/me/plan")["program"]["id"] == "T06"

    service.move(now + timedelta(hours=1))
    person.report(entry("checkin", now + timedelta(hours=1), answers={"RF07": "yes"}))
    page.get_by_role("link", name="Alerts").click()
    page.get_by_role("link", name="Unsteady gait or clumsy hands").click()
    page.get_by_role("button", name="I have seen it").click()
    expect(page.get_by_text("Noted that you have seen it.")).to_be_visible()
    assert person.today()["told"]["seen_by"] == "Maya Lindqvist"
    page.get_by_label("Who saw the person, and what was found?").fill("Seen today, gait is normal.")
    page.get_by_role("button", name="Release this flag").click()
    expect(page.get_by_text("The flag is released.")).to_be_visible()
    assert person.get("/v1/me")["lock"] == "none"


def test_bounds_approvals_and_handing_over(service: Service, scriptless: Page, now: datetime) -> None:
    with service.sessions.begin() as session:
        clinics, _ = staff.complete(session, now), staff.second(session, now)
        clinic = session.scalars(select(Clinic).where(Clinic.is_default)).one()
        maya = session.scalars(select(Account).where(Account.email == CLINICIAN)).one()
        role = replace(demo_lives.ROLES[3], says="", answer="")
        assert role.life == "approved"
        carer = Identity(maya.id, maya.role)
        patient = demo_lives.add(session, clinic, carer, role, PASSWORD, now, catalog.load())
    page = scriptless
    log_in(page, service)
    page.get_by_role("link", name=role.name).click()
    page.get_by_role("link", name="Plan", exact=True).click()

    page.get_by_role("link", name="Set an exception").click()
    page.get_by_role("link", name="Highest level").click()
    page.get_by_label("Highest level").fill("9")
    page.get_by_role("button", name="Set the exception").click()
    expect(page.get_by_text("This lies outside what may be set.")).to_be_visible()
    assert page.get_by_label("Highest level").input_value() == "9"  # nothing is lost
    page.get_by_label("Highest level").fill("2")
    page.get_by_label("Reason").fill("New to training")
    page.get_by_role("button", name="Set the exception").click()
    expect(page.get_by_text("Highest level: 2")).to_be_visible()

    page.get_by_role("link", name="Approvals").click()
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(page.get_by_text("The change is approved.")).to_be_visible()

    page.goto(f"http://127.0.0.1:{service.config.port}/console/patients/{patient}/care")
    page.get_by_label("To", exact=True).select_option(label="Dario Conti")
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_text("The patient is handed over.")).to_be_visible()
    expect(page.get_by_role("link", name=role.name)).to_have_count(0)
    leave(page)

    log_in(page, service, clinics.deputy)
    expect(page.get_by_role("link", name=role.name)).to_be_visible()
    leave(page)
    log_in(page, service, "rin@lakeside.example")
    expect(page.get_by_role("link", name=role.name)).to_have_count(0)
    answer = page.goto(f"http://127.0.0.1:{service.config.port}/console/patients/{patient}")
    assert answer and answer.status == 404
    with service.sessions() as session:
        assert session.get_one(Patient, patient)
