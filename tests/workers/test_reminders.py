"""Tick and deliver as the worker runs them, with truly committed rows and an independent receiver."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.reminders import Delivery, Device, Occurrence
from coach.services import deliveries, devices
from coach.services.deliveries import Handover, Result
from programs import catalog, schedule
from tests.patients import patient, patients
from tests.receivers.webpush import Receiver, Subscription
from workers import reminders as worker
from workers.push.outcome import Accepted, Outcome, Refused, TokenGone, TryLater
from workers.push.sender import Sender
from workers.reminders import Delivered, deliver_due, tick_due

SEVEN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # in Paris; the default reminder comes at eight
EIGHT = SEVEN + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
To = Callable[[datetime], None]


@pytest.fixture
def move(config: Config, committed: sessionmaker[Session]) -> To:
    def to(at: datetime) -> None:
        with committed.begin() as session:
            clock.move(session, config, at, speed=0)

    to(SEVEN)
    return to


@pytest.fixture
def phone(committed: sessionmaker[Session], move: To, receiver: Receiver) -> Subscription:
    """The phone of a new patient."""
    subscription = receiver.subscribe()
    with committed.begin() as session:
        register(session, patient(session, SEVEN), subscription, SEVEN)
    return subscription


def register(
    session: Session, owner: Patient, subscription: Subscription, now: datetime, device_id: UUID | None = None
) -> None:
    values = {"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth}
    devices.register(session, owner, device_id or uuid4(), **values, now=now)


def tick(committed: sessionmaker[Session], config: Config) -> int:
    return tick_due(committed, config, catalog.load())


def record(committed: sessionmaker[Session], config: Config, *answers: tuple[Handover, Outcome]) -> None:
    worker._record(committed, config, answers)


def asked_to_wait_until(committed: sessionmaker[Session], until: datetime) -> None:
    """As if the provider's wait were over then; it is on the real clock, which no test waits for."""
    with committed.begin() as session:
        session.execute(update(Delivery).values(not_before=until), execution_options={"synchronize_session": False})


def one(committed: sessionmaker[Session], model: Any) -> Any:
    with committed() as session:
        return session.scalars(select(model)).one()


def test_a_due_reminder_arrives_once_and_is_written_down(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    assert tick(committed, config) == 0
    move(EIGHT + MINUTE)
    assert tick(committed, config) == 1
    assert deliver_due(committed, config, sender) == Delivered(answered=1, late=0, returned=0)
    tick(committed, config)
    assert deliver_due(committed, config, sender) == Delivered(answered=0, late=0, returned=0)
    (message,) = receiver.messages(phone)
    row, sent = one(committed, Occurrence), one(committed, Delivery)
    assert message["text"]["text"] == row.text
    assert message["topic"] == schedule.collapse_id(row.schedule_id, row.local_day, row.slot)
    assert message["ttl"] == int((row.expires_at - EIGHT - MINUTE).total_seconds())
    assert (sent.state, sent.code, sent.attempts, sent.finished_at) == ("accepted", 201, 1, EIGHT + MINUTE)


def test_a_busy_provider_is_asked_again_when_it_said_and_not_before(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    receiver.answer_next({"status": 429, "headers": {"Retry-After": "600"}})
    deliver_due(committed, config, sender)
    assert (one(committed, Delivery).state, one(committed, Delivery).code) == ("pending", 429)
    move(EIGHT + 10 * MINUTE)
    assert deliver_due(committed, config, sender).answered == 0
    move(EIGHT + 12 * MINUTE)
    assert deliver_due(committed, config, sender).answered == 0  # its ten minutes are real ones
    asked_to_wait_until(committed, clock.real_now())
    assert deliver_due(committed, config, sender).answered == 1
    first, second = receiver.messages(phone)
    assert first["topic"] == second["topic"]
    assert second["ttl"] == first["ttl"] - 660
    assert one(committed, Delivery).state == "accepted"


def test_one_reminder_has_one_name_on_every_provider(
    committed: sessionmaker[Session], config: Config, move: To, receiver: Receiver, fcm: Any, apns: Any, native: Sender
) -> None:
    browser, android, iphone = receiver.subscribe(), fcm.subscribe(), apns.subscribe()
    move(SEVEN)
    with committed.begin() as session:
        owner = patient(session, SEVEN)
        register(session, owner, browser, SEVEN)
        devices.register(session, owner, uuid4(), provider="fcm", token=android.endpoint, now=SEVEN)
        devices.register(session, owner, uuid4(), provider="apns", token=iphone.endpoint, now=SEVEN)
    move(EIGHT + MINUTE)
    tick(committed, config)
    assert deliver_due(committed, config, native).answered == 3
    with committed() as session:
        assert set(session.scalars(select(Delivery.state))) == {"accepted"}
    (first,), (second,), (third,) = receiver.messages(browser), fcm.messages(android), apns.messages(iphone)
    assert first["topic"] == second["topic"] == second["collapse_key"] == third["topic"]
    ids = {first["text"]["id"], second["text"]["data"]["id"], third["text"]["id"]}
    assert ids == {first["topic"]}


def test_a_lost_answer_is_sent_again_under_the_same_name(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    receiver.answer_next({"reset": True})
    deliver_due(committed, config, sender)
    assert (one(committed, Delivery).state, one(committed, Delivery).ambiguous) == ("pending", 1)
    move(EIGHT + 2 * MINUTE)
    deliver_due(committed, config, sender)
    assert one(committed, Delivery).state == "accepted"
    assert len({message["topic"] for message in receiver.messages(phone)}) == 1


def test_what_falls_due_while_a_provider_is_slow_does_not_wait_for_it(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    """All processes of a worker may meet the slow one at once: nobody else would tick or lease meanwhile."""
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        owner, other = patient(session, SEVEN), receiver.subscribe()
        register(session, owner, other, SEVEN)
    receiver.answer_next({"hold_ms": 3_000})
    ticked = []

    def meanwhile() -> None:
        ticked.append(tick(committed, config))

    delivered = deliver_due(committed, config, sender, meanwhile=meanwhile)
    assert (delivered.answered, sum(ticked)) == (2, 1)
    (slow,), (quick,) = receiver.messages(phone), receiver.messages(other)
    assert slow["at"] <= quick["at"]


def test_an_address_that_is_gone_is_wiped(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    receiver.answer_next({"status": 410})
    deliver_due(committed, config, sender)
    row = one(committed, Device)
    assert (row.state, row.endpoint, row.p256dh, row.auth) == ("gone", "", "", "")
    assert one(committed, Delivery).state == "gone"
    move(EIGHT + MINUTE + timedelta(days=1))
    tick(committed, config)
    assert deliver_due(committed, config, sender).answered == 0


def test_a_device_registered_anew_meanwhile_stays(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        (handover,) = deliveries.lease(session, EIGHT + MINUTE, clock.real_now(), 10).handovers
        owner = session.get_one(Patient, handover.key.patient_id)
        register(session, owner, phone, EIGHT + 2 * MINUTE, handover.key.device_id)
        assert deliveries.retire(session, [(handover, EIGHT + 3 * MINUTE)]) == set()
    assert one(committed, Device).state == "active"


def test_an_address_renewed_meanwhile_gets_the_reminder_instead(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        (handover,) = deliveries.lease(session, EIGHT + MINUTE, clock.real_now(), 10).handovers
        owner = session.get_one(Patient, handover.key.patient_id)
        register(session, owner, receiver.subscribe(), EIGHT + 2 * MINUTE, handover.key.device_id)
    record(committed, config, (handover, TokenGone(410)))
    assert one(committed, Device).state == "active"
    assert (one(committed, Delivery).state, one(committed, Delivery).reason) == ("pending", "address_renewed")


def test_gone_before_the_device_registered_is_old_news(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    """APNs says since when; the app may have been installed again after that, with the same token."""
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        (handover,) = deliveries.lease(session, EIGHT + MINUTE, clock.real_now(), 10).handovers
    before, after = (clock.real_now() - (EIGHT + MINUTE - SEVEN) + shift for shift in (-MINUTE, MINUTE))
    record(committed, config, (handover, TokenGone(410, "Unregistered", before)))
    assert one(committed, Device).state == "active"
    record(committed, config, (handover, TokenGone(410, "Unregistered", after)))
    assert one(committed, Device).state == "gone"


def test_a_token_called_malformed_twice_is_gone_and_one_that_works_again_is_trusted(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    def on_day(number: int, outcome: Outcome) -> None:
        move(EIGHT + MINUTE + timedelta(days=number))
        tick(committed, config)
        with committed.begin() as session:
            now = EIGHT + MINUTE + timedelta(days=number)
            (handover,) = deliveries.lease(session, now, clock.real_now(), 10).handovers
        record(committed, config, (handover, outcome))

    malformed = Refused(400, "INVALID_ARGUMENT", suspect=True)
    on_day(0, malformed)
    assert (one(committed, Device).state, one(committed, Device).suspect_at) == ("active", EIGHT + MINUTE)
    on_day(1, Accepted(200))
    assert one(committed, Device).suspect_at is None
    on_day(2, malformed)
    assert one(committed, Device).state == "active"
    on_day(3, malformed)
    assert one(committed, Device).state == "gone"


def test_what_is_held_back_here_uses_up_no_try(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        (handover,) = deliveries.lease(session, EIGHT + MINUTE, clock.real_now(), 10).handovers
    rests = TryLater(after=timedelta(seconds=30), reason="provider_rests", attempted=False)
    record(committed, config, (handover, rests))
    row = one(committed, Delivery)
    assert (row.state, row.attempts, row.reason) == ("pending", 0, "provider_rests")
    assert EIGHT + MINUTE + timedelta(seconds=30) <= row.due_at <= EIGHT + MINUTE + timedelta(seconds=35)


def test_a_provider_that_is_off_is_waited_for_until_the_reminder_ends(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    sender = Sender(replace(config, vapid_key_file=None))
    move(EIGHT + MINUTE)
    tick(committed, config)
    assert deliver_due(committed, config, sender).answered == 1
    assert (one(committed, Delivery).state, one(committed, Delivery).reason) == ("pending", "provider_off")
    assert deliver_due(committed, config, sender).answered == 0  # no spinning
    ends = one(committed, Delivery).expires_at
    move(ends - timedelta(seconds=1))
    assert deliver_due(committed, config, sender).answered == 1
    row = one(committed, Delivery)
    assert (row.state, row.reason, row.attempts) == ("expired", "provider_off", 2)
    sender.stop()


def test_a_worker_that_lost_its_lease_changes_nothing(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    real = clock.real_now()
    with committed.begin() as session:
        (first,) = deliveries.lease(session, EIGHT + MINUTE, real, 10).handovers
        assert deliveries.lease(session, EIGHT + MINUTE, real, 10).claimed == 0
        assert deliveries.return_expired(session, real + deliveries.LEASE / 2) == 0
        assert deliveries.return_expired(session, real + deliveries.LEASE) == 1
        (second,) = deliveries.lease(session, EIGHT + MINUTE, real, 10).handovers
        late = Result(first.key, first.lease, "refused", code=400)
        assert deliveries.record(session, [late], EIGHT + MINUTE) == 1
        accepted = Result(second.key, second.lease, "accepted", code=201)
        assert deliveries.record(session, [accepted], EIGHT + MINUTE) == 0
    row = one(committed, Delivery)
    assert (row.state, row.attempts, row.ambiguous) == ("accepted", 2, 1)


def test_two_workers_never_hold_the_same_delivery(
    committed: sessionmaker[Session], config: Config, move: To, receiver: Receiver
) -> None:
    with committed.begin() as session:
        for phone in receiver.subscribe_many(6):
            register(session, patient(session, SEVEN), phone, SEVEN)
    move(EIGHT + MINUTE)
    tick(committed, config)
    real = clock.real_now()
    with committed() as one_session, committed() as other_session:
        first = deliveries.lease(one_session, EIGHT + MINUTE, real, 4).handovers
        second = deliveries.lease(other_session, EIGHT + MINUTE, real, 4).handovers
        assert (len(first), len(second)) == (4, 2)
        assert not {each.key for each in first} & {each.key for each in second}


def test_what_waited_too_long_is_shed_and_not_sent(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    move(EIGHT + timedelta(hours=5))
    assert deliver_due(committed, config, sender).answered == 0
    assert one(committed, Delivery).state == "expired"
    assert receiver.messages(phone) == []


def test_quiet_hours_that_begin_meanwhile_put_it_off(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    move(EIGHT + MINUTE)
    tick(committed, config)
    with committed.begin() as session:
        session.execute(update(Patient).values(quiet_from=480, quiet_until=540))
    deliver_due(committed, config, sender)
    assert receiver.messages(phone) == []
    row = one(committed, Delivery)
    assert (row.state, row.due_at) == ("pending", EIGHT + 60 * MINUTE + schedule.spread(row.patient_id))


def test_one_poisoned_reminder_in_a_thousand_stops_no_other(
    committed: sessionmaker[Session], config: Config, move: To, receiver: Receiver, sender: Sender
) -> None:
    phones = receiver.subscribe_many(20)
    with committed.begin() as session:
        ids = patients(session, 1000, SEVEN)
        for owner, phone in zip(ids[::50], phones, strict=True):
            register(session, session.get_one(Patient, owner), phone, SEVEN)
        session.execute(update(Patient).where(Patient.id == ids[1]).values(zone="Mars/Olympus"))
    move(EIGHT + MINUTE)
    assert tick(committed, config) == 999
    with committed.begin() as session:  # and one that turns bad after it was made
        session.execute(update(Patient).where(Patient.id == ids[50]).values(zone="Mars/Olympus"))
    deliver_due(committed, config, sender)
    assert [len(receiver.messages(phone)) for phone in phones] == [1, 0] + [1] * 18
    with committed.begin() as session:
        session.execute(update(Patient).values(zone="Europe/Paris"))
    move(EIGHT + 3 * MINUTE)
    assert tick(committed, config) == 1
    deliver_due(committed, config, sender)
    assert [len(receiver.messages(phone)) for phone in phones] == [1] * 20


def test_more_than_one_lease_full_goes_out_in_one_call(
    committed: sessionmaker[Session], config: Config, move: To, receiver: Receiver, sender: Sender
) -> None:
    with committed.begin() as session:
        phones = receiver.subscribe_many(460)
        owners = patients(session, 46, SEVEN)
        for number, phone in enumerate(phones):
            register(session, session.get_one(Patient, owners[number // 10]), phone, SEVEN)
    move(EIGHT + MINUTE)
    tick(committed, config)
    assert deliver_due(committed, config, sender).answered == 460
    assert [len(receiver.messages(phone)) for phone in phones[::50]] == [1] * 10


def test_an_eleventh_device_pushes_out_the_one_not_seen_for_longest(
    committed: sessionmaker[Session], move: To, receiver: Receiver
) -> None:
    with committed.begin() as session:
        owner = patient(session, SEVEN)
        for number, phone in enumerate(receiver.subscribe_many(11)):
            register(session, owner, phone, SEVEN + number * MINUTE)
    with committed() as session:
        rows = session.scalars(select(Device).order_by(Device.seen_at)).all()
        assert [row.state for row in rows] == ["removed"] + ["active"] * 10


def test_a_phone_that_changes_hands_leaves_its_old_owner(
    committed: sessionmaker[Session], config: Config, move: To, phone: Subscription, receiver: Receiver, sender: Sender
) -> None:
    with committed.begin() as session:
        register(session, patient(session, SEVEN), phone, SEVEN)
    move(EIGHT + MINUTE)
    tick(committed, config)
    deliver_due(committed, config, sender)
    assert len(receiver.messages(phone)) == 1
