"""Fault 10: workers restarted one after the other, as a deployment does, and cold shutdowns amid a COMMIT."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from tests.faults.conftest import Report
from tests.faults.proxy import Proxy
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import Scene
from tests.receivers.webpush import Receiver

COMMITS = ("tick: before commit", "deliver: before commit")
COMMIT_TAKES_S = 0.2  # long enough for the shutdown to fall into it


@pytest.fixture
def slow_commits(
    fault_config: Config, committed: sessionmaker[Session], receiver: Receiver, tmp_path: Path
) -> Iterator[Scene]:
    proxy = Proxy(fault_config.database_url, lambda _: False, COMMIT_TAKES_S)
    behind = replace(fault_config, database_url=proxy.url)
    scene = Scene(fault_config, committed, tmp_path, [receiver], workers_config=behind)
    yield scene
    scene.workshop.stop()
    proxy.stop()


def test_workers_restarted_one_after_the_other(scene: Scene, report: Report) -> None:
    scene.gather(scaled(400, 6_000), minutes=scaled(1, 3))
    scene.begin(speed=1.0 if SOAK else 15.0)
    for number in range(scaled(3, 30)):
        worker = scene.workshop.workers[number % 2]
        worker.ask(signal.SIGTERM)
        scene.until_gone(worker)
        scene.broke("SIGTERM")
        scene.watch(0.5)
    scene.finish()
    report(scene, "10 rolling restarts")


def test_a_cold_shutdown_in_the_middle_of_a_commit(slow_commits: Scene, report: Report) -> None:
    scene = slow_commits
    scene.gather(scaled(400, 6_000), minutes=scaled(1, 3))
    scene.begin(speed=1.0 if SOAK else 15.0)
    for _ in range(scaled(1, 20)):
        for point in COMMITS:
            assert scene.kill_at(point, "cold"), scene.workshop.last_words()
    scene.finish(dead=True)
    report(scene, "10 cold shutdowns")
