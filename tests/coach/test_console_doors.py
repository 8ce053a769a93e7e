"""Whoever comes in by the console has proved who they are, and nobody else's page can act for them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach.app import create_app
from coach.clock import real_now
from coach.config import Config
from coach.models.people import Account, RefreshToken
from coach.services import browsers, two_factor
from tests.coach.conftest import CLINICIAN, close
from tests.coach.consoles import Console, forms
from tests.coach.people import PASSWORD, Person
from tests.staff import Clinics

Sessions = sessionmaker[Session]
CODE = re.compile(r'<code class="secret">([A-Z2-7]+)</code>')


@pytest.fixture
def maya(app: Flask, client: FlaskClient) -> Console:
    console = Console(app)
    assert console.log_in(CLINICIAN).status_code == 303
    return console


@pytest.fixture(scope="module")
def guarded(config: Config) -> Iterator[Flask]:
    """As in service: the second factor is required."""
    app = create_app(replace(config, two_factor=True))
    yield app
    close(app)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The real clock, stopped: no code may run out between being read and being typed."""
    stopped = real_now()
    for module in ("log_in", "doors"):
        monkeypatch.setattr(f"coach.console.{module}.real_now", lambda: stopped)
    return stopped


def enrol(console: Console, at: datetime) -> pyotp.TOTP:
    assert console.log_in(CLINICIAN).status_code == 303
    page = console.page("/console/second-factor")
    secret = CODE.search(page)
    assert secret
    totp = pyotp.TOTP(secret[1])
    form = next(each for each in forms(page) if each.action.endswith("/second-factor"))
    answer = console.client.post(form.action, data=form.fields | {"code": totp.at(at - timedelta(seconds=30))})
    assert answer.status_code == 200
    assert answer.text.count("<li><code>") == two_factor.RECOVERY_CODES
    return totp


def test_a_closed_page_is_the_log_in_page_and_leads_on_to_where_one_wanted_to_go(
    app: Flask, client: FlaskClient
) -> None:
    console, wanted = Console(app), f"/console/alerts/{uuid4()}"
    page = console.page(wanted, 401)
    form = forms(page)[0]
    assert (form.action, form.fields["onward"]) == ("/console/log-in", wanted)
    answer = console.client.post(form.action, data=form.fields | {"email": CLINICIAN, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, wanted)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/console/../..//evil", "/\\evil", ""]
)
def test_nobody_is_sent_elsewhere_after_the_log_in(app: Flask, client: FlaskClient, elsewhere: str) -> None:
    console = Console(app)
    form = forms(console.page("/console/log-in"))[0]
    typed = form.fields | {"email": CLINICIAN, "password": PASSWORD, "onward": elsewhere}
    location = console.client.post(form.action, data=typed).location
    assert location.startswith("/console/")
    assert "evil" not in location or location.startswith("/console/")


def test_a_wrong_password_lets_nobody_in_and_is_never_shown_again(app: Flask, client: FlaskClient) -> None:
    console = Console(app)
    answer = console.log_in(CLINICIAN, "not the password at all")
    assert answer.status_code == 401
    assert "not the password" not in answer.text
    assert console.client.get("/console/patients").status_code == 401


def test_a_patient_finds_the_door_closed(app: Flask, client: FlaskClient, person: Person, committed: Sessions) -> None:
    with committed() as session:
        email = session.scalars(select(Account.email).where(Account.role == "patient")).one()
    console = Console(app)
    assert console.log_in(email).status_code == 403
    assert console.client.get("/console/patients").status_code == 401


def test_passwords_are_tried_ten_times_and_no_more(app: Flask, client: FlaskClient) -> None:
    console = Console(app)
    answers = [console.log_in(CLINICIAN, "wrong wrong wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert console.log_in(CLINICIAN).status_code == 429


def test_the_second_factor_is_set_up_and_asked_for(guarded: Flask, client: FlaskClient, at: datetime) -> None:
    console = Console(guarded)
    totp = enrol(console, at)
    assert console.client.get("/console/patients").status_code == 200
    again = Console(guarded)
    assert again.log_in(CLINICIAN).status_code == 401  # no code
    assert again.log_in(CLINICIAN, code=totp.at(at)).status_code == 303
    assert Console(guarded).log_in(CLINICIAN, code=totp.at(at)).status_code == 401  # used already


def test_without_a_second_factor_nothing_is_open_but_setting_one_up(guarded: Flask, client: FlaskClient) -> None:
    console = Console(guarded)
    console.log_in(CLINICIAN)
    for path in ("/console/patients", "/console/alerts", "/console/duty", "/console/account", "/console/staff"):
        answer = console.client.get(path)
        assert (answer.status_code, answer.location) == (303, "/console/second-factor"), path


def test_a_wrong_first_code_does_not_make_the_phones_entry_worthless(
    guarded: Flask, client: FlaskClient, at: datetime
) -> None:
    console = Console(guarded)
    console.log_in(CLINICIAN)
    page = console.page("/console/second-factor")
    answer = console.client.post("/console/second-factor", data=forms(page)[-1].fields | {"code": "000000"})
    assert answer.status_code == 401
    first, second = CODE.search(page), CODE.search(answer.text)
    assert first and second and first[1] == second[1]


def test_codes_are_guessed_five_times_and_no_more(guarded: Flask, client: FlaskClient, at: datetime) -> None:
    totp = enrol(Console(guarded), at)
    robber = Console(guarded)
    assert [robber.log_in(CLINICIAN, code=f"{n:06}").status_code for n in range(6)] == [401] * 5 + [429]
    assert robber.log_in(CLINICIAN, code=totp.at(at)).status_code == 429


def test_who_only_had_the_password_is_out_once_the_second_factor_is_set_up(
    guarded: Flask, client: FlaskClient, at: datetime
) -> None:
    robber = Console(guarded)
    robber.log_in(CLINICIAN)
    at_before = robber.client.get("/console/patients")
    assert at_before.status_code == 303
    with pytest.MonkeyPatch.context() as patch:
        for module in ("log_in", "doors"):
            patch.setattr(f"coach.console.{module}.real_now", lambda: at + timedelta(seconds=1))
        enrol(Console(guarded), at + timedelta(seconds=1))
    assert robber.client.get("/console/patients").status_code == 401


def test_a_session_brought_along_is_never_the_one_that_counts(app: Flask, client: FlaskClient) -> None:
    """Session fixation: whatever cookie stood there before, the log-in makes its own."""
    victim, attacker = Console(app), Console(app)
    attacker.log_in(CLINICIAN)
    planted = attacker.client.get_cookie("console")
    assert planted
    victim.client.set_cookie("console", planted.value, path="/")
    form = forms(victim.client.get("/console/account").text)[0]
    victim.client.post("/console/log-in", data=form.fields | {"email": CLINICIAN, "password": PASSWORD})
    after = victim.client.get_cookie("console")
    assert after and after.value != planted.value
    assert attacker.client.get("/console/patients").status_code == 401  # the planted one has ended


def test_a_log_in_ends_with_the_day_and_with_an_idle_hour(maya: Console, committed: Sessions) -> None:
    def earlier(**moved: timedelta) -> None:
        with committed.begin() as session:
            for name, by in moved.items():
                session.execute(update(RefreshToken).values({name: getattr(RefreshToken, name) - by}))

    assert maya.client.get("/console/patients").status_code == 200
    earlier(expires_at=browsers.IDLE - timedelta(minutes=1))
    assert maya.client.get("/console/patients").status_code == 200  # and the hour begins again
    earlier(expires_at=browsers.IDLE - timedelta(minutes=1))
    assert maya.client.get("/console/patients").status_code == 200
    earlier(created_at=browsers.LASTS, expires_at=browsers.IDLE)
    assert maya.client.get("/console/patients").status_code == 401


def test_logged_out_the_cookie_is_worth_nothing(maya: Console) -> None:
    kept = maya.client.get_cookie("console")
    assert kept and kept.http_only and kept.same_site == "Lax"
    maya.client.post("/console/log-out", data={"token": maya.token})
    assert maya.client.get("/console/patients").status_code == 401
    maya.client.set_cookie("console", kept.value)
    assert maya.client.get("/console/patients").status_code == 401


def test_a_console_cookie_is_no_refresh_token(maya: Console, client: FlaskClient) -> None:
    cookie = maya.client.get_cookie("console")
    assert cookie
    assert client.post("/v1/auth/refresh", json={"refresh_token": cookie.value}).status_code == 401


def test_behind_tls_the_cookie_never_travels_in_the_open(config: Config, client: FlaskClient) -> None:
    app = create_app(replace(config, public_url="https://coach.example.org"))
    console = Console(app)
    console.client.environ_base["wsgi.url_scheme"] = "https"
    answer = console.log_in(CLINICIAN)
    close(app)
    (cookie,) = (line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-console="))
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))


def test_every_form_needs_a_token_of_this_very_session(
    app: Flask, maya: Console, clinics: tuple[Clinics, Clinics]
) -> None:
    """Every address that takes a form, with no token, with one of another person, and from another site."""
    other = Console(app)
    other.log_in(clinics[0].deputy)
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/console") or "POST" not in (rule.methods or ()):
            continue
        path = re.sub(r"<(\w+):\w+>", lambda found: str(uuid4()) if found[1] == "uuid" else "x", rule.rule)
        if rule.endpoint.endswith("second_factor"):
            continue  # not open to who has one
        for token, headers in (
            ("", {}),
            (other.token, {}),
            (maya.token, {"Origin": "https://evil.example"}),
            (maya.token, {"Origin": "null"}),
            (maya.token, {"Sec-Fetch-Site": "cross-site"}),
        ):
            answer = maya.client.post(path, data={"token": token}, headers=headers)
            assert answer.status_code == 403, f"{path} {headers}"
        walked += 1
    assert walked > 15


def test_every_page_forbids_frames_scripts_and_strangers(app: Flask, maya: Console) -> None:
    for path in (
        "/console/patients",
        "/console/alerts",
        f"/console/alerts/{uuid4()}",
        "/console/join",
        "/console/duty",
    ):
        headers = maya.client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "script-src" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_holds_a_script_or_an_inline_style(maya: Console) -> None:
    for path in ("/console/patients", "/console/alerts", "/console/duty", "/console/invitations", "/console/account"):
        page = maya.page(path)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page), path


def test_the_page_speaks_the_readers_language(app: Flask, client: FlaskClient) -> None:
    console = Console(app)
    chinese = console.client.get("/console/log-in", headers={"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"}).text
    assert '<html lang="zh-Hans">' in chinese
    assert "密码" in chinese
    answer = console.client.get("/console/language/zh-Hans?onward=//evil.example")
    assert answer.location == "/console/"
    assert "密码" in console.page("/console/log-in")
    console.client.get("/console/language/en")
    assert "Password" in console.page("/console/log-in")
