"""Edits, locks, sessions and ticks of the same people at the same time: nobody waits in a circle, nothing doubles."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery
from coach.services import cursors, deliveries, occurrences, reminders, settings
from coach.services.deliveries import Result
from programs import catalog
from tests.patients import device, patient, patients

SEVEN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ROUNDS = 150
PEOPLE = 8


def test_edits_race_ticks_and_deliveries(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        ids = patients(session, PEOPLE, SEVEN)
        for each in ids:
            device(session, session.get_one(Patient, each), SEVEN)
    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(_edit, committed, ids, seed) for seed in (1, 2)]
        jobs += [pool.submit(_tick, committed), pool.submit(_tick, committed), pool.submit(_deliver, committed)]
        for job in jobs:
            job.result()  # a deadlock or a lost lock raises here
    with committed() as session:
        open_ones = select(func.count()).where(Delivery.state == "leased")
        assert session.scalar(open_ones) == 0


@pytest.mark.parametrize("edit", ["change", "change that waited", "remove"])
def test_what_was_changed_while_a_worker_held_it_is_not_tried_again(session: Session, edit: str) -> None:
    """The worker cannot be called back, but it may come back with nothing done."""
    ana = patient(session, SEVEN)
    for _ in range(2):
        device(session, ana, SEVEN)
    nine = SEVEN + timedelta(hours=2)
    occurrences.materialise(session, nine, catalog.load())
    refused, accepted = deliveries.lease(session, nine, clock.real_now(), 100).handovers
    deliveries.record(session, [Result(accepted.key, accepted.lease, "accepted", code=201)], nine)
    (rule,) = reminders.own(session, ana.id)
    if edit == "remove":
        reminders.remove(session, ana, rule.id, nine)
    else:  # it looked at the clock before the tick, and then waited until the tick was through
        now = SEVEN if edit == "change that waited" else nine
        reminders.change(session, ana, rule.id, minute=rule.minute + 240, days=127, now=now)
    later = nine + timedelta(minutes=1)
    deliveries.record(session, [Result(refused.key, refused.lease, "pending", due_at=later, code=503)], nine)
    occurrences.materialise(session, later, catalog.load())
    assert not deliveries.lease(session, later, clock.real_now(), 100).handovers
    assert sorted(session.scalars(select(Delivery.state))) == ["accepted", "cancelled"]


def test_a_change_reaches_the_device_that_waits_for_a_second_try(session: Session) -> None:
    ana = patient(session, SEVEN)
    for _ in range(2):
        device(session, ana, SEVEN)
    nine = SEVEN + timedelta(hours=2)
    occurrences.materialise(session, nine, catalog.load())
    told, waits = deliveries.lease(session, nine, clock.real_now(), 100).handovers
    deliveries.record(session, [Result(told.key, told.lease, "accepted", code=201)], nine)
    later = nine + timedelta(minutes=1)
    deliveries.record(session, [Result(waits.key, waits.lease, "pending", due_at=later, code=503)], nine)
    (rule,) = reminders.own(session, ana.id)
    reminders.change(session, ana, rule.id, minute=rule.minute + 240, days=127, now=nine)
    assert sorted(session.scalars(select(Delivery.state))) == ["accepted", "cancelled"]


def test_a_move_that_commits_while_a_tick_looks_is_not_undone(committed: sessionmaker[Session]) -> None:
    """The tick then holds the new cursor: with the old zone it would put it where nobody looks in time."""
    with committed.begin() as session:
        ana = patient(session, SEVEN)
        session.get_one(Cursor, ana.id).next_at = SEVEN  # as after any edit: the tick shall look
    looking, moved = threading.Event(), threading.Event()
    engine = committed.kw["bind"]

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def slowly(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> tuple[str, object]:
        if "WITH due AS" in statement and threading.current_thread().name == "tick":
            looking.set()
            once = "(SELECT true FROM pg_sleep(0.5)) AND next_at <="  # before any row is locked
            statement = statement.replace("next_at <=", once)
        return statement, parameters

    def tick() -> None:
        with committed.begin() as session:
            occurrences.materialise(session, SEVEN, catalog.load())
        moved.set()

    thread = threading.Thread(target=tick, name="tick")
    thread.start()
    try:
        assert looking.wait(10)
        with committed.begin() as session:
            moving = session.get_one(Patient, ana.id, with_for_update={"key_share": True})
            settings.change(session, moving, {"zone": "Asia/Kolkata"}, SEVEN)
            session.get_one(Cursor, ana.id).next_at = SEVEN
        assert moved.wait(10)
    finally:
        thread.join()
        event.remove(engine, "before_cursor_execute", slowly)
    with committed() as session:
        now_due = session.get_one(Cursor, ana.id).next_at
    assert now_due is not None
    kolkata = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # noon there: eight o'clock was over, its follow-up is not
    assert kolkata <= now_due <= kolkata + timedelta(minutes=1)


def _edit(sessions: sessionmaker[Session], ids: list[UUID], seed: int) -> None:
    chance = random.Random(seed)
    for number in range(ROUNDS):
        now = SEVEN + timedelta(days=number, hours=chance.random() * 3)
        with sessions.begin() as session:
            patient = session.get_one(Patient, chance.choice(ids), with_for_update={"key_share": True})
            match chance.randrange(4):
                case 0:
                    patient.lock = chance.choice(["none", "URGENT"])
                    cursors.settle(session, patient, now)
                case 1:
                    reminders.session_done(session, patient.id, date(2026, 3, 2) + timedelta(number), now)
                case 2:
                    patient.zone = chance.choice(["Asia/Tokyo", "Europe/Paris", "America/New_York"])
                    reminders.settings_changed(session, patient, now)
                case _:
                    (rule,) = reminders.own(session, patient.id)
                    reminders.change(session, patient, rule.id, minute=480, days=127, now=now)


def _tick(sessions: sessionmaker[Session]) -> None:
    for number in range(ROUNDS):
        with sessions.begin() as session:
            occurrences.materialise(session, SEVEN + timedelta(days=number, hours=2), catalog.load())


def _deliver(sessions: sessionmaker[Session]) -> None:
    for number in range(ROUNDS):
        now = SEVEN + timedelta(days=number, hours=2)
        with sessions.begin() as session:
            leased = deliveries.lease(session, now, clock.real_now(), 100).handovers
        with sessions.begin() as session:
            results = [Result(each.key, each.lease, "accepted", code=201) for each in leased]
            assert deliveries.record(session, results, now) == 0
