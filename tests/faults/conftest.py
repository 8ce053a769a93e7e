"""What the fault tests share: a receiver that we did not write, a Valkey of their own, and the stage of a run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from coach.config import Config
from coach.standalone import Valkey
from tests.faults.checker import Findings
from tests.faults.scene import Scene
from tests.journeys import forked
from tests.receivers.webpush import Receiver

Report = Callable[[Scene, str], Findings]


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("receiver"))
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def own_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """One that may be emptied and stopped."""
    forked.prepare()
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    valkey.wait()
    yield valkey
    valkey.program.stop()


@pytest.fixture
def fault_config(config: Config, own_valkey: Valkey) -> Config:
    return replace(config, redis_url=own_valkey.url())


@pytest.fixture
def scene(
    fault_config: Config, committed: sessionmaker[Session], receiver: Receiver, tmp_path: Path
) -> Iterator[Scene]:
    receiver.answer_always()
    scene = Scene(fault_config, committed, tmp_path, [receiver])
    yield scene
    scene.workshop.stop()


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    """Compares the histories, prints the run's line, and holds what must hold whatever was broken."""

    def compare(scene: Scene, fault: str, **_: Any) -> Findings:
        found, line = scene.check(fault)
        with capsys.disabled():
            print(line, end="")
        assert not found.missing, found.missing[:3]
        assert not found.unasked, found.unasked[:3]
        assert not found.lost, found.lost[:3]
        assert not found.banners, found.banners[:3]
        assert found.again <= found.ambiguous, "every second hand-over is one of which the answer was lost"
        return found

    return compare
