"""What the fault tests share: receivers that know nothing of our senders, their own Valkey, the stage of a run."""

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
from tests.receivers import apns, fcm, webpush

Report = Callable[[Scene, str], Findings]


@pytest.fixture(scope="session")
def all_receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    folder = tmp_path_factory.mktemp("receivers")
    with webpush.Receiver(folder) as first, fcm.Receiver(folder) as second, apns.Receiver(folder) as third:
        yield [first, second, third]


@pytest.fixture
def receivers(all_receivers: list[Any]) -> list[Any]:
    """One for each provider, taking everything."""
    for each in all_receivers:
        each.answer_next()
        each.answer_always()
    return all_receivers


@pytest.fixture
def receiver(receivers: list[Any]) -> webpush.Receiver:
    """That of Web Push."""
    first: webpush.Receiver = receivers[0]
    return first


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
    fault_config: Config, committed: sessionmaker[Session], receivers: list[Any], tmp_path: Path
) -> Iterator[Scene]:
    scene = Scene(fault_config, committed, tmp_path, receivers)
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
