"""Who looked is on record, for the patient and the administrator; and nobody can change the record."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from coach.models.audit import AuditEvent
from coach.models.people import Account, Patient
from tests.coach.conftest import Move
from tests.coach.people import Person, entry

Sessions = sessionmaker[Session]


def test_every_read_and_change_by_another_person_is_seen_by_the_patient(
    person: Person, maya: Person, now: datetime
) -> None:
    person.onboard()
    person.report(entry("checkin", now, answers={"RF07": "yes"}))
    assert person.get("/v1/me/audit")["lines"] == []  # one's own acts are no news
    patient = maya.get("/v1/clinic/patients")["patients"][0]["id"]
    maya.get(f"/v1/clinic/patients/{patient}")
    maya.get(f"/v1/clinic/patients/{patient}/care")
    maya.put(f"/v1/clinic/patients/{patient}/assignment", {"program": "T05"})
    maya.post(f"/v1/clinic/patients/{patient}/entries", {"entries": [entry("morning", now, pain=4)]})
    alert = maya.get("/v1/clinic/alerts")["alerts"][0]["id"]
    maya.post(f"/v1/clinic/alerts/{alert}/acknowledge", {})
    maya.post(f"/v1/clinic/alerts/{alert}/release", {"note": "examined"})
    lines = person.get("/v1/me/audit")["lines"]
    assert [each["action"] for each in reversed(lines)] == [
        "listed", "read plan", "read care", "assigned", "record entries", "acknowledge alert", "release flag",
    ]  # fmt: skip
    assert {(each["name"], each["role"]) for each in lines} == {("Maya Lindqvist", "physiotherapist")}
    assert {frozenset(each) for each in lines} == {frozenset({"id", "at", "name", "role", "action"})}


def test_a_list_is_one_line_a_day(person: Person, maya: Person, now: datetime, move: Move) -> None:
    for days in (0, 0, 1):
        move(now + timedelta(days=days))
        maya.get("/v1/clinic/patients")
        maya.get("/v1/clinic/patients")
    assert [each["action"] for each in person.get("/v1/me/audit")["lines"]] == ["listed", "listed"]


def test_the_administrator_sees_who_did_what_and_is_seen_doing_so(
    person: Person, maya: Person, ada: Person, client: FlaskClient
) -> None:
    patient = person.get("/v1/me")["id"]
    maya.get(f"/v1/clinic/patients/{patient}")
    first = ada.get(f"/v1/clinic/audit?patient={patient}&limit=1")
    assert [each["action"] for each in first["lines"]] == ["read audit"]
    rest = ada.get(f"/v1/clinic/audit?patient={patient}&before={first['next']}")["lines"]
    assert [(each["name"], each["action"]) for each in rest] == [("Maya Lindqvist", "read plan")]
    assert "read audit" in [each["action"] for each in person.get("/v1/me/audit")["lines"]]
    assert maya.call("GET", f"/v1/clinic/audit?patient={patient}").status_code == 403


def test_a_refused_change_leaves_no_line(person: Person, maya: Person, now: datetime) -> None:
    patient = person.get("/v1/me")["id"]
    assert maya.call("PUT", f"/v1/clinic/patients/{patient}/assignment", {"program": "T05"}).status_code == 409
    assert person.get("/v1/me/audit")["lines"] == []


@pytest.mark.parametrize("change", [update(AuditEvent).values(action="nothing"), delete(AuditEvent)])
def test_the_database_refuses_to_change_or_delete_a_line(
    person: Person, maya: Person, committed: Sessions, change: object
) -> None:
    maya.get(f"/v1/clinic/patients/{person.get('/v1/me')['id']}")
    with committed() as session, pytest.raises(ProgrammingError, match="append-only"):
        session.execute(change)  # type: ignore[call-overload]


def test_erasing_a_whole_patient_takes_their_lines_along(person: Person, maya: Person, committed: Sessions) -> None:
    maya.get(f"/v1/clinic/patients/{person.get('/v1/me')['id']}")
    with committed.begin() as session:
        patient = session.scalars(select(Patient.id)).one()
        session.execute(delete(Patient).where(Patient.id == patient))
        session.execute(text("DELETE FROM refresh_token WHERE account_id = :id"), {"id": patient})
        session.execute(delete(Account).where(Account.id == patient))
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0
