"""The follow-up calendar by itself: what is due, what was missed and who is told; and the feed of a clinician."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.notices import Notice
from coach.models.people import Patient
from coach.services import escalation, messages
from programs import catalog
from tests.coach.conftest import Move
from tests.coach.people import Person, entry

DAY = timedelta(days=1)


def path_of(person: Person) -> str:
    return f"/v1/clinic/patients/{person.get('/v1/me')['id']}"


def alerts(maya: Person) -> list[tuple[str, str]]:
    return [
        (each["subject"], each["due_day"])
        for each in maya.get("/v1/clinic/alerts")["alerts"]
        if each["kind"] == "visit"
    ]


def test_a_contact_that_needs_a_person_and_was_missed_is_told_once(
    client: FlaskClient, person: Person, maya: Person, now: datetime, move: Move
) -> None:
    person.onboard()
    path = path_of(person)
    states = {each["day"]: each["state"] for each in maya.get(f"{path}/visits")["contacts"]}
    assert set(states.values()) == {"ahead"} and "2026-04-13" in states  # six weeks: the next steps
    move(now + 47 * DAY)
    maya.put(f"{path}/assignment", {"exercises": ["bridge"]})
    assert alerts(maya) == []
    move(now + 48 * DAY)
    maya.put(f"{path}/assignment", {"exercises": ["dead_bug"]})
    assert alerts(maya) == [("due 2026-04-13", "2026-04-18")]
    (reason,) = [
        each
        for each in maya.get("/v1/clinic/patients?attention=visit")["patients"][0]["reasons"]
        if each["kind"] == "visit"
    ]
    assert reason["text"] == "Visit overdue since 2026-04-18."
    (alert,) = [each for each in maya.get("/v1/clinic/alerts")["alerts"] if each["kind"] == "visit"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/resolve", {"note": "called"})
    move(now + 49 * DAY)
    maya.put(f"{path}/assignment", {"exercises": ["cat_camel"]})
    assert alerts(maya) == []


def test_a_visit_in_its_window_meets_the_contact(person: Person, maya: Person, now: datetime, move: Move) -> None:
    person.onboard()
    path = path_of(person)
    visit = {"id": str(uuid4()), "at": (now + 42 * DAY).isoformat(), "minutes": 30, "mode": "clinic"}
    maya.post(f"{path}/visits", visit)
    move(now + 43 * DAY)
    maya.call("PATCH", f"{path}/visits/{visit['id']}", {"state": "done"})
    move(now + 50 * DAY)
    maya.put(f"{path}/assignment", {"exercises": ["bridge"]})
    assert alerts(maya) == []
    assert (
        next(each["state"] for each in maya.get(f"{path}/visits")["contacts"] if each["day"] == "2026-04-13") == "done"
    )


def test_the_feed_says_when_and_how_and_nothing_else_until_it_is_revoked(
    client: FlaskClient, person: Person, maya: Person, now: datetime
) -> None:
    person.onboard()
    maya.post(f"{path_of(person)}/visits", {
        "id": str(uuid4()), "at": (now + DAY).isoformat(), "minutes": 30, "mode": "video",
    })  # fmt: skip
    first, url = (maya.post("/v1/clinic/calendar-feed", {})["url"] for _ in range(2))
    answer = client.get(url[url.index("/v1") :])
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (str(event["summary"]), event.decoded("dtstart")) == ("Visit by video", now + DAY)
    assert b"Ana" not in answer.data and person.get("/v1/me")["id"].encode() not in answer.data
    assert client.get(first[first.index("/v1") :]).status_code == 404  # the newer one has taken its place
    assert client.get("/v1/calendar/guess/visits.ics").status_code == 404
    assert maya.call("DELETE", "/v1/clinic/calendar-feed").status_code == 204
    assert client.get(url[url.index("/v1") :]).status_code == 404


def test_a_patient_calls_a_pause_off(person: Person, now: datetime, move: Move) -> None:
    person.onboard()
    sent = person.call("PUT", "/v1/me/pause", {"first": "2026-03-02", "last": "2026-03-12", "cause": "away"})
    assert sent.status_code == 204
    move(now + DAY)
    person.report(entry("checkin", now + DAY))
    assert person.today()["status"] == "paused"
    assert person.call("DELETE", "/v1/me/pause").status_code == 204
    assert person.today()["status"] != "paused"


def test_consent_is_taken_back_and_given_again(person: Person, maya: Person, now: datetime, move: Move) -> None:
    person.onboard()
    version = person.get("/v1/me/consents")["version"]
    assert person.call("PUT", "/v1/me/consents", {"care": True, "version": "old"}).status_code == 422
    person.put("/v1/me/consents", {"care": True, "version": version})
    move(now + DAY)
    taken = person.put("/v1/me/consents", {"care": False, "version": version})
    assert all(each["withdrawn_at"] for each in taken["consents"])
    assert maya.call("GET", path_of(person)).status_code == 404
    assert maya.get("/v1/clinic/patients")["patients"] == []
    move(now + 2 * DAY)
    again = person.put("/v1/me/consents", {"care": True, "version": version})
    assert [bool(each["withdrawn_at"]) for each in again["consents"]].count(False) == 1


def test_a_message_nobody_has_read_is_told_on_the_next_working_morning(
    person: Person, now: datetime, committed: sessionmaker[Session]
) -> None:
    friday = now + 4 * DAY
    with committed.begin() as session:
        patient = session.get_one(Patient, UUID(person.get("/v1/me")["id"]))
        messages.send(session, patient, uuid4(), "May I swim?", author="patient", author_id=patient.id, now=friday)
    told = []
    for days in (0, 1, 2, 2.9, 3.1):
        with committed.begin() as session:
            escalation.climb(session, friday + timedelta(days=days), catalog.load())
            told.append(session.scalar(select(func.count()).select_from(Notice)) or 0)
    assert told[:4] == [0, 0, 0, 0] and told[4] > 0
