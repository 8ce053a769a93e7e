"""The worker that stores plans: silence is judged, a poisoned log stops nobody, nothing is done twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.care import Alert
from coach.models.events import Event as EventRow
from coach.models.people import Account, Clinic, Patient
from coach.models.plans import Decision, Plan
from coach.services import log
from programs import catalog, events
from programs.catalog import Catalog
from programs.events import Event
from tests.workers.facts import chronic
from workers.adaptation import adapt_due
from workers.reminders import tick_due
from workers.upkeep import replay_sample

Sessions = sessionmaker[Session]
CLINIC = UUID("8d8ad0de-2c6e-4a3f-9f0b-54d1b0a7c001")


@pytest.fixture
def content() -> Catalog:
    return catalog.load()


@pytest.fixture
def at(committed: Sessions, config: Config) -> Callable[[datetime], None]:
    def move(to: datetime) -> None:
        with committed.begin() as session:
            clock.move(session, config, to, speed=0)

    return move


def _people(committed: Sessions, number: int, now: datetime) -> list[UUID]:
    """Onboarded people whose intake nobody has folded yet."""
    ids = sorted(uuid4() for _ in range(number))
    with committed.begin() as session:
        session.add(Clinic(id=CLINIC, name="Riverside", zone="Europe/Paris"))
        session.flush()
        session.add_all(
            Account(
                id=each,
                clinic_id=CLINIC,
                role="patient",
                email=f"{each}@example.org",
                name="P",
                password_hash="-",
                created_at=now,
            )
            for each in ids
        )
        session.flush()
        for each in ids:
            patient = Patient(
                id=each,
                clinic_id=CLINIC,
                zone="Europe/Paris",
                locale="en",
                created_at=now,
                adapt_at=now,
                last_seq=0,
                locks=[],
                revision=0,
                failures=0,
            )
            session.add(patient)
            session.flush()
            _append(session, patient, "intake", events.Intake(chronic(now.date())), now)
    return ids


def _append(session: Session, patient: Patient, kind: str, body: events.Body, at: datetime) -> None:
    event = Event(str(uuid4()), at.date(), at.astimezone(UTC), kind, "patient", body)
    log.append(session, patient, event, received_at=at)


def test_one_poisoned_log_in_a_thousand_stops_nobody_else(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    ids = _people(committed, 1000, now)
    at(now)
    impossible, lost = ids[13], ids[500]
    with committed.begin() as session:
        session.execute(
            update(EventRow).where(EventRow.patient_id == impossible).values(kind="levitation", body={"height": "m"})
        )
        session.execute(update(Patient).where(Patient.id == lost).values(zone="Mars/Olympus"))
    assert adapt_due(committed, config, content, batches=101) == 1000
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 998
        failed = set(session.scalars(select(Patient.id).where(Patient.failed_at.is_not(None))))
        assert failed == {impossible, lost}
        assert set(session.scalars(select(Alert.patient_id).where(Alert.kind == "failed_plan"))) == failed
        assert not session.scalar(select(func.count()).select_from(Patient).where(Patient.adapt_at <= now))


def test_a_mended_log_is_folded_at_the_next_try(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    (person,) = _people(committed, 1, now)
    with committed.begin() as session:
        session.execute(update(Patient).values(zone="Mars/Olympus"))
    at(now)
    adapt_due(committed, config, content)
    with committed.begin() as session:
        session.execute(update(Patient).values(zone="Europe/Paris"))
        again = session.get_one(Patient, person).adapt_at
    assert again is not None
    at(again)
    adapt_due(committed, config, content)
    with committed() as session:
        patient = session.get_one(Patient, person)
        assert patient.failed_at is None
        assert session.get(Plan, person) is not None


def test_silence_is_judged_when_the_day_turns(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    (person,) = _people(committed, 1, now)
    at(now)
    adapt_due(committed, config, content)
    with committed.begin() as session:
        patient = session.get_one(Patient, person)
        _append(session, patient, "session", events.Session(pre=2, peak=2, rpe=4), now)
        patient.adapt_at = now
    for day in range(6):
        at(now + timedelta(days=day))
        assert adapt_due(committed, config, content) == 1
        assert adapt_due(committed, config, content) == 0
    with committed() as session:
        plan = session.get_one(Plan, person)
        assert plan.day == now.date() + timedelta(days=5)
        assert plan.state["training"]["gap"] == "M2"


def test_folding_again_stores_no_decision_twice(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    (person,) = _people(committed, 1, now)
    at(now)
    adapt_due(committed, config, content)
    with committed.begin() as session:
        patient = session.get_one(Patient, person)
        _append(session, patient, "session", events.Session(pre=2, peak=7, rpe=4), now)
        patient.adapt_at = now
    later = now + timedelta(days=2)
    at(later)
    adapt_due(committed, config, content)
    with committed() as session:
        first = session.scalar(select(func.count()).select_from(Decision))
    assert first
    with committed.begin() as session:
        patient = session.get_one(Patient, person)
        _append(session, patient, "steps", events.Steps(4000), later)
        patient.adapt_at = later
    adapt_due(committed, config, content)
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == first


def test_a_thousand_reports_race_a_thousand_ticks_without_a_deadlock(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    ids = _people(committed, 20, now)
    at(now)
    adapt_due(committed, config, content)
    errors: list[BaseException] = []

    def report(worker: int) -> None:
        try:
            for turn in range(250):
                with committed.begin() as session:
                    person = ids[(turn * 7 + worker) % len(ids)]
                    patient = session.get_one(Patient, person, with_for_update={"key_share": True})
                    _append(session, patient, "steps", events.Steps(turn), now)
                    patient.adapt_at = now
        except BaseException as error:
            errors.append(error)

    def tick() -> None:
        try:
            for _ in range(500):
                tick_due(committed, config, content)
                adapt_due(committed, config, content, batches=1)
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=report, args=(worker,)) for worker in range(4)] + [Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    adapt_due(committed, config, content)
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 20 + 1000
        stale = select(func.count()).select_from(Plan).join(Patient, Patient.id == Plan.patient_id)
        assert session.scalar(stale.where(Plan.folded_seq != Patient.last_seq)) == 0


def test_a_plan_that_is_not_what_its_log_gives_is_an_alert(
    committed: Sessions, config: Config, content: Catalog, at: Callable[[datetime], None], now: datetime
) -> None:
    honest, tampered = _people(committed, 2, now)
    at(now)
    adapt_due(committed, config, content)
    assert replay_sample(committed, config, content) == 0
    with committed.begin() as session:
        plan = session.get_one(Plan, tampered)
        plan.state = plan.state | {"mode": "flare"}
    assert replay_sample(committed, config, content) == 1
    with committed() as session:
        alert = session.scalars(select(Alert)).one()
        assert (alert.patient_id, alert.kind, alert.subject) == (tampered, "failed_plan", "replay")
        assert alert.patient_id != honest
