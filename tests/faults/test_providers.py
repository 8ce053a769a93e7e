"""Faults 12, 13 and 15: a provider that never answers, one whose answers are lost, one that says "not now"."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.models.reminders import Delivery
from tests.faults.checker import Message
from tests.faults.conftest import Report
from tests.faults.figures import spread
from tests.faults.people import MINUTE
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import NOON, Scene
from tests.receivers.webpush import Receiver

FOR_EVER_MS = 3_600_000
LIFE = timedelta(hours=4)  # of a routine's reminder
RETRY_AFTER = timedelta(seconds=60)
SOONEST_RETRY = timedelta(seconds=0.5)  # half of the first back-off


@pytest.fixture
def black_hole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """A second push service: it takes the connection and the message, and never says a word."""
    receiver = Receiver(tmp_path_factory.mktemp("black-hole"))
    receiver.answer_always(status=504, hold_ms=FOR_EVER_MS)
    yield receiver
    receiver.stop()


def test_a_provider_that_never_answers_makes_nothing_stale(
    fault_config: Config,
    committed: sessionmaker[Session],
    receiver: Receiver,
    black_hole: Receiver,
    tmp_path: Path,
    report: Report,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It comes back when half of what it should have taken is too old: that is counted, the rest arrives."""
    minutes = 10
    receiver.answer_always()
    scene = Scene(fault_config, committed, tmp_path, [receiver, black_hole])
    try:
        scene.gather(scaled(100, 2_000), minutes)
        scene.begin(speed=2.0 if SOAK else 120.0)
        scene.broke("black hole")
        scene.run_until(scene.end)
        scene.timeline.move(NOON + LIFE + minutes / 2 * MINUTE)  # at the real pace: five minutes are left to the last
        black_hole.answer_always()
        scene.broke("black hole answers again")
        scene.finish()
        found = report(scene, "12 provider never answers")
        others = {
            scene.crowd.phones[message["id"]]
            for message in receiver.all_messages()
            if message["id"] in scene.crowd.phones
        }
        with capsys.disabled():
            print(f" [of these, the other provider's: late {spread([found.late_on[each] for each in others])} s]")
        assert found.ambiguous > 0, "the black hole has swallowed something"
        assert set(found.left) == {"expired"}
        assert {each.device for each in scene.messages() if each.taken} > others, "some came after all"
    finally:
        scene.workshop.stop()


def test_an_answer_lost_on_the_way_back_shows_no_second_banner(scene: Scene, report: Report) -> None:
    scene.gather(scaled(400, 6_000))
    lost = scaled(150, 3_000)
    scene.receivers[0].answer_next(*[{"status": 200, "reset": True}] * lost)
    scene.begin(speed=1.0 if SOAK else 20.0)
    scene.run_until(scene.end)
    scene.hits["answers lost"] = lost
    scene.finish()
    found = report(scene, "13 answer lost")
    assert found.again >= lost, "each once more"


def test_not_now_is_never_tried_again_too_early(scene: Scene, committed: sessionmaker[Session], report: Report) -> None:
    scene.gather(scaled(400, 6_000))
    provider = scene.receivers[0]
    provider.answer_always(status=429, headers={"Retry-After": str(int(RETRY_AFTER.total_seconds()))})
    scene.begin(speed=2.0 if SOAK else 40.0)
    scene.broke("429")
    scene.run_until(scene.end + MINUTE)
    provider.answer_always(status=503)
    scene.broke("503")
    scene.run_until(scene.end + 2 * MINUTE)
    provider.answer_always()
    scene.broke("answers again")
    scene.finish()
    report(scene, "15 not now")
    tries = _tries(scene.messages())
    assert any(first.status == 429 for first, _ in tries) and any(first.status == 503 for first, _ in tries)
    for first, second in tries:
        waited = scene.timeline.domain(second.at) - scene.timeline.domain(first.at)
        assert waited >= (RETRY_AFTER if first.status == 429 else SOONEST_RETRY), (first, second)
    with committed() as session:
        assert session.scalar(select(func.count()).where(Delivery.state != "accepted")) == 0


def _tries(got: list[Message]) -> list[tuple[Message, Message]]:
    """Each message with the next of the same name to the same phone."""
    several = defaultdict(list)
    for message in sorted(got, key=lambda message: message.at):
        several[message.device, message.name].append(message)
    return [pair for each in several.values() for pair in pairwise(each)]
