"""Faults 12, 13, 15: a provider that goes dark, one whose answers are lost, one that says "not now"."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.models.reminders import Delivery, Device
from tests.faults.checker import Findings, Message
from tests.faults.conftest import Report
from tests.faults.figures import p99, spread
from tests.faults.people import MINUTE
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import NOON, Scene
from tests.receivers.webpush import Receiver

FOR_EVER_MS = 3_600_000
LIFE = timedelta(hours=4)  # of a routine's reminder
RETRY_AFTER = timedelta(seconds=scaled(3, 60))
NOT_HELD_UP_S = 30.0  # far above what is seen (1 s): a busy machine passes, waiting for one that never answers does not
TAKEN = 200
LOST = {"reset": True}  # taken, and then the connection breaks
SOONEST_RETRY = timedelta(seconds=0.5)  # half of the first back-off


@pytest.fixture
def black_hole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """A second push service, which can take the connection and the message and never say a word."""
    with Receiver(tmp_path_factory.mktemp("black-hole")) as receiver:
        yield receiver


def test_a_provider_that_goes_dark_makes_nothing_stale_and_nobody_else_late(
    fault_config: Config,
    committed: sessionmaker[Session],
    receivers: list[Any],
    black_hole: Receiver,
    tmp_path: Path,
    report: Report,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It has half of the phones, so that what it swallows would fill all that is sent at once.

    It comes back when some of what it should have taken is too old: that is counted, the rest arrives.
    """
    minutes = 10
    scene = Scene(fault_config, committed, tmp_path, [*receivers, *[black_hole] * len(receivers)])
    try:
        scene.gather(scaled(1_000, 6_000), minutes)
        scene.begin(speed=2.0 if SOAK else 120.0, workers=1)
        scene.run_until(NOON + minutes / 2 * MINUTE)
        black_hole.answer_always(status=504, hold_ms=FOR_EVER_MS)
        scene.broke("black hole")
        scene.run_until(scene.end)
        with committed() as session:
            black = set(session.scalars(select(Device.id).where(Device.endpoint.startswith(black_hole.url))))
        scene.until(lambda: not _open(committed, ("pending", "leased"), black))
        on_their_way = _open(committed, ("leased",))  # with the time to live from before the clock moves: not taken
        scene.timeline.move(NOON + LIFE + 0.7 * minutes * MINUTE)  # at the real pace: some minutes are left to the last
        scene.until(lambda: not on_their_way & _open(committed, ("leased",)))
        black_hole.answer_always()
        scene.broke("answers again")
        scene.finish()
        found = report(scene, "12 provider never answers")
        before, during = _others(found, black, scene.faults)
        with capsys.disabled():
            print(f" [the other providers: late {spread(before)} s, while it is dark {spread(during)} s]", end="")
        assert p99(during) <= p99(before) + NOT_HELD_UP_S
        assert found.ambiguous > 0, "the black hole has swallowed something"
        assert set(found.left) == {"expired"}
        assert any(trip.came_at > scene.faults[1] for trip in found.trips if trip.phone in black), "some came after all"
    finally:
        scene.workshop.stop()


def test_an_answer_lost_on_the_way_back_shows_no_second_banner(scene: Scene, report: Report) -> None:
    """Over HTTP/2 one lost connection takes many answers with it."""
    scene.gather(scaled(400, 6_000))
    webpush, *http2 = scene.receivers
    webpush.answer_next(*[LOST, {}, {}] * scaled(50, 800))
    for receiver in http2:
        receiver.answer_next(*[*[{}] * 20, LOST] * scaled(2, 20))
    scene.begin(speed=1.0 if SOAK else 20.0)
    scene.run_until(scene.end)
    scene.finish()
    logs = [each for receiver in scene.receivers for each in receiver.all_messages() if "reset" in each]
    lost = sum(each["id"] in scene.crowd.phones for each in logs)
    scene.hits["answers lost"] = lost
    found = report(scene, "13 answer lost")
    assert found.again >= lost > scaled(50, 800), "each once more"


def test_not_now_is_never_tried_again_too_early(scene: Scene, committed: sessionmaker[Session], report: Report) -> None:
    scene.gather(scaled(400, 6_000))
    scene.begin(speed=2.0 if SOAK else 40.0)
    not_now = {"status": 429, "headers": {"Retry-After": str(int(RETRY_AFTER.total_seconds()))}}
    for step, answer in enumerate((not_now, {"status": 503}, {}), 1):
        for receiver in scene.receivers:
            receiver.answer_always(**answer)
        scene.broke(str(answer.get("status", "answers again")))
        scene.run_until(scene.end + step * MINUTE)
        said = answer.get("status", TAKEN)
        scene.until(lambda said=said: said in {each.status for each in scene.messages()})
    scene.finish()
    report(scene, "15 not now")
    tries = _tries(scene.messages())
    counted = Counter(first.status for first, _ in tries)
    assert counted[429] and counted[503]
    for first, second in tries:
        domain = scene.timeline.domain
        waited = domain(second.at) - domain(first.at)
        assert waited >= SOONEST_RETRY, (first, second)
        if first.status == 429:  # its clock is the real one
            assert second.at - first.at >= RETRY_AFTER, (first, second)
    with committed() as session:
        assert session.scalar(select(func.count()).where(Delivery.state != "accepted")) == 0


def _open(sessions: sessionmaker[Session], states: Collection[str], without: Collection[UUID] = ()) -> set[UUID | None]:
    """The leases, or none for what has none, of hand-overs in these states, but for some devices."""
    with sessions() as session:
        query = select(Delivery.lease).where(Delivery.state.in_(states), Delivery.device_id.not_in(without))
        return set(session.scalars(query))


def _others(found: Findings, black: set[UUID], faults: Sequence[datetime]) -> tuple[list[float], list[float]]:
    """How late the other providers' were before and while one was dark."""
    dark, again = faults
    others = [trip for trip in found.trips if trip.phone not in black]
    before = [trip.late for trip in others if trip.fire_at < dark]
    return before, [trip.late for trip in others if dark <= trip.fire_at < again]


def _tries(got: list[Message]) -> list[tuple[Message, Message]]:
    """Each message with the next of the same name to the same phone."""
    several = defaultdict(list)
    for message in sorted(got, key=lambda message: message.at):
        several[message.device, message.name].append(message)
    return [pair for each in several.values() for pair in pairwise(each)]
