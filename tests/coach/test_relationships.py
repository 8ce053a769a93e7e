"""Who looks after whom: handed over, shared, ended, and kept on record."""

from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from tests.coach.conftest import Move
from tests.coach.people import PASSWORD, Person, entry
from tests.staff import Clinics


def ids(person: Person) -> dict[str, str]:
    return {each["name"]: each["id"] for each in person.get("/v1/clinic/staff")["staff"]}


def names(person: Person) -> list[str]:
    return [each["name"] for each in person.get("/v1/clinic/patients")["patients"]]


def test_a_clinician_hands_one_patient_over_and_sees_them_no_more(
    client: FlaskClient, maya: Person, clinics: tuple[Clinics, Clinics], now: datetime, move: Move
) -> None:
    patient = Person(client).register()
    patient_id = patient.get("/v1/me")["id"]
    dario = Person(client).log_in(clinics[0].deputy, PASSWORD)
    assert (names(maya), names(dario)) == (["Ana"], [])
    move(now + timedelta(hours=1))
    maya.post(f"/v1/clinic/patients/{patient_id}/hand-over", {"to": ids(maya)["Dario Conti"]})
    assert (names(maya), names(dario)) == ([], ["Ana"])
    assert maya.call("GET", f"/v1/clinic/patients/{patient_id}").status_code == 404
    known = dario.get(f"/v1/clinic/patients/{patient_id}/care")["clinicians"]
    assert [(each["name"], each["until"] is None) for each in known] == [
        ("Maya Lindqvist", False), ("Dario Conti", True),
    ]  # fmt: skip
    dario.post(f"/v1/clinic/patients/{patient_id}/hand-over", {"to": ids(maya)["Maya Lindqvist"]})
    assert [each["name"] for each in patient.get("/v1/me/care")["clinicians"]] == ["Maya Lindqvist"]


def test_all_patients_of_a_clinician_go_to_a_colleague(
    client: FlaskClient, maya: Person, ada: Person, clinics: tuple[Clinics, Clinics], now: datetime, move: Move
) -> None:
    for name in ("Ana", "Ben", "Chen"):
        Person(client).register(name)
    everyone = ids(maya)
    dario = Person(client).log_in(clinics[0].deputy, PASSWORD)
    path = f"/v1/clinic/staff/{everyone['Maya Lindqvist']}/hand-over"
    assert dario.call("POST", path, {"to": everyone["Dario Conti"]}).status_code == 404  # not his to give away
    move(now + timedelta(hours=1))
    assert ada.post(path, {"to": everyone["Dario Conti"]}) == {"patients": 3}
    assert (names(maya), names(dario)) == ([], ["Ana", "Ben", "Chen"])
    people = ada.get("/v1/clinic/people")["people"]
    assert [each["clinicians"] for each in people] == [["Dario Conti"]] * 3
    lines = ada.get(f"/v1/clinic/audit?patient={people[0]['id']}")["lines"]
    assert "hand over" in [each["action"] for each in lines]


def test_nobody_is_left_alone_with_an_open_alert(
    client: FlaskClient, maya: Person, ada: Person, now: datetime, move: Move
) -> None:
    patient = Person(client).register()
    patient_id, me = patient.get("/v1/me")["id"], ids(maya)["Maya Lindqvist"]
    patient.report(entry("checkin", now, answers={"RF07": "yes"}))
    move(now + timedelta(hours=1))
    path = f"/v1/clinic/patients/{patient_id}/care/{me}"
    assert ada.call("DELETE", path).status_code == 409
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "examined"})
    assert ada.call("DELETE", path).status_code == 204
    assert names(maya) == []
    assert ada.call("DELETE", path).status_code == 404


def test_a_second_clinician_may_join_and_only_of_this_clinic(
    client: FlaskClient, maya: Person, rin: Person, clinics: tuple[Clinics, Clinics]
) -> None:
    patient_id = Person(client).register().get("/v1/me")["id"]
    stranger = ids(rin)["Rin Sato"]
    path = f"/v1/clinic/patients/{patient_id}"
    for call, body in ((f"{path}/care", {"clinician": stranger}), (f"{path}/hand-over", {"to": stranger})):
        assert maya.call("POST", call, body).status_code == 422
    assert maya.call("POST", f"{path}/care", {"clinician": ids(maya)["Ada Berg"]}).status_code == 422
    maya.post(f"{path}/care", {"clinician": ids(maya)["Dario Conti"]})
    assert names(Person(client).log_in(clinics[0].deputy, PASSWORD)) == ["Ana"]
    assert names(maya) == ["Ana"]


def test_who_is_told_of_an_alert_may_open_the_record_until_it_is_resolved(
    client: FlaskClient, maya: Person, clinics: tuple[Clinics, Clinics], now: datetime, move: Move
) -> None:
    patient = Person(client).register()
    patient_id = patient.get("/v1/me")["id"]
    everyone = ids(maya)
    move(now + timedelta(minutes=1))
    maya.post(f"/v1/clinic/patients/{patient_id}/hand-over", {"to": everyone["Dario Conti"]})
    assert maya.call("GET", f"/v1/clinic/patients/{patient_id}").status_code == 404
    patient.report(entry("checkin", now, answers={"RF07": "yes"}))
    assert maya.call("GET", f"/v1/clinic/patients/{patient_id}").status_code == 200
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "examined"})
    assert maya.call("GET", f"/v1/clinic/patients/{patient_id}").status_code == 404


def test_duty_is_changed_within_the_clinic_only(maya: Person, ada: Person, rin: Person) -> None:
    mine, theirs = ids(maya), ids(rin)
    now_on: dict[str, Any] = {
        "on_duty": mine["Dario Conti"], "deputy": mine["Maya Lindqvist"], "administrator": mine["Ada Berg"],
    }  # fmt: skip
    assert maya.put("/v1/clinic/duty", now_on)["on_duty"]["name"] == "Dario Conti"
    wrong = [
        ({"on_duty": theirs["Rin Sato"]}, 422),
        ({"on_duty": mine["Ada Berg"]}, 422),
        ({"deputy": mine["Dario Conti"]}, 422),
        ({"administrator": None}, 403),
    ]
    for change, status in wrong:
        assert maya.call("PUT", "/v1/clinic/duty", now_on | change).status_code == status, change
    assert ada.put("/v1/clinic/duty", now_on | {"deputy": None})["deputy"] is None


def test_the_email_address_stays_a_channel(maya: Person) -> None:
    (email,) = maya.get("/v1/clinic/channels")["channels"]
    assert maya.call("DELETE", f"/v1/clinic/channels/{email['id']}").status_code == 409
    hook = maya.post("/v1/clinic/channels", {"url": "https://pager.example.org/x"})
    assert len(hook["secret"]) > 30
    listed = maya.get("/v1/clinic/channels")["channels"]
    assert [each["kind"] for each in listed] == ["email", "webhook"]
    assert all("secret" not in each for each in listed)
    assert maya.call("DELETE", f"/v1/clinic/channels/{hook['id']}").status_code == 204
    for url in ("http://pager.example.org", "https://user:pw@pager.example.org", "https://", "ftp://x"):
        assert maya.call("POST", "/v1/clinic/channels", {"url": url}).status_code == 422
    for number in range(9):
        maya.post("/v1/clinic/channels", {"url": f"https://pager.example.org/{number}"})
    assert maya.call("POST", "/v1/clinic/channels", {"url": "https://pager.example.org/x"}).status_code == 409
