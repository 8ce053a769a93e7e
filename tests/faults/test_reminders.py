"""Kill the worker anywhere, empty the queue, take Redis away: each reminder is made once and arrives.

A kill while a message is on its way may hand it over twice; both carry one name, so one banner stands.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.reminders import Delivery, Occurrence
from coach.processes import wait_until
from coach.services import devices
from coach.standalone import free_port
from tests.faults.processes import Workshop, died
from tests.patients import patient
from tests.receivers.webpush import Receiver, Subscription

SEVEN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # in Paris; the default reminder comes at eight
NINE = SEVEN + timedelta(hours=2)
ARRIVES_WITHIN_S = 60
POINTS = (
    "tick: before commit",
    "tick: after commit",
    "deliver: claimed",
    "deliver: answered",
    "deliver: before commit",
    "deliver: after commit",
)
# At these the message is out before its answer is written down.
IN_DOUBT = ("deliver: answered", "deliver: before commit", "sent")

Sessions = sessionmaker[Session]
NewPhone = Callable[[], Subscription]


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("receiver"))
    yield receiver
    receiver.stop()


@pytest.fixture
def workshop(
    config: Config, committed: Sessions, valkey: "redis.Redis", tmp_path: object, receiver: Receiver
) -> Iterator[Workshop]:
    with committed.begin() as session:
        clock.move(session, config, NINE)
    workshop = Workshop(config, tmp_path, receiver.certificate)  # type: ignore[arg-type]
    yield workshop
    workshop.stop()


@pytest.fixture
def due(committed: Sessions, receiver: Receiver, workshop: Workshop) -> NewPhone:
    """The phone of one more patient whose reminder is due since eight o'clock."""

    def make() -> Subscription:
        phone = receiver.subscribe()
        with committed.begin() as session:
            owner = patient(session, SEVEN)
            values = {"endpoint": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
            devices.register(session, owner, owner.id, **values, now=SEVEN)
        return phone

    return make


def delivered(committed: Sessions) -> int:
    with committed() as session:
        accepted = select(func.count()).where(Delivery.state == "accepted")
        return session.scalar(accepted) or 0


def end_leases(committed: Sessions) -> None:
    """As if their time had run out; leases are on the real clock, which no test waits for."""
    with committed.begin() as session:
        session.execute(
            update(Delivery).where(Delivery.state == "leased").values(leased_until=SEVEN),
            execution_options={"synchronize_session": False},
        )


def arrived(committed: Sessions, number: int) -> bool:
    def all_there() -> bool:
        return delivered(committed) == number

    return wait_until(all_there, ARRIVES_WITHIN_S, every_s=0.05)


def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(
    committed: Sessions, receiver: Receiver, workshop: Workshop, due: NewPhone, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.beat()
    phones, handed_over = {}, {}
    for number, point in enumerate(POINTS, start=1):
        workshop.arm(point)
        phones[point] = due()
        assert died(workshop.worker()), f"{point} was not reached\n{workshop.last_words()}"
        end_leases(committed)
        healthy = workshop.worker()
        assert arrived(committed, number), f"{point}\n{workshop.last_words()}"
        workshop.kill(healthy)
    for point, phone in phones.items():
        messages = receiver.messages(phone)
        assert len({message["topic"] for message in messages}) == 1
        handed_over[point] = len(messages)
        assert len(messages) == (2 if point in IN_DOUBT else 1), point
    with committed() as session:
        assert session.scalar(select(func.count()).select_from(Occurrence)) == len(POINTS)
    with capsys.disabled():
        print(f" [kills: 1 a point; due {len(POINTS)}, lost 0, hand-overs {handed_over}]", end="")


def test_a_worker_killed_while_the_message_is_on_its_way(
    committed: Sessions, receiver: Receiver, workshop: Workshop, due: NewPhone
) -> None:
    workshop.beat()
    phone = due()
    receiver.answer_next({"hold_ms": 5_000})
    worker = workshop.worker()
    assert wait_until(lambda: bool(receiver.messages(phone)), ARRIVES_WITHIN_S, 0.05), workshop.last_words()
    workshop.kill(worker)
    end_leases(committed)
    workshop.worker()
    assert arrived(committed, 1), workshop.last_words()
    messages = receiver.messages(phone)
    assert (len(messages), len({message["topic"] for message in messages})) == (2, 1)
    with committed() as session:
        assert session.scalars(select(Delivery.ambiguous)).one() == 1


def test_an_emptied_queue_loses_nothing(
    committed: Sessions, receiver: Receiver, workshop: Workshop, due: NewPhone, valkey: "redis.Redis"
) -> None:
    phones = [due() for _ in range(3)]
    workshop.beat()
    assert wait_until(lambda: valkey.dbsize() > 0, ARRIVES_WITHIN_S)
    valkey.flushall()
    workshop.worker()
    valkey.flushall()
    assert arrived(committed, 3), workshop.last_words()
    valkey.flushall()
    phones.append(due())
    assert arrived(committed, 4), workshop.last_words()
    assert [len(receiver.messages(phone)) for phone in phones] == [1] * 4


def test_without_redis_the_worker_goes_on_by_itself(
    committed: Sessions, receiver: Receiver, workshop: Workshop, due: NewPhone
) -> None:
    phone = due()
    workshop.worker(COACH_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert arrived(committed, 1), workshop.last_words()
    assert len(receiver.messages(phone)) == 1
