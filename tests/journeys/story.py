"""One person's two weeks as a script that can be played again and again: the same facts, ids and clock each time."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from coach.models.plans import Decision, Plan
from coach.models.reminders import Delivery, Occurrence
from coach.services import plans
from programs import canonical, catalog, schedule
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person
from tests.journeys.diary import connect, morning, remind_only_of, told, training
from tests.journeys.service import Service
from tests.journeys.trouble import Peace
from tests.receivers.webpush import Receiver

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DAYS = 14
TRAINED = {0: 2, 2: 2, 4: 2, 6: 7, 8: 3, 11: 2, 12: 2, 13: 2}  # day: worst pain during the session
OFFLINE, RED_FLAG = 3, 9  # days
# How many of each the story has, for what may go wrong in them.
STEPS = {"reminder": DAYS - 2, "report": DAYS - 2, "follow-up": 1, "night": 1, "late report": 1, "release": 1}


@dataclass(frozen=True)
class Ending:
    """What a story comes to; two plays of one story must not differ in it."""

    plan: str
    replayed: str  # what its log gives when folded again
    decisions: list[str]
    routine: Any
    reminders: list[tuple[str, date, int, str, str | None]]


@dataclass(frozen=True)
class Banners:
    """What the phone got: how often each reminder was handed over, by its name; and which names were due."""

    received: Counter[str]
    due: list[str]
    deliveries: list[str]


def play(service: Service, receiver: Receiver, now: datetime, mishaps: Peace) -> tuple[Ending, Banners]:
    """Dora trains, is offline for a night, overdoes it, answers a red flag, is seen, and trains on."""
    dora = Person(service.client).register("Dora")
    phone = connect(dora, receiver)
    dora.onboard()
    # Her own time each day: the routine's reminder rests when the week's sessions are done.
    dora.post("/v1/me/reminders", {"kind": "own", "minute": 8 * 60})
    remind_only_of(dora, "own", "red_flag_followup")
    dora.report(training(now + MINUTE))
    for number in range(1, DAYS):
        at = now + number * DAY
        if number == OFFLINE + 1:
            with mishaps.during("night"):
                service.move(at - 4 * HOUR)  # her day began an hour ago
            with mishaps.during("late report"):
                dora.report(*morning(at - DAY))
        if number != RED_FLAG + 1:
            with mishaps.during("reminder"):
                service.move(at - HOUR + MINUTE)
        service.move(at)
        if number != OFFLINE:
            with mishaps.during("report"):
                _report(dora, number, at)
        if number == RED_FLAG + 1:
            with mishaps.during("follow-up"):
                service.move(at + MINUTE)  # a day after the red flag
            with mishaps.during("release"):
                _release(service)
    mishaps.end()
    return _ending(service, dora), _banners(service, receiver.messages(phone))


def _report(dora: Person, number: int, at: datetime) -> None:
    if number == RED_FLAG:
        assert dora.report(told("checkin", at, answers={"RF02": "unsure"}))["lock"] == "EMERGENCY"
    else:
        dora.report(*morning(at, pain=5 if number == 7 else 3))
    if number in TRAINED:
        dora.report(training(at + MINUTE, peak=TRAINED[number]))


def _release(service: Service) -> None:
    maya = Person(service.client).log_in(CLINICIAN, PASSWORD)
    (alert,) = (each for each in maya.get("/v1/clinic/alerts")["alerts"] if each["subject"] == "RF02")
    maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen, nothing found"})


def _ending(service: Service, dora: Person) -> Ending:
    with service.sessions() as session:
        replay = plans.replay(session, session.scalars(select(Plan.patient_id)).one(), catalog.load())
        assert replay is not None
        standing = session.scalars(select(Decision).where(Decision.superseded_by.is_(None)))
        rows = session.scalars(select(Occurrence).order_by(Occurrence.fire_at))
        return Ending(
            plan=_canonical(replay.stored),
            replayed=_canonical(replay.folded),
            decisions=sorted(canonical.dumps(each.body).decode() for each in standing),
            routine=dora.today()["variants"],
            reminders=[(each.kind, each.local_day, each.slot, each.state, each.reason) for each in rows],
        )


def _canonical(plan: dict[str, Any] | None) -> str:
    """Without the one name in a plan that the server chooses itself."""
    return canonical.dumps((plan or {}) | {"intake": "intake"}).decode()


def _banners(service: Service, messages: list[dict[str, Any]]) -> Banners:
    assert all(message["topic"] == message["text"]["id"] for message in messages)
    with service.sessions() as session:
        due = session.scalars(select(Occurrence).where(Occurrence.state == "due"))
        return Banners(
            received=Counter(message["topic"] for message in messages),
            due=[schedule.collapse_id(each.schedule_id, each.local_day, each.slot) for each in due],
            deliveries=list(session.scalars(select(Delivery.state))),
        )
