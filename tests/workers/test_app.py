"""What is sent is consumed, what is planned exists, and a dead Redis costs the API nothing."""

import time

import pytest
import redis

from coach.config import Config
from coach.processes import wait_until
from coach.standalone import free_port
from coach.wake import EXPIRES_S, QUEUE, TASKS, Waker
from tests.faults.processes import environ
from workers.app import AUDIT, REPLAY, ZONES, app, settings

NOW_AND_THEN = {REPLAY, ZONES, AUDIT}


@pytest.fixture(autouse=True)
def settings_from_the_environment(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ(config).items():
        monkeypatch.setenv(name, value)


def test_every_hint_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    assert {*TASKS.values(), *NOW_AND_THEN} <= set(app.tasks)


def test_beat_sends_each_hint_every_second_and_stale_ones_expire() -> None:
    planned = {entry["task"]: entry for entry in settings()["beat_schedule"].values()}
    assert planned.keys() == {*TASKS.values(), *NOW_AND_THEN}
    assert all(planned[name]["schedule"] == 1.0 for name in TASKS.values())
    assert all(planned[name]["options"]["expires"] == EXPIRES_S for name in TASKS.values())


def test_one_queue_is_filled_and_that_one_is_consumed() -> None:
    assert list(app.amqp.queues) == [QUEUE]
    assert {app.amqp.router.route({}, name)["queue"].name for name in TASKS.values()} == {QUEUE}


def test_a_hint_reaches_the_queue_and_a_burst_is_a_few(config: Config, valkey: "redis.Redis") -> None:
    waker = Waker(config.redis_url)
    for _ in range(1000):
        waker.wake("adapt")
    assert wait_until(lambda: valkey.llen(f"coach:{QUEUE}") > 0, 5)
    assert valkey.llen(f"coach:{QUEUE}") < 10


def test_a_dead_redis_holds_up_no_request() -> None:
    waker = Waker(f"redis://127.0.0.1:{free_port()}/0")
    began = time.monotonic()
    for _ in range(100):
        waker.wake("adapt")
    assert time.monotonic() - began < 0.05
