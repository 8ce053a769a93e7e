"""What a clinician does on the console takes effect, is explained where it is refused, and loses nobody's work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.console.caseload import EACH
from coach.models.people import Account
from tests import caseloads
from tests.coach.conftest import CLINICIAN, Move
from tests.coach.consoles import Console, forms
from tests.coach.people import Person, entry
from tests.staff import Clinics


@dataclass
class Scene:
    person: Person
    maya: Console
    patient: str  # the address of their page


@pytest.fixture
def scene(app: Flask, client: FlaskClient, now: datetime, move: Move) -> Scene:
    person = Person(client).register()
    person.onboard()
    move(now + timedelta(minutes=1))
    maya = Console(app)
    maya.log_in(CLINICIAN)
    return Scene(person, maya, f"/console/patients/{person.get('/v1/me')['id']}")


def test_the_caseload_says_in_one_line_who_needs_somebody_and_why(scene: Scene, now: datetime) -> None:
    assert "Nothing needs you" in scene.maya.page("/console/patients")
    scene.person.report(entry("checkin", now, answers={"RF07": "yes"}))
    page = scene.maya.page("/console/patients")
    assert "urgent, see within a day: Unsteady gait or clumsy hands, since Mon 2 Mar 2026" in page
    assert "1 alert has not been seen yet" in page
    assert "Ana" in scene.maya.page("/console/patients?need=lock&q=an")
    assert "Nobody fits." in scene.maya.page("/console/patients?q=zzz")
    assert scene.maya.client.get("/console/patients?cursor=nonsense").status_code == 422


def test_the_first_page_costs_the_same_statements_for_a_thousand_patients(
    app: Flask, scene: Scene, committed: sessionmaker[Session], statements: list[str], now: datetime
) -> None:
    def cost() -> int:
        scene.maya.page("/console/patients")  # what is written once a day is written
        statements.clear()
        assert "Why now" in scene.maya.page("/console/patients")
        return len(statements)

    few = cost()
    with committed.begin() as session:
        clinician = session.scalars(select(Account.id).where(Account.email == CLINICIAN)).one()
        caseloads.load(session, clinician, 1000, now)
    assert cost() == few
    page = scene.maya.page("/console/patients")
    assert page.count('scope="row"') == EACH
    assert "Next page" in page


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = scene.person.get("/v1/me/plan")
    page = scene.maya.page(f"{scene.patient}/assign?program=T06")
    assert "What Ana would get" in page and "Sitting at work" in page
    assert scene.person.get("/v1/me/plan") == before
    assert scene.maya.send(f"{scene.patient}/assign?program=T06", "/assign").status_code == 303
    assert scene.person.get("/v1/me/plan")["program"]["id"] == "T06"


def test_single_exercises_come_on_top(scene: Scene) -> None:
    page = f"{scene.patient}/assign?exercises=bridge"
    assert "What Ana would get" in scene.maya.page(page)
    assert scene.maya.send(page, "/assign").status_code == 303
    assert "bridge" in [each["exercise"] for each in scene.person.get("/v1/me/plan")["items"]]


def test_a_refused_exception_is_explained_by_its_rule_and_keeps_what_was_typed(scene: Scene) -> None:
    answer = scene.maya.send(f"{scene.patient}/exception?kind=include", "/include", value="bridge", reason="")
    assert answer.status_code == 422
    assert "A reason is needed for this." in answer.text
    assert "A hard block, an emergency question" in answer.text  # the rule itself
    typed = next(form for form in forms(answer.text) if form.action.endswith("/include"))
    assert typed.fields["value"] == "bridge"


def test_of_two_at_one_plan_the_second_is_told_and_loses_nothing(
    app: Flask, scene: Scene, clinics: tuple[Clinics, Clinics]
) -> None:
    scene.maya.send(f"{scene.patient}/care", "/care", clinician=staff_id(scene.maya, "Dario Conti"))
    dario = Console(app)
    dario.log_in(clinics[0].deputy)
    page = f"{scene.patient}/exception?kind=minutes"
    old = next(form for form in forms(dario.page(page)) if form.action.endswith("/minutes"))
    assert scene.maya.send(page, "/minutes", value="15", reason="shorter is fine").status_code == 303
    typed = old.fields | {"value": "12", "reason": "she asked for it"}
    told = dario.client.post(old.action, data=typed)
    assert told.status_code == 409
    assert "Maya Lindqvist: Exception: Minutes a session = 15" in told.text
    again = next(form for form in forms(told.text) if form.action == old.action)
    assert (again.fields["value"], again.fields["reason"]) == ("12", "she asked for it")
    assert dario.client.post(again.action, data=again.fields).status_code == 303  # meant, so it counts as well
    shown = scene.maya.page(f"{scene.patient}/plan")
    assert "Minutes a session: 15" in shown and "Minutes a session: 12" in shown


def test_a_visit_that_somebody_has_moved_is_not_moved_again_unseen(scene: Scene, now: datetime) -> None:
    page = f"{scene.patient}/contact"
    assert scene.maya.send(page, "/visits", at="2026-03-06T10:00").status_code == 303
    old = next(form for form in forms(scene.maya.page(page)) if form.action.endswith("/move"))
    assert scene.maya.client.post(old.action, data=old.fields | {"at": "2026-03-09T10:00"}).status_code == 303
    refused = scene.maya.client.post(old.action, data=old.fields | {"at": "2026-03-10T10:00"})
    assert refused.status_code == 409
    assert "Somebody else has moved this visit" in refused.text
    (visit,) = scene.person.get("/v1/me/visits")["visits"]
    assert visit["clinic_time"].startswith("2026-03-09T10:00")


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("morning", {"pain": "6", "leg": "2"}, "Morning, back 6/10, leg 2/10"),
        ("session", {"pre": "2", "peak": "3", "done": "50"}, "Session, pain 2 before, 3 at worst, 50 % done"),
        ("motor", {"left_raises": "4"}, "4 heel raises"),
        ("questionnaire", {"name": "RMDQ", "score": "12"}, "Roland-Morris questionnaire: 12"),
        ("condition", {"replace_diagnoses": "yes", "diagnoses": ["RAD"]}, "Facts changed: diagnoses"),
    ],
)
def test_what_is_recorded_is_on_the_timeline_as_the_clinicians(
    scene: Scene, kind: str, typed: dict[str, str], shown: str
) -> None:
    answer = scene.maya.send(f"{scene.patient}/record?kind={kind}", f"/record/{kind}", **typed)
    assert answer.status_code == 303, answer.text
    page = scene.maya.page(f"{scene.patient}/timeline")
    assert shown in page and "(by a clinician)" in page


def test_a_finding_locks_at_once_and_a_clinician_may_close_the_exercises(scene: Scene) -> None:
    scene.maya.send(f"{scene.patient}/record?kind=checkin", "/record/checkin", flags=["RF06a"])
    assert scene.person.get("/v1/me")["lock"] == "URGENT"
    scene.maya.send(f"{scene.patient}/plan", "/lock", level="EMERGENCY")
    assert scene.person.get("/v1/me")["lock"] == "EMERGENCY"


def test_a_score_that_its_form_cannot_give_is_refused_by_its_field(scene: Scene) -> None:
    page = f"{scene.patient}/record?kind=questionnaire"
    answer = scene.maya.send(page, "/record/questionnaire", name="RMDQ", score="90")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_messages_are_read_up_to_what_was_on_the_page(scene: Scene, now: datetime, move: Move) -> None:
    first, second = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    scene.person.post("/v1/me/messages", {"id": first, "text": "one"})
    page = f"{scene.patient}/contact"
    old = next(form for form in forms(scene.maya.page(page)) if form.action.endswith("/messages/read"))
    move(now + timedelta(minutes=5))
    scene.person.post("/v1/me/messages", {"id": second, "text": "two"})
    scene.maya.client.post(old.action, data=old.fields)
    assert scene.maya.page(page).count(">unread</strong>") == 1


def test_an_invitation_is_shown_once_with_a_picture_and_can_be_taken_back(scene: Scene) -> None:
    form = next(each for each in forms(scene.maya.page("/console/invitations")) if each.fields.get("role") == "patient")
    made = scene.maya.client.post(form.action, data=form.fields)
    assert made.status_code == 200 and "<svg" in made.text and "/join#" in made.text
    page = scene.maya.page("/console/invitations")
    assert "/join#" not in page
    take_back = next(each for each in forms(page) if each.action.endswith("/revoke"))
    assert scene.maya.client.post(take_back.action, data=take_back.fields).status_code == 303
    assert "taken back" in scene.maya.page("/console/invitations")


def test_many_get_a_programme_at_once_and_it_is_said_who_is_left_out(
    scene: Scene, client: FlaskClient, now: datetime
) -> None:
    other = Person(client).register("Bo")
    other.onboard()
    other.report(entry("checkin", now, answers={"RF07": "yes"}))
    ana, bo = (each.get("/v1/me")["id"] for each in (scene.person, other))
    page = f"/console/assign-many?program=T10&patients={ana}&patients={bo}"
    shown = scene.maya.page(page)
    assert "Staying well: what it would do" in shown and "left out" in shown
    assert scene.person.get("/v1/me/plan")["program"]["id"] != "T10"
    sent = scene.maya.send(page, "/assign-many", patients=[ana, bo])
    assert sent.status_code == 200 and "left out" in sent.text
    assert scene.person.get("/v1/me/plan")["program"]["id"] == "T10"


def test_an_exception_and_a_pause_can_be_ended_before_their_time(scene: Scene) -> None:
    scene.maya.send(f"{scene.patient}/exception?kind=minutes", "/minutes", value="15", reason="short")
    plan = f"{scene.patient}/plan"
    assert "Minutes a session: 15" in scene.maya.page(plan)
    assert scene.maya.send(plan, "/minutes/end").status_code == 303
    assert "Minutes a session: 15" not in scene.maya.page(plan)
    assert scene.maya.send(plan, "/pause", last="2026-03-09").status_code == 303
    assert scene.person.today()["status"] != "training"
    assert scene.maya.send(plan, "/resume").status_code == 303
    assert "End the pause" not in scene.maya.page(plan)
    assert scene.maya.send(plan, "/pause", last="2026-03-01").status_code == 422


def test_a_recall_takes_an_exercise_from_everybody_and_ends_again(scene: Scene) -> None:
    held = scene.person.get("/v1/me/plan")["items"][0]["exercise"]
    sent = scene.maya.send("/console/measures", "/recall", exercise=held, reason="hurt somebody")
    assert sent.status_code == 303
    assert held not in [each["exercise"] for each in scene.person.get("/v1/me/plan")["items"]]
    page = scene.maya.page("/console/measures")
    assert "hurt somebody" in page and "in force" in page
    assert scene.maya.send("/console/measures", "/end").status_code == 303
    assert "in force" not in scene.maya.page("/console/measures")


def test_a_report_of_harm_raises_an_alert(scene: Scene) -> None:
    sent = scene.maya.send(f"{scene.patient}/harm", "/harm", text="Fell off the step.", serious="yes")
    assert sent.status_code == 303
    assert "Fell off the step." in scene.maya.page(f"{scene.patient}/harm")
    assert "Harm reported" in scene.maya.page("/console/alerts")


def test_an_episode_is_closed_with_a_summary_once_no_alert_is_open(scene: Scene) -> None:
    plan = f"{scene.patient}/plan"
    assert scene.maya.send(plan, "/close", care="self_care", note="Well, goes on alone.").status_code == 303
    assert scene.person.get("/v1/me/closing")["note"] == "Well, goes on alone."


def staff_id(console: Console, name: str) -> str:
    page = console.page("/console/duty")
    return page.split(f">{name}</option>")[0].rsplit('value="', 1)[1].split('"')[0]
