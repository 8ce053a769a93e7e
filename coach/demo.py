"""A small clinic to look at: its three who are told of alerts, and patients with some weeks behind them.

The passwords are published; COACH_DEMO is refused on any address but this machine's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach import demo_lives
from coach.models.people import Clinic, Patient
from coach.services import accounts, log, plans
from coach.services.tokens import Identity
from programs import catalog as content
from programs import events, patient, schedule
from programs.catalog import Equipment
from programs.events import Event

PASSWORD = "back-to-walking"
ZONE = "Europe/Paris"
PHYSIOTHERAPIST = "physio@demo.example"
DEPUTY = "doctor@demo.example"
ADMINISTRATOR = "admin@demo.example"
KIT: frozenset[Equipment] = frozenset({"mat", "chair", "wall", "pillow", "step", "bed", "band"})


@dataclass(frozen=True)
class Story:
    """Who, the facts of the intake, and pain by day: (morning, before the session or None, peak)."""

    email: str
    name: str
    facts: dict[str, object]
    weeks: int
    pain: tuple[tuple[int, int | None, int], ...]  # repeats over the weeks
    location: int = 0


STORIES = (
    Story(
        "ana@demo.example",
        "Ana Kovac",
        {"age": 46, "back_average": 4, "back_worst": 6, "leg": 0, "location": 0, "days": 200},
        4,
        ((3, 2, 3), (3, None, 0), (3, 2, 2), (2, None, 0), (3, 1, 2), (2, None, 0), (2, None, 0)),
    ),
    Story(
        "ben@demo.example",
        "Ben Okafor",
        {"age": 34, "back_average": 3, "back_worst": 5, "leg": 0, "location": 0, "days": 45, "sit_h": 8.0},
        2,
        ((2, 2, 4), (2, None, 0), (3, None, 0), (2, 2, 2), (2, None, 0), (2, 1, 2), (2, None, 0)),
    ),
    Story(
        "chen@demo.example",
        "Chen Wei",
        {"age": 51, "back_average": 4, "back_worst": 7, "leg": 5, "location": 3, "days": 40, "RAD": True},
        3,
        ((4, 3, 4), (4, 3, 3), (3, 3, 4), (4, None, 0), (3, 2, 3), (3, 3, 3), (3, None, 0)),
        3,
    ),
)


def seed(session: Session, now: datetime) -> None:
    """Makes the demo clinic once; a second call changes nothing."""
    if session.scalar(select(Clinic.id).where(Clinic.is_default)):
        return
    clinic = accounts.open_clinic(
        session,
        name="Riverside Physiotherapy (demo)",
        zone=ZONE,
        email=PHYSIOTHERAPIST,
        password=PASSWORD,
        person="Maya Lindqvist",
        now=now - timedelta(weeks=5),
    )
    opened = now - timedelta(weeks=5)
    deputy, admin = (
        accounts.add_account(session, clinic, role=role, email=email, password=PASSWORD, name=name, now=opened)
        for role, email, name in (("doctor", DEPUTY, "Dario Conti"), ("administrator", ADMINISTRATOR, "Ada Berg"))
    )
    clinic.deputy_id, clinic.administrator_id = deputy.account_id, admin.account_id
    for story in STORIES:
        identity = accounts.add_patient(
            session,
            clinic,
            email=story.email,
            password=PASSWORD,
            name=story.name,
            zone=ZONE,
            locale="en",
            now=now - timedelta(weeks=story.weeks),
        )
        row = session.get_one(Patient, identity.account_id)
        for event in _history(row, story, now):
            log.append(session, row, event, received_at=event.at, author_id=row.id)
        plans.store(session, row, now, content.load())
    assert clinic.on_duty_id is not None
    carer = Identity(clinic.on_duty_id, "physiotherapist")
    demo_lives.seed(session, clinic, carer, PASSWORD, now, content.load())


def _history(row: Patient, story: Story, now: datetime) -> Iterator[Event]:
    today = plans.today(row, now)
    first = today - timedelta(weeks=story.weeks)
    yield _event(row, first, "intake", events.Intake(_facts(story, first)), 0)
    for offset in range((today - first).days):
        day = first + timedelta(days=offset)
        morning, pre, peak = story.pain[offset % len(story.pain)]
        yield _event(row, day, "checkin", events.Checkin(), 1)
        yield _event(row, day, "morning", events.Morning(pain=morning, leg=max(0, morning - 1)), 2)
        if pre is not None:
            at = story.location or None
            done = events.Session(pre=pre, peak=peak, rpe=5, leg_pre=pre, leg_post=pre, loc_pre=at, loc_post=at)
            yield _event(row, day, "session", done, 3)


def _facts(story: Story, first: date) -> patient.Patient:
    told = dict(story.facts)
    days = int(str(told.pop("days")))
    known = frozenset[patient.Diagnosis]({"RAD"} if told.pop("RAD", False) else set())
    return patient.Patient(
        height_cm=172,
        weight_kg=None,
        episode_day=first - timedelta(days=days),
        diagnoses=known,
        pregnancy_day=None,
        birth=None,
        surgery=None,
        cancer_ever=False,
        equipment=KIT,
        minutes=25,
        **told,  # type: ignore[arg-type]
    )


def _event(row: Patient, day: date, kind: str, body: events.Body, minute: int) -> Event:
    at = schedule.day_begins_at(day, ZONE, 7 * 60 + 30) + timedelta(minutes=minute)
    return Event(str(uuid5(row.id, f"{day} {kind}")), day, at, kind, "patient", body)


def welcome(base: str) -> str:
    """What `make run` prints: log-ins and three commands to try."""
    token = f"""curl -s {base}/v1/auth/token -H 'Content-Type: application/json' \\
       -d '{{"email": "ana@demo.example", "password": "{PASSWORD}"}}'"""
    return f"""The phone app: {base}/app/
Console for clinicians: {base}/console/
Demo log-ins (password for all: {PASSWORD})
  {PHYSIOTHERAPIST:22} physiotherapist, on duty
  {DEPUTY:22} doctor, the deputy
  {ADMINISTRATOR:22} administrator: invitations, duty, who looked at what; no clinical data
  {"ana@demo.example":22} four weeks of chronic back pain, going well
  {"ben@demo.example":22} desk worker, two weeks
  {"chen@demo.example":22} a slipped disc with leg pain, three weeks

Try
  TOKEN=$({token} | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
  curl -s {base}/v1/me/routines/today -H "Authorization: Bearer $TOKEN"
  curl -s '{base}/v1/me/decisions?limit=3' -H "Authorization: Bearer $TOKEN\""""
