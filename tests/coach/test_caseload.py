"""A physiotherapist with a thousand patients and ten minutes: who needs them first, why, and at what cost."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from programs.attention import KINDS
from tests import caseloads
from tests.coach.conftest import Move
from tests.coach.people import Person, entry

MANY = 1000
QUERIES = 4  # the clock, the patients, the audit log read and written, however many patients there are


@pytest.fixture
def many(client: FlaskClient, maya: Person, committed: sessionmaker[Session], now: datetime, app: Flask) -> Person:
    """Maya looks after a thousand people."""
    clinician = app.extensions["coach"].signer.identity(maya.tokens["access_token"]).account_id
    with committed.begin() as session:
        caseloads.load(session, clinician, MANY, now)
    return maya


def everyone(person: Person, query: str = "") -> list[dict[str, Any]]:
    """All pages, one after the other."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = person.get(f"/v1/clinic/patients?limit=100{query}" + (f"&cursor={cursor}" if cursor else ""))
        found += answer["patients"]
        cursor = answer["next"]
        if cursor is None:
            return found


def test_a_thousand_patients_come_in_order_of_need_each_once_and_filters_show_who_has_one(many: Person) -> None:
    whole = everyone(many)
    ranks = [KINDS.index(each["reasons"][0]["kind"]) if each["reasons"] else len(KINDS) for each in whole]
    assert len({each["id"] for each in whole}) == len(whole) == MANY
    assert ranks == sorted(ranks)
    assert set(ranks) == set(range(len(KINDS) + 1)), "each kind of need is some person's worst"
    assert [each["lock"] for each in whole[:5]] == ["EMERGENCY"] * 5

    counts = many.get("/v1/clinic/caseload")
    assert counts["all"] == MANY
    for kind in KINDS:
        all_of_them = {each["id"] for each in whole if kind in [reason["kind"] for reason in each["reasons"]]}
        assert {each["id"] for each in everyone(many, f"&attention={kind}")} == all_of_them
        assert counts["needs"][kind] == len(all_of_them) > 0
    needy = {each["id"] for each in whole if each["reasons"]}
    assert {each["id"] for each in everyone(many, "&attention=any")} == needy

    for locale, full_stop in (("en", (".", "?")), ("zh-Hans", ("。", "？"))):
        firsts = [many.get(f"/v1/clinic/patients?locale={locale}&attention={kind}&limit=5") for kind in KINDS]
        for each in (reason for page in firsts for row in page["patients"] for reason in row["reasons"]):
            assert "\n" not in each["text"] and "{" not in each["text"]
            assert each["text"].endswith(full_stop), each["text"]


def test_a_page_costs_the_same_few_statements_for_a_thousand_as_for_three(
    many: Person, statements: list[str], move: Move, now: datetime
) -> None:
    many.get("/v1/clinic/patients?limit=3")
    move(now + timedelta(days=1))  # so that the list of a new day is written into the audit log again
    for limit in (3, 100):
        statements.clear()
        many.get(f"/v1/clinic/patients?limit={limit}")
        assert len(statements) == QUERIES, statements


def test_a_search_finds_a_part_of_a_name_and_takes_no_sign_as_a_wildcard(client: FlaskClient, maya: Person) -> None:
    for name in ("Ana Kovac", "Ben 100%", "Chen_Wei"):
        Person(client).register(name)
    for q, names in (("KOV", ["Ana Kovac"]), ("100%25", ["Ben 100%"]), ("_", ["Chen_Wei"]), ("%25", ["Ben 100%"])):
        assert [each["name"] for each in maya.get(f"/v1/clinic/patients?q={q}")["patients"]] == names


def test_a_cursor_of_no_page_is_refused_by_its_field(client: FlaskClient, maya: Person) -> None:
    for cursor in ("x", "W10", "WzEsMCwieCIsIm4iLCJpIl0", "bnVsbA", "%F0%9F"):
        answer = maya.call("GET", f"/v1/clinic/patients?cursor={cursor}")
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "cursor"), cursor


def test_a_message_brings_a_person_up_until_somebody_has_read_it(client: FlaskClient, maya: Person) -> None:
    Person(client).register("Ana")
    ben = Person(client).register("Ben")
    for text in ("May I swim?", "And dive?"):
        ben.post("/v1/me/messages", {"id": str(uuid4()), "text": text})

    first, second = maya.get("/v1/clinic/patients")["patients"]
    assert (first["name"], first["unread"]) == ("Ben", 2)
    assert first["reasons"][0]["text"] == "Unread messages: 2, the oldest of 2026-03-02."
    assert second["reasons"] == []

    assert [each["kind"] for each in maya.get("/v1/clinic/alerts")["alerts"]] == ["message"]
    path = f"/v1/clinic/patients/{first['id']}/messages"
    newest = maya.get(path)["messages"][0]["sent_at"]
    assert maya.call("POST", f"{path}/read", {"up_to": newest}).status_code == 204
    assert [each["reasons"] for each in maya.get("/v1/clinic/patients")["patients"]] == [[], []]
    assert maya.get("/v1/clinic/alerts")["alerts"] == []
    assert all(each["read_at"] for each in ben.get("/v1/me/messages")["messages"])


def test_a_lock_names_its_flag_in_plain_words(client: FlaskClient, maya: Person, now: datetime) -> None:
    patient = Person(client).register()
    patient.onboard()
    patient.report(entry("checkin", now, answers={"RF07": "yes"}))

    (row,) = maya.get("/v1/clinic/patients?attention=lock")["patients"]
    assert row["reasons"][0]["text"].startswith("Locked since 2026-03-02: URGENT, RF07. ")
