"""The sheet that goes with a person to a specialist, and a clinician's visits in their own calendar program."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from coach.services import episodes
from programs.pack import Pack
from programs.plan import Referral
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.consoles import Console, forms
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics


@pytest.fixture
def maya(app: Flask, client: FlaskClient) -> Console:
    console = Console(app)
    assert console.log_in(CLINICIAN).status_code == 303
    return console


@pytest.fixture
def path(client: FlaskClient, now: datetime, move: Move) -> str:
    """Three days of a course, with a strength check and a treatment."""
    person = Person(client).register()
    person.onboard(leg=4, location=3)
    for number in range(3):
        at = now + timedelta(days=number)
        move(at)
        moved = entry("session", at, pre=2, peak=3, rpe=5, leg_pre=3, leg_post=3, loc_pre=3, loc_post=3 - number // 2)
        person.report(entry("checkin", at), entry("morning", at, pain=4, leg=5 - number), moved)
    side = {"heel_walk": "ok", "chair": "ok", "raises": 7}
    person.report(
        entry("motor", at, left=side, right=side | {"raises": 9}),
        entry("therapy", at, therapy="massage", before=5, after=3),
    )
    return f"/console/patients/{person.get('/v1/me')['id']}"


def test_one_sheet_holds_what_a_specialist_asks_for(maya: Console, path: str) -> None:
    assert f'href="{path}/pack"' in maya.page(path)
    page = maya.page(f"{path}/pack")
    for told in (
        "Referral pack: Ana", "by Maya Lindqvist", "Disc with leg pain", "Leg: 5 → 3 0–10 (3–5)", "calf → thigh",
        "7 heel raises", "Back pain of the week", "Meaningful from", "Sessions a week, of ", "Pain before 5, after 3",
        "No referral stands.", "Ostelo",
    ):  # fmt: skip
        assert told in page, told
    maya.client.get("/console/language/zh-Hans")
    assert "转介资料" in maya.page(f"{path}/pack")


def test_the_headline_says_why_and_by_when_the_specialist_first(
    maya: Console, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = episodes.pack

    def referred(*given: object) -> Pack:
        late = Referral("PHYSIO_CALL", "E6", date(2026, 3, 2), date(2026, 3, 4))
        spine = Referral("REFER_SPINE", "E2", date(2026, 3, 3), date(2026, 3, 17))
        return replace(made(*given), referrals=(late, spine))  # type: ignore[arg-type]

    monkeypatch.setattr(episodes, "pack", referred)
    page = maya.page(f"{path}/pack")
    first = page.index("Refer to a spine specialist</strong>: Leg pain after six weeks.")
    assert "Since Tue 3 Mar 2026, to be seen by Tue 17 Mar 2026." in page
    assert first < page.index("Call the patient</strong>")


def test_with_a_red_flag_standing_the_sheet_and_the_plan_say_so_first(
    maya: Console, path: str, client: FlaskClient, app: Flask, now: datetime
) -> None:
    assert "Closed for the patient" not in maya.page(f"{path}/plan")
    person = Person(client).register("Dora")
    person.onboard(leg=4, location=3)
    person.report(entry("checkin", now + timedelta(days=2), answers={"RF05a": "yes", "RF02": "yes"}))
    closed = f"/console/patients/{person.get('/v1/me')['id']}"
    sheet = maya.page(f"{closed}/pack")
    flag = sheet.index('<strong>Change in passing water</strong> <span class="tag emergency">emergency</span>')
    assert flag < sheet.index("Disc with leg pain")
    assert "No referral stands." not in sheet
    assert "Closed for the patient until a clinician releases the flag." in maya.page(f"{closed}/plan")


def test_reading_the_sheet_is_written_down(
    maya: Console, path: str, app: Flask, clinics: tuple[Clinics, Clinics]
) -> None:
    maya.page(f"{path}/pack")
    ada = Console(app)
    ada.log_in(clinics[0].administrator)
    assert "referral pack" in ada.page(f"{path}/care")


def test_before_the_intake_there_is_nothing_to_print(client: FlaskClient, maya: Console) -> None:
    path = f"/console/patients/{Person(client).register('Ben').get('/v1/me')['id']}"
    assert "/pack" not in maya.page(path)
    assert "Referral pack" not in maya.page(f"{path}/pack", 409)


def test_a_calendar_address_is_shown_once_renewed_and_ended(maya: Console, client: FlaskClient) -> None:
    def made() -> str:
        page = maya.send("/console/account", "/account/calendar").text
        url = page.split("<code>")[-1].split("</code>")[0]
        assert "shown this once" in page
        return str(url[url.index("/v1/") :])

    first, second = made(), made()
    assert "visits.ics" not in maya.page("/console/account")
    assert client.get(first).status_code == 404
    assert Calendar.from_ical(client.get(second).data)
    assert maya.send("/console/account", "/calendar/end").status_code == 303
    assert client.get(second).status_code == 404
    assert not [each for each in forms(maya.page("/console/account")) if each.action.endswith("/calendar/end")]


def test_an_administrator_has_no_visits_to_show(app: Flask, clinics: tuple[Clinics, Clinics]) -> None:
    ada = Console(app)
    ada.log_in(clinics[0].administrator, PASSWORD)
    assert "calendar program" not in ada.page("/console/account")
