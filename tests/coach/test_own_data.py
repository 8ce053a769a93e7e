"""Taking all of one's data along, and having it erased: rows really gone, in every table there is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.models import metadata
from coach.models.erasure import Erasure
from coach.services import own_data
from programs import catalog
from tests.coach.people import PASSWORD, Person, entry
from tests.patients import receiver_key
from tests.ticks import tick
from workers.adaptation import adapt_due

Sessions = sessionmaker[Session]
Move = Callable[[datetime], None]
FILLED = {
    "account", "patient", "consent", "event", "measured", "plan", "decision", "care_relationship", "alert", "referral",
    "notice", "visit", "message", "schedule", "cursor", "occurrence", "delivery", "device", "audit_event",
}  # fmt: skip
NAME = "Anastasia Quillfeather"


@pytest.fixture
def lived(client: FlaskClient, committed: Sessions, config: Config, now: datetime, maya: Person, move: Move) -> Person:
    """Somebody with a row in every table that can hold one about a patient."""
    person = Person(client).register(NAME)
    person.onboard(leg=5, location=3)
    me = person.get("/v1/me")["id"]
    device = {"endpoint": "https://push.example.org/1", "p256dh": receiver_key(), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    person.call("PUT", f"/v1/me/devices/{uuid4()}", device)
    person.post("/v1/me/messages", {"id": str(uuid4()), "text": "Is walking all right?"})
    visit = {"at": (now + timedelta(days=3)).isoformat(), "minutes": 30, "mode": "clinic"}
    maya.post(f"/v1/clinic/patients/{me}/visits", {"id": str(uuid4())} | visit)
    maya.get(f"/v1/clinic/patients/{me}")
    for day in range(3):
        then = now + timedelta(days=day)
        move(then)
        person.report(entry("checkin", then), entry("session", then, pre=3, peak=6), entry("morning", then, pain=4))
        person.report(entry("note", then, text="Quillfeather slept well."))
        adapt_due(committed, config, catalog.load())
        person.today()
        with committed.begin() as session:
            tick(session, then + timedelta(minutes=2))
    person.report(entry("checkin", then, answers={"RF12": "yes"}))
    with committed.begin() as session:
        session.execute(
            text("INSERT INTO measured VALUES (:id, '2026-03-02', 'steps', 'watch', 4000, now());"),
            {"id": me},
        )
        session.execute(text("INSERT INTO consent VALUES (:id, 'care', now(), '1')"), {"id": me})
        session.execute(
            text("INSERT INTO adverse_event VALUES (:id, gen_random_uuid(), 'bridge', false, 'sore', :id, now())"),
            {"id": me},
        )
        session.execute(text("INSERT INTO closing VALUES (:id, now(), 'closed', 'well', '{}', :id)"), {"id": me})
        session.execute(
            text("INSERT INTO referral VALUES (:id, 'PHYSIO_REVIEW', 'X', '2026-03-02', '2026-03-09', now())"),
            {"id": me},
        )
    return person


def test_the_export_holds_every_table_that_has_something(lived: Person, committed: Sessions) -> None:
    found = lived.get("/v1/me/export")
    me = lived.get("/v1/me")["id"]

    with committed() as session:
        for table, column in own_data._tables():
            count = session.scalar(select(func.count()).select_from(table).where(table.c[column] == me))
            assert len(found["tables"][table.name]) == count, table.name
            assert count or table.name not in FILLED, f"{table.name}: the test has nothing there"
    assert found["tables"]["account"][0]["name"] == NAME
    assert any(each["kind"] == "note" for each in found["tables"]["event"])
    assert "Maya Lindqvist (physiotherapist)" in found["people"].values()


def test_no_secret_is_in_the_export(lived: Person) -> None:
    document = lived.call("GET", "/v1/me/export").text

    assert "argon2" not in document
    assert "push.example.org" not in document


def test_the_export_is_a_page_as_well(lived: Person) -> None:
    lived.report(entry("note", datetime.fromisoformat("2026-03-04T08:00:00+00:00"), text="<script>alert(1)</script>"))
    answer = lived.call("GET", "/v1/me/export.html")

    assert answer.mimetype == "text/html"
    assert NAME in answer.text
    assert "What you reported" in answer.text
    assert "<script" not in answer.text
    assert answer.headers["Content-Disposition"].endswith('.html"')
    lived.call("PATCH", "/v1/me", {"locale": "zh-Hans"})
    assert "您报告的内容" in lived.call("GET", "/v1/me/export.html").text


def test_erasing_leaves_no_row_in_any_table(lived: Person, committed: Sessions) -> None:
    me = lived.get("/v1/me")
    with committed() as session:
        email = session.scalar(text("SELECT email FROM account WHERE id = :id"), {"id": me["id"]})
    answer = lived.call("DELETE", "/v1/me", {"password": PASSWORD})

    assert answer.status_code == 200, answer.text
    assert len(answer.get_json()["kept"]) == 3
    with committed() as session:
        for table in metadata.sorted_tables:
            rows = session.scalars(text(f'SELECT t::text FROM "{table.name}" t')).all()
            for word in (me["id"], NAME, email, "Quillfeather"):
                assert not [row for row in rows if word in row], table.name
        assert session.scalar(select(func.count()).select_from(Erasure)) == 1


def test_who_is_erased_is_a_stranger(lived: Person) -> None:
    lived.call("DELETE", "/v1/me", {"password": PASSWORD})

    assert lived.call("GET", "/v1/me/sync").status_code == 404
    answer = lived.client.post("/v1/auth/refresh", json={"refresh_token": lived.tokens["refresh_token"]})
    assert answer.status_code == 401


def test_nobody_else_is_touched(client: FlaskClient, lived: Person, now: datetime) -> None:
    other = Person(client).register("Eva")
    other.onboard()
    before = other.get("/v1/me/export")["tables"]
    lived.call("DELETE", "/v1/me", {"password": PASSWORD})

    assert other.get("/v1/me/export")["tables"] == before


def test_erasing_takes_the_password(person: Person) -> None:
    answer = person.call("DELETE", "/v1/me", {"password": "a guess"})
    assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/wrong-credentials")
    for _ in range(9):
        person.call("DELETE", "/v1/me", {"password": "a guess"})
    assert person.call("DELETE", "/v1/me", {"password": PASSWORD}).status_code == 429


def test_an_emergency_that_nobody_has_seen_comes_first(person: Person, maya: Person, now: datetime) -> None:
    person.onboard()
    person.report(entry("checkin", now, answers={"RF01": "yes"}))
    assert person.call("DELETE", "/v1/me", {"password": PASSWORD}).status_code == 409

    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.call("POST", f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    assert person.call("DELETE", "/v1/me", {"password": PASSWORD}).status_code == 200


def test_units_are_for_the_screen_only(person: Person, now: datetime) -> None:
    person.onboard()
    changed = person.call("PATCH", "/v1/me", {"weight_unit": "lb", "height_unit": "ft"}).get_json()
    person.report(entry("weight", now, kg=80))

    assert (changed["weight_unit"], changed["height_unit"]) == ("lb", "ft")
    found = person.get("/v1/me/sync")
    assert found["me"]["weight_unit"] == "lb"
    assert found["entries"][-1]["body"] == {"kg": 80}
    assert person.call("PATCH", "/v1/me", {"weight_unit": "stone"}).status_code == 422
