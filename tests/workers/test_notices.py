"""An emergency at three in the morning reaches somebody: duty, deputy, administrator, each through the channel.

The API takes the report and the worker's own function sends, on a real mail server and a real receiver of webhooks.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.app import create_app
from coach.config import Config
from coach.models.care import Alert
from coach.models.notices import Notice
from coach.models.people import Clinic, Patient
from coach.services import accounts, alerts, notices
from programs import catalog
from programs.plan import Referral
from tests import staff
from tests.coach.people import PASSWORD, Person, entry
from tests.receivers.notices import Office
from tests.staff import Clinics
from workers.notices import Notified, notify_due

THREE = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # 03:00 in Paris
MINUTE = timedelta(minutes=1)
Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    yield app
    app.extensions["coach"].sessions.kw["bind"].dispose()


class Night:
    """A clinic of three with nobody logged in, one patient, and a clock that the test moves."""

    def __init__(self, app: Flask, config: Config, sessions: Sessions, office: Office) -> None:
        self.config, self.sessions, self.office = config, sessions, office
        self.client = app.test_client()
        self.move(THREE - timedelta(hours=12))
        with sessions.begin() as session:
            place = {"name": "Riverside", "zone": "Europe/Paris"}
            who = {"email": "physio@example.org", "password": PASSWORD, "person": "Maya Lindqvist"}
            accounts.open_clinic(session, **place, **who, now=THREE)
            self.people: Clinics = staff.complete(session, THREE)
        self.patient = Person(self.client).register()
        self.patient.onboard()

    def move(self, to: datetime) -> None:
        self.now = to
        with self.sessions.begin() as session:
            clock.move(session, self.config, to, speed=0)

    def wait(self, minutes: float) -> Notified:
        """Time goes by; then the worker looks."""
        self.move(self.now + minutes * MINUTE)
        return self.work()

    def work(self) -> Notified:
        return notify_due(self.sessions, self.config, catalog.load())

    def flag(self, flag: str = "RF01", severe: tuple[str, ...] = ()) -> Any:
        at = self.now
        return self.patient.report(entry("checkin", at, answers={flag: "yes"}, severe=list(severe)))

    def told(self) -> Any:
        return self.patient.today()["told"]

    def log_in(self, email: str) -> Person:
        return Person(self.client).log_in(email, PASSWORD)

    def mails(self, email: str) -> list[EmailMessage]:
        """Those that lead to an alert of this night; the mail server serves all tests."""
        with self.sessions() as session:
            links = [f"https://coach.example.org/console/alerts/{each}" for each in session.scalars(select(Alert.id))]
        return [
            mail
            for mail in self.office.mails_to(email)
            if any(link in mail.get_content().splitlines() for link in links)
        ]


@pytest.fixture
def night(app: Flask, sending: Config, committed: Sessions, office: Office) -> Night:
    return Night(app, sending, committed, office)


def hooked(night: Night, email: str, name: str) -> Person:
    """Somebody of the staff who has added a webhook by the API and logged out again."""
    person = night.log_in(email)
    night.office.knows(name, person.post("/v1/clinic/channels", {"url": night.office.hook(name)})["secret"])
    return person


def test_an_emergency_at_three_climbs_through_each_channel_and_the_patient_is_told_the_truth(night: Night) -> None:
    duty, deputy, administrator = night.people.duty, night.people.deputy, night.people.administrator
    hooked(night, deputy, "deputy-at-three")
    night.move(THREE)

    answer = night.flag()["told"]  # in the very answer, before any worker has run
    assert (answer["clinician"], answer["seen_at"], answer["steps"][0]["sent_at"]) == ("Maya Lindqvist", None, None)
    assert answer["next"] == {"role": "deputy", "name": "Dario Conti", "at": (THREE + 15 * MINUTE).isoformat()}

    night.wait(1)
    assert len(night.mails(duty)) == 1
    assert night.mails(deputy) == night.mails(administrator) == []
    (step,) = night.told()["steps"]
    assert (step["role"], step["sent_at"], step["failed"]) == ("on_duty", (THREE + MINUTE).isoformat(), False)

    night.wait(13)
    assert night.mails(deputy) == []
    night.wait(1)
    assert len(night.mails(deputy)) == 1
    (hook,) = night.office.hooks("deputy-at-three")
    assert (hook["valid"], hook["age"] < 60, hook["body"]["role"]) == (True, True, "deputy")
    told = night.told()
    assert [each["role"] for each in told["steps"]] == ["on_duty", "deputy"]
    assert told["clinician"] == "Dario Conti"
    (waiting,) = night.log_in(administrator).get("/v1/clinic/waiting")["waiting"]
    assert (waiting["steps"], waiting["next"]) == (told["steps"], told["next"])
    assert told["next"] == {"role": "administrator", "name": "Ada Berg", "at": (THREE + 30 * MINUTE).isoformat()}

    night.wait(15)
    assert len(night.mails(administrator)) == 1
    told = night.told()
    assert [each["role"] for each in told["steps"]] == ["on_duty", "deputy", "administrator"]
    assert (told["next"], told["seen_at"]) == (None, None)

    night.wait(60)  # nothing more to do, nothing twice
    assert [len(night.mails(each)) for each in (duty, deputy, administrator)] == [1, 1, 1]

    dario = night.log_in(deputy)
    (alert,) = dario.get("/v1/clinic/alerts")["alerts"]
    dario.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    told = night.told()
    assert (told["seen_by"], told["seen_at"]) == ("Dario Conti", night.now.isoformat())


def test_a_notice_says_nothing_of_the_person_or_the_reason(night: Night) -> None:
    hooked(night, night.people.duty, "says-nothing")
    night.flag("RF01")
    night.wait(1)
    (hook,) = night.office.hooks("says-nothing")
    (mail,) = night.mails(night.people.duty)
    assert hook["body"].keys() == {"id", "text", "link", "role"}
    assert mail["Subject"] == hook["body"]["text"] == "An alert waits for you"
    for text in (str(mail), str(hook["body"])):
        assert not [word for word in ("Ana", "RF01", "EMERGENCY", "red flag", "pain") if word in text]


def test_seen_in_time_it_goes_no_further(night: Night) -> None:
    night.flag()
    night.wait(1)
    maya = night.log_in(night.people.duty)
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    night.wait(120)
    assert night.mails(night.people.deputy) == []
    told = night.told()
    assert (told["seen_by"], told["next"]) == ("Maya Lindqvist", None)


def test_an_urgent_flag_climbs_after_an_hour_and_starts_anew_when_it_gets_graver(night: Night) -> None:
    night.flag("RF06a")
    night.wait(59)
    assert night.mails(night.people.deputy) == []
    night.wait(1)
    assert len(night.mails(night.people.deputy)) == 1
    night.flag("RF06a", ("RF06a",))
    night.work()
    assert len(night.mails(night.people.duty)) == 2
    night.wait(15)
    assert len(night.mails(night.people.deputy)) == 2


def test_a_server_that_says_later_is_asked_again_and_the_mail_comes_once(night: Night) -> None:
    night.office.answer_next(mail=[{"at": "rcpt", "code": 451}, {"at": "data", "code": 452}])
    night.flag()
    night.work()
    assert night.told()["steps"][0]["sent_at"] is None
    night.wait(1)
    night.wait(1)
    sent = night.mails(night.people.duty)
    assert len({mail["Message-ID"] for mail in sent}) == 1
    assert night.told()["steps"][0]["sent_at"] == night.now.isoformat()


def test_when_no_channel_takes_it_the_next_is_told_at_once(night: Night) -> None:
    night.office.answer_next(mail=[{"at": "rcpt", "code": 550}])
    night.flag()
    night.work()
    assert night.told()["steps"][0]["failed"] is True
    night.wait(1)
    assert len(night.mails(night.people.deputy)) == 1
    assert [each["failed"] for each in night.told()["steps"]] == [True, False]


def test_without_a_mail_server_the_alert_still_climbs_through_the_lists(night: Night) -> None:
    night.config = replace(night.config, smtp_host=None)
    night.flag()
    night.wait(16)
    night.wait(16)
    steps = night.told()["steps"]
    assert [(each["role"], each["sent_at"]) for each in steps] == [
        ("on_duty", None), ("deputy", None), ("administrator", None),
    ]  # fmt: skip


def test_a_killed_workers_notices_come_back_and_its_answer_counts_no_more(night: Night, committed: Sessions) -> None:
    night.flag()
    with committed.begin() as session:
        (held,) = notices.lease(session, night.now, clock.real_now(), 10)
    assert night.work().answered == 0  # somebody holds it
    with committed.begin() as session:
        session.execute(update(Notice).where(Notice.state == "leased").values(leased_until=THREE))
    assert night.work().answered == 1
    with committed.begin() as session:
        late = notices.record(session, [notices.Result(held.key, held.lease, "refused")], night.now)
        assert late == 1
    with committed() as session:
        row = session.scalars(select(Notice).where(Notice.channel == "email")).one()
        assert (row.state, row.ambiguous, row.attempts) == ("accepted", 1, 2)


def test_two_workers_at_once_tell_and_climb_once(night: Night) -> None:
    night.flag()
    night.move(night.now + 15 * MINUTE)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: night.work(), range(8)))
    assert [len(night.mails(each)) for each in (night.people.duty, night.people.deputy)] == [1, 1]
    assert night.mails(night.people.administrator) == []


def test_who_takes_over_duty_is_told_of_what_waits(night: Night) -> None:
    night.flag()
    night.wait(1)
    with night.sessions.begin() as session:
        row = session.get_one(Clinic, night.people.clinic)
        staff.account(session, row, "physiotherapist", "new@example.org", "Noor Haddad", night.now)
    ada = night.log_in(night.people.administrator)
    by_name = {each["name"]: each["id"] for each in ada.get("/v1/clinic/staff")["staff"]}
    ada.put(
        "/v1/clinic/duty",
        {"on_duty": by_name["Noor Haddad"], "deputy": by_name["Dario Conti"], "administrator": by_name["Ada Berg"]},
    )
    night.work()
    assert len(night.mails("new@example.org")) == 1
    assert [each["name"] for each in night.told()["steps"]] == ["Maya Lindqvist", "Noor Haddad"]


def test_a_referral_climbs_when_it_is_overdue_even_if_it_was_seen(night: Night, committed: Sessions) -> None:
    today = night.now.date()
    with committed.begin() as session:
        patient = session.scalars(select(Patient)).one()
        raised = Referral("CLINICIAN_SOON", "E3", today, today + timedelta(days=7))
        alerts.referrals(session, patient, [raised], night.now)
    night.work()
    assert len(night.mails(night.people.duty)) == 1
    maya = night.log_in(night.people.duty)
    (alert,) = maya.get("/v1/clinic/alerts")["alerts"]
    maya.post(f"/v1/clinic/alerts/{alert['id']}/acknowledge", {})
    night.wait(7 * 24 * 60)
    assert night.mails(night.people.deputy) == []
    night.move(datetime(2026, 3, 10, 7, 0, tzinfo=UTC))  # the morning after the seventh day, at eight in Paris
    night.work()
    assert len(night.mails(night.people.deputy)) == 1
    night.wait(24 * 60)
    assert len(night.mails(night.people.administrator)) == 1
    maya = night.log_in(night.people.duty)
    maya.post(f"/v1/clinic/alerts/{alert['id']}/resolve", {"note": "seen by the surgeon"})
    left = {each["kind"] for each in maya.get("/v1/clinic/alerts")["alerts"]}
    assert left == {"silent"}  # eight days without a session


def test_an_overdue_visit_climbs_until_it_is_settled(night: Night, committed: Sessions) -> None:
    with committed.begin() as session:
        patient = session.scalars(select(Patient)).one()
        alerts.for_overdue_visit(session, patient, "week 6", night.now.date(), night.now)
    night.work()
    assert len(night.mails(night.people.duty)) == 1
    night.move(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    night.work()
    assert len(night.mails(night.people.deputy)) == 1
    dario = night.log_in(night.people.deputy)
    (alert,) = dario.get("/v1/clinic/alerts")["alerts"]
    dario.post(f"/v1/clinic/alerts/{alert['id']}/resolve", {"note": "came today"})
    night.wait(24 * 60)
    assert night.mails(night.people.administrator) == []


def test_a_private_address_is_never_posted_to(night: Night) -> None:
    maya = night.log_in(night.people.duty)
    maya.post("/v1/clinic/channels", {"url": "https://10.0.0.7/hook"})
    night.config = replace(night.config, push_loopback=False)
    night.flag()
    night.work()
    with night.sessions() as session:
        assert session.scalars(select(Notice.state).where(Notice.channel == "webhook")).one() == "refused"
