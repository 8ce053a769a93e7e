"""Faults 7 and 9: PostgreSQL killed and started again, and the answers to COMMITs lost on the way."""

import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock, migrations
from coach.config import Config
from coach.database import make_engine, make_sessions
from coach.models.reminders import Delivery
from coach.standalone import Postgres
from programs import catalog
from tests.faults.checker import messages
from tests.faults.conftest import Report
from tests.faults.people import MINUTE, gather
from tests.faults.proxy import WORK, Proxy
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import NOON, SEED, Scene
from tests.receivers.webpush import Receiver
from workers.push.sender import Sender
from workers.reminders import deliver_due, tick_due

WAYS = (signal.SIGQUIT, signal.SIGKILL)  # what `pg_ctl -m immediate` sends, and what no process can mind
AT_MOST_LEASED = 200


def every_third() -> Callable[[str], bool]:
    """Of each kind of work, beginning with the first."""
    seen: Counter[str] = Counter()

    def lose(work: str) -> bool:
        seen[work] += 1
        return seen[work] % 3 == 1

    return lose


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of its own: other tests need theirs whole."""
    folder = Path(tempfile.mkdtemp(prefix="coach-faults-"))
    folder.chmod(0o711)  # root's PostgreSQL runs as somebody else
    server = Postgres(folder)
    server.start()
    server.wait()
    server.create("coach")
    migrations.upgrade(server.url("coach"))
    yield server
    server.program.stop()
    shutil.rmtree(folder)


def test_a_database_killed_again_and_again_loses_and_doubles_nothing(
    postgres: Postgres, fault_config: Config, receiver: Receiver, tmp_path: Path, report: Report
) -> None:
    engine = make_engine(postgres.url("coach"))
    own = replace(fault_config, database_url=postgres.url("coach"))
    scene = Scene(own, make_sessions(engine), tmp_path, [receiver])
    try:
        scene.gather(scaled(400, 6_000), minutes=scaled(1, 3))
        scene.begin(speed=1.0 if SOAK else 20.0)
        for number in range(scaled(3, 20)):
            scene.watch(scaled(1, 5))
            postgres.program.process.send_signal(WAYS[number % 2])
            postgres.program.stop()
            postgres.start()
            postgres.wait()
            scene.broke("PostgreSQL killed")
        scene.finish(dead=True)
        report(scene, "7 PostgreSQL killed")
    finally:
        scene.workshop.stop()
        engine.dispose()


@pytest.mark.parametrize("losses", [1, 2])
def test_what_a_provider_has_answered_is_written_down_at_the_second_try(
    losses: int,
    fault_config: Config,
    committed: sessionmaker[Session],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it would be sent once more, although the answer is known."""
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    receiver.answer_always()
    with committed.begin() as session:
        clock.move(session, fault_config, NOON, speed=0)
        crowd = gather(session, [receiver], 20, NOON - MINUTE, 1, SEED)
    tick_due(committed, fault_config, catalog.load())
    proxy = Proxy(fault_config.database_url, lambda work: work == "record" and proxy.lost.total() < losses)
    engine, sender = make_engine(proxy.url), Sender(fault_config)
    try:
        deliver_due(make_sessions(engine), fault_config, sender)
        assert proxy.lost == {"record": losses}
        assert len(messages(crowd, receiver.all_messages())) == len(crowd.phones)
        with committed() as session:
            assert set(session.execute(select(Delivery.state, Delivery.ambiguous))) == {("accepted", 0)}
    finally:
        sender.stop()
        engine.dispose()
        proxy.stop()


def test_a_commit_whose_answer_is_lost_loses_and_doubles_nothing(
    fault_config: Config, committed: sessionmaker[Session], receiver: Receiver, tmp_path: Path, report: Report
) -> None:
    proxy = Proxy(fault_config.database_url, every_third())
    behind = replace(fault_config, database_url=proxy.url)
    scene = Scene(fault_config, committed, tmp_path, [receiver], workers_config=behind)
    try:
        scene.gather(scaled(400, 6_000), minutes=scaled(1, 3))
        scene.begin(speed=1.0 if SOAK else 20.0)
        scene.run_until(scene.end)
        scene.until(lambda: set(WORK.values()) <= set(proxy.lost))  # a slow machine is still at its first ticks
        proxy.lose = lambda _: False
        scene.hits = proxy.lost
        scene.finish(dead=True)
        found = report(scene, "9 answers to COMMIT lost")
        assert found.ambiguous <= AT_MOST_LEASED * scene.hits.total()
    finally:
        scene.workshop.stop()
        proxy.stop()
