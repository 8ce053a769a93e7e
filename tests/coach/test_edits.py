"""Two physiotherapists and one patient: who comes second is told, and nothing is lost or done twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from coach.models.calls import KeyedCall
from coach.models.events import Event
from coach.services import keyed_calls
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics

SIX, SEVEN = {"program": "T06"}, {"program": "T07"}


@pytest.fixture
def path(client: FlaskClient, person: Person, maya: Person) -> str:
    person.onboard()
    return f"/v1/clinic/patients/{person.get('/v1/me')['id']}"


@pytest.fixture
def dario(client: FlaskClient, maya: Person, clinics: tuple[Clinics, Clinics], path: str) -> Person:
    dario = Person(client).log_in(clinics[0].deputy, PASSWORD)
    staff = {each["name"]: each["id"] for each in maya.get("/v1/clinic/staff")["staff"]}
    maya.post(f"{path}/care", {"clinician": staff["Dario Conti"]})
    return dario


def acts(committed: sessionmaker[Session], kind: str) -> int:
    with committed() as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.kind == kind)) or 0


def type_of(answer: TestResponse) -> Any:
    return answer.status_code, answer.get_json()["type"].removeprefix("/problems/")


def test_the_second_of_two_is_told_so_and_what_the_first_did_stands(
    maya: Person, dario: Person, path: str, committed: sessionmaker[Session]
) -> None:
    read = [person.call("GET", path) for person in (maya, dario)]
    tags = [answer.headers["ETag"] for answer in read]
    assert tags == [f'"{answer.get_json()["revision"]}"' for answer in read]

    first = maya.call("PUT", f"{path}/assignment", SIX, **{"If-Match": tags[0]})
    second = dario.call("PUT", f"{path}/assignment", SEVEN, **{"If-Match": tags[1]})

    assert first.status_code == 200
    assert type_of(second) == (412, "changed-meanwhile")
    assert maya.get(path)["program"]["id"] == "T06"
    assert acts(committed, "assigned") == 1
    again = dario.call("PUT", f"{path}/assignment", SEVEN, **{"If-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert dario.get(path)["program"]["id"] == "T07"


@pytest.mark.parametrize("tag", ["*", '"{}"', "{}", 'W/"{}"', '"x", "{}"'])
def test_every_spelling_of_the_right_revision_is_taken(maya: Person, path: str, tag: str) -> None:
    sent = tag.format(maya.get(path)["revision"])
    assert maya.call("PUT", f"{path}/assignment", SIX, **{"If-Match": sent}).status_code == 200


def test_what_the_patient_reports_meanwhile_counts_as_a_change_once_it_is_in_the_plan(
    maya: Person, person: Person, path: str, now: datetime
) -> None:
    tag = maya.call("GET", path).headers["ETag"]
    person.report(entry("checkin", now, answers={"RF07": "yes"}))
    assert type_of(maya.call("PUT", f"{path}/assignment", SIX, **{"If-Match": tag})) == (412, "changed-meanwhile")


def test_a_call_sent_again_under_its_key_is_done_once_and_answered_the_same(
    maya: Person, path: str, committed: sessionmaker[Session]
) -> None:
    key = {"Idempotency-Key": "assign-1"}
    first, again = (maya.call("PUT", f"{path}/assignment", SIX, **key) for _ in range(2))
    assert (first.status_code, first.get_json()) == (again.status_code, again.get_json())
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert acts(committed, "assigned") == 1
    other = maya.call("PUT", f"{path}/assignment", SEVEN, **key)
    assert type_of(other) == (422, "key-reused")
    assert acts(committed, "assigned") == 1


def test_a_refused_call_leaves_its_key_free(maya: Person, path: str) -> None:
    key = {"Idempotency-Key": "k"}
    assert maya.call("PUT", f"{path}/assignment", {"program": "T99"}, **key).status_code == 422
    assert maya.call("PUT", f"{path}/assignment", SIX, **key).status_code == 200


def test_a_key_is_one_persons_and_lives_for_a_day(
    maya: Person, dario: Person, path: str, committed: sessionmaker[Session]
) -> None:
    key = {"Idempotency-Key": "same"}
    assert maya.call("PUT", f"{path}/assignment", SIX, **key).status_code == 200
    assert dario.call("PUT", f"{path}/assignment", SEVEN, **key).status_code == 200
    with committed.begin() as session:
        session.execute(update(KeyedCall).values(made_at=KeyedCall.made_at - keyed_calls.LIVES - timedelta(minutes=1)))
    assert maya.call("PUT", f"{path}/assignment", {"program": "T05"}, **key).status_code == 200
    with committed.begin() as session:
        keyed_calls.forget_old(session, datetime.now().astimezone())
        assert session.scalar(select(func.count()).select_from(KeyedCall)) == 1


def test_an_answer_with_a_secret_is_not_kept(maya: Person, committed: sessionmaker[Session]) -> None:
    key = {"Idempotency-Key": "invite"}
    assert maya.call("POST", "/v1/clinic/invitations", {}, **key).status_code == 201
    assert type_of(maya.call("POST", "/v1/clinic/invitations", {}, **key)) == (409, "already-done")
    with committed() as session:
        assert session.scalars(select(KeyedCall.body)).all() == [None]
    assert len(maya.get("/v1/clinic/invitations")["invitations"]) == 1


@pytest.mark.parametrize("key", ["x" * 65, "with space", "naïve"])
def test_a_key_has_bounds(maya: Person, path: str, key: str) -> None:
    answer = maya.call("PUT", f"{path}/assignment", SIX, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "Idempotency-Key")
