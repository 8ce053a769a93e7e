"""Joining by a code from the clinic: single use, bounded in time and in guesses, with consent on record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.joining import Invitation
from coach.services import consent
from tests.coach.conftest import Move
from tests.coach.people import PASSWORD, Person

Sessions = sessionmaker[Session]


def form(code: str, **changes: Any) -> dict[str, Any]:
    who = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD, "name": "Ana", "zone": "Europe/Paris"}
    return who | {"invitation": code, "consent": consent.VERSION} | changes


def join(client: FlaskClient, code: str, **changes: Any) -> Any:
    return client.post("/v1/auth/register", json=form(code, **changes))


def test_a_patient_joins_by_code_and_is_in_the_care_of_who_invited(
    client: FlaskClient, maya: Person, ada: Person, now: datetime
) -> None:
    made = maya.post("/v1/clinic/invitations", {})
    assert made["url"].endswith(f"/join#{made['code']}")
    shown = client.post("/v1/auth/invitation", json={"code": made["code"].lower().replace("-", " ")}).get_json()
    assert (shown["clinic"], shown["clinician"]) == ("Riverside Physiotherapy", "Maya Lindqvist")
    assert "see what I report" in shown["consent"]["text"]

    joined = Person(client)
    joined.tokens = join(client, made["code"], consent=shown["consent"]["version"]).get_json()

    care = joined.get("/v1/me/care")
    assert [each["name"] for each in care["clinicians"]] == ["Maya Lindqvist"]
    assert care["consents"] == [
        {"kind": "care", "version": consent.VERSION, "given_at": now.isoformat(), "withdrawn_at": None}
    ]
    assert [each["name"] for each in maya.get("/v1/clinic/patients")["patients"]] == ["Ana"]
    assert [each["state"] for each in ada.get("/v1/clinic/invitations")["invitations"]] == ["used"]


def test_a_code_works_once_even_for_two_at_the_same_moment(client: FlaskClient, maya: Person) -> None:
    code = maya.post("/v1/clinic/invitations", {})["code"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: join(client.application.test_client(), code).status_code, range(4)))
    assert sorted(answers) == [201, 403, 403, 403]


def test_an_old_or_revoked_code_is_refused(client: FlaskClient, maya: Person, now: datetime, move: Move) -> None:
    old = maya.post("/v1/clinic/invitations", {"days": 1})
    revoked = maya.post("/v1/clinic/invitations", {})
    assert maya.call("DELETE", f"/v1/clinic/invitations/{revoked['id']}").status_code == 204
    move(now + timedelta(days=1))
    for made in (old, revoked):
        answer = join(client, made["code"])
        assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/invitation-refused")


def test_nothing_is_used_up_by_a_form_that_is_refused(client: FlaskClient, maya: Person) -> None:
    code = maya.post("/v1/clinic/invitations", {})["code"]
    first = form(code)
    without = {name: value for name, value in first.items() if name != "consent"}
    assert client.post("/v1/auth/register", json=without).get_json()["errors"][0]["field"] == "consent"
    other = client.post("/v1/auth/register", json=first | {"consent": "2020-01"}).get_json()
    assert other["errors"][0]["field"] == "consent"
    assert client.post("/v1/auth/register", json=first).status_code == 201


def test_twenty_wrong_codes_close_the_door_even_for_a_right_one(client: FlaskClient, maya: Person) -> None:
    code = maya.post("/v1/clinic/invitations", {})["code"]
    guesses = [join(client, f"WRONG-CODE-{number:04}").status_code for number in range(21)]
    assert guesses == [403] * 20 + [429]
    assert join(client, code).status_code == 429
    assert client.post("/v1/auth/invitation", json={"code": code}).status_code == 429


def test_the_code_is_nowhere_in_the_database(client: FlaskClient, maya: Person, committed: Sessions) -> None:
    code = maya.post("/v1/clinic/invitations", {})["code"]
    with committed() as session:
        row = session.scalars(select(Invitation)).one()
        stored = " ".join(str(getattr(row, column.name)) for column in Invitation.__table__.columns)
    assert code not in stored and code.replace("-", "") not in stored


def test_staff_are_invited_by_an_administrator_only(client: FlaskClient, maya: Person, ada: Person) -> None:
    asked = {"role": "doctor", "email": "New@example.org", "name": "Noor Haddad"}
    assert maya.call("POST", "/v1/clinic/invitations", asked).status_code == 403
    made = ada.post("/v1/clinic/invitations", asked)
    joined = client.post("/v1/auth/join-staff", json={"invitation": made["code"], "password": PASSWORD})
    assert joined.status_code == 201
    assert Person(client).log_in("new@example.org", PASSWORD).get("/v1/clinic/patients")["patients"] == []
    assert "Noor Haddad" in [each["name"] for each in ada.get("/v1/clinic/staff")["staff"]]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"role": "doctor"}, "email"),
        ({"email": "a@example.org"}, "email"),
        ({"days": 61}, "days"),
        ({"days": 0}, "days"),
        ({"clinician": str(uuid4())}, "clinician"),
        ({"role": "owner"}, "role"),
    ],
)
def test_a_wrong_invitation_names_its_field(ada: Person, asked: dict[str, Any], field: str) -> None:
    answer = ada.call("POST", "/v1/clinic/invitations", asked)
    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.get_json()["errors"]]


def test_a_patients_code_makes_no_staff_and_the_other_way_round(client: FlaskClient, ada: Person) -> None:
    staff = ada.post("/v1/clinic/invitations", {"role": "doctor", "email": "d@example.org", "name": "Dee"})
    patient = ada.post("/v1/clinic/invitations", {})
    assert join(client, staff["code"]).status_code == 403
    wrong = client.post("/v1/auth/join-staff", json={"invitation": patient["code"], "password": PASSWORD})
    assert wrong.status_code == 403
    assert join(client, patient["code"]).status_code == 201
