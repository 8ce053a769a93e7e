"""Every page of the console, light and dark: axe finds nothing that would keep anybody out."""

import re
from datetime import datetime, timedelta

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from coach import demo_lives
from coach.app import create_app
from coach.models.care import Alert
from coach.models.contact import Visit
from coach.models.people import Account, Clinic, Patient
from coach.services import visits
from coach.services.tokens import Identity
from programs import catalog
from tests import staff
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_console_story import log_in
from tests.coach.conftest import CLINICIAN, close
from tests.coach.people import PASSWORD
from tests.journeys.service import Service

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run({runOnly: tags, resultTypes: ['violations']})
.then(found => found.violations.map(each => [each.id, each.nodes[0].html]))"""
ALSO = ("/assign?program=T05", "/exception?kind=include", "/record?kind=motor", "/record?kind=condition")


def rules(app: Flask) -> list[tuple[str, tuple[str, ...]]]:
    """Every page one can open, with who may."""
    views = app.view_functions
    found = [
        (rule.rule, views[rule.endpoint].audience)  # type: ignore[attr-defined]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console") and "GET" in (rule.methods or ())
    ]
    return sorted(each for each in found if not each[0].endswith((".css", ".ics", "<string:locale>")))


def scene(session: Session, now: datetime) -> dict[str, str]:
    """The clinic with all its people and two patients: one locked, one whose plan waits for a yes."""
    staff.complete(session, now)
    clinic = session.scalars(select(Clinic).where(Clinic.is_default)).one()
    maya = session.scalars(select(Account).where(Account.email == CLINICIAN)).one()
    carer = Identity(maya.id, maya.role)
    locked, waiting = (
        demo_lives.add(session, clinic, carer, demo_lives.ROLES[place], PASSWORD, now, catalog.load())
        for place in (0, 3)
    )
    alert = session.scalars(select(Alert).where(Alert.patient_id == locked)).first()
    visit = visits.plan(
        session,
        session.get_one(Patient, waiting),
        alert.id if alert else locked,
        at=now + timedelta(days=2),
        minutes=30,
        mode="phone",
        author_id=maya.id,
        now=now,
    )
    assert alert is not None and isinstance(visit, Visit)
    return {"patient_id": str(waiting), "alert_id": str(alert.id)}


def test_axe_finds_nothing(service: Service, chromium: Browser, axe: str, now: datetime) -> None:
    with service.sessions.begin() as session:
        ids = scene(session, now)
    app = create_app(service.config)
    close(app)
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    log_in(page, service)
    base, patient = f"http://127.0.0.1:{service.config.port}", f"/console/patients/{ids['patient_id']}"
    paths = [
        re.sub(r"<uuid:(\w+)>", lambda name: ids[name[1]], rule)
        for rule, audience in rules(app)
        if "physiotherapist" in audience
    ]
    found = {path: _violations(page, axe, base + path) for path in [*paths, *(patient + each for each in ALSO)]}
    sheets = [_sheets(page, f"{base}{patient}/pack")]
    page.goto(f"{base}/console/language/zh-Hans")
    found["in Chinese"] = _violations(page, axe, base + patient)
    sheets.append(_sheets(page, f"{base}{patient}/pack"))
    context.close()
    assert sheets == [1, 1]  # the referral pack on one A4 page
    assert len(found) > 15
    assert {path: what for path, what in found.items() if what} == {}


def _sheets(page: Page, url: str) -> int:
    """How many pages come out of the printer."""
    page.goto(url)
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def _violations(page: Page, axe: str, url: str) -> list[list[str]]:
    """In the light all rules, in the dark those on colours: nothing else changes."""
    page.emulate_media(color_scheme="light")
    answer = page.goto(url)
    assert answer and answer.status == 200, url
    page.evaluate(axe)
    said: list[list[str]] = page.evaluate(RUN, TAGS)
    page.emulate_media(color_scheme="dark")
    in_the_dark: list[list[str]] = page.evaluate(RUN, {"type": "rule", "values": ["color-contrast"]})
    return said + in_the_dark
