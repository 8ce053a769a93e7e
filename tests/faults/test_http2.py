"""Fault 14: a provider that ends its connections again and again, and then takes one message at a time on each."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from tests.faults.conftest import Report
from tests.faults.people import MINUTE
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import NOON, Scene

EVERY, TIMES = scaled(40, 1_000), 6  # requests; in all fewer than there are phones


def test_connections_that_end_and_narrow_lose_and_double_nothing(
    fault_config: Config, committed: sessionmaker[Session], receivers: list[Any], tmp_path: Path, report: Report
) -> None:
    apns = receivers[-1]
    scene = Scene(fault_config, committed, tmp_path, [apns])
    try:
        scene.gather(scaled(400, 8_000))
        apns.answer_next(*[*[{}] * (EVERY - 1), {"goaway": True}] * TIMES)
        scene.begin(speed=1.0 if SOAK else 15.0)
        scene.run_until(NOON + MINUTE / 2)
        apns.answer_always(streams=1)
        scene.broke("one stream a connection")
        scene.finish()
        scene.hits["GOAWAY"] = TIMES
        found = report(scene, "14 HTTP/2")
        assert not found.left
        assert found.again == found.ambiguous == 0, "what was left unread is known to be"
    finally:
        scene.workshop.stop()
