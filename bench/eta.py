"""What most services do instead: one Celery task with an ETA for each reminder. Beside `reminders`, on the same parts.

A message is the bare one (body made before, no rows, no rules), so all that differs is who remembers what is due.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import redis
from celery import Celery

from bench.stage import Stage, stage
from coach.config import Config
from coach.processes import wait_until

REMINDERS = 6_500  # the busiest minute of 100 thousand people, as in `reminders`
SPREAD_S = 50
LEAD_S = 20  # from the last task sent to the first one due
BODY, HEADERS = b"x" * 320, ["TTL: 14400", "Urgency: normal", "Content-Encoding: aes128gcm"]
PATIENCE_S = 120
LATE = "late"

app = Celery("bench.eta", broker=os.environ.get("COACH_REDIS_URL", ""))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, worker_concurrency=2)


@app.task
def remind(url: str, due: float) -> None:
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
    curl.setopt(pycurl.POSTFIELDS, BODY)
    curl.setopt(pycurl.HTTPHEADER, HEADERS)
    curl.setopt(pycurl.SHARE, _connections())
    curl.perform()
    _valkey().rpush(LATE, time.time() - due)


def run() -> dict[str, Any]:
    """Undisturbed, and with the worker killed in the middle of the minute and started again."""
    with stage() as own:
        config = own.database("eta")
        app.conf.broker_url = config.redis_url
        return {"reminders": REMINDERS, "undisturbed": _minute(own, config), "killed": _minute(own, config, kill=True)}


def _minute(stage: Stage, config: Config, *, kill: bool = False) -> dict[str, Any]:
    valkey, die = redis.Redis.from_url(config.redis_url), random.Random(1)
    valkey.flushall()
    worker = _start(stage, config)
    began, cpu = time.perf_counter(), time.process_time()
    # The minute begins when the slowest producer is done: about a millisecond a task.
    first = time.time() + LEAD_S + REMINDERS / 500
    for number in range(REMINDERS):
        due = first + die.random() * SPREAD_S
        eta = datetime.fromtimestamp(due, UTC)
        remind.apply_async((f"{stage.sink}/push/{number}", due), eta=eta, expires=eta + timedelta(hours=4))
    cpu, sent_s = time.process_time() - cpu, time.perf_counter() - began
    memory = 0
    if kill:
        wait_until(lambda: time.time() > first + SPREAD_S / 2, PATIENCE_S)
        for process in (*psutil.Process(worker.pid).children(recursive=True), psutil.Process(worker.pid)):
            process.kill()
        worker.wait()
        worker = _start(stage, config)
    wait_until(lambda: time.time() > first + SPREAD_S + 10, PATIENCE_S)
    wait_until(lambda: valkey.llen(LATE) >= REMINDERS, 20)
    memory = psutil.Process(worker.pid).memory_info().rss
    worker.terminate()
    worker.wait()
    late = sorted(float(each) for each in valkey.lrange(LATE, 0, -1))  # type: ignore[union-attr]
    cuts = statistics.quantiles(late, n=100)
    return {
        "handed_over": len(late),
        "not_yet": REMINDERS - len(late),  # stranded until the broker's visibility timeout, an hour
        "producer_cpu_us": round(cpu / REMINDERS * 1e6),
        "producer_s": round(sent_s, 1),
        "p50_s": round(cuts[49], 2),
        "p99_s": round(cuts[98], 2),
        "max_s": round(late[-1], 2),
        "worker_mb": round(memory / 1e6),
    }


def _start(stage: Stage, config: Config) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-A", "bench.eta", "worker", "--loglevel", "error"]
    env = os.environ | {"COACH_REDIS_URL": config.redis_url}
    with (stage.folder / "eta.log").open("ab") as log:
        worker = subprocess.Popen(command, env=env, cwd=Path(__file__).parents[1], stdout=log, stderr=log)
    ready = app.control.inspect(timeout=0.5)
    wait_until(lambda: bool(ready.ping()), PATIENCE_S)
    return worker


_held: dict[str, Any] = {}


def _valkey() -> "redis.Redis":
    return _held.setdefault("valkey", redis.Redis.from_url(os.environ["COACH_REDIS_URL"]))  # type: ignore[no-any-return]


def _connections() -> Any:
    """Connections stay open between the messages of a process."""
    import pycurl

    if "share" not in _held:
        _held["share"] = pycurl.CurlShare()
        _held["share"].setopt(pycurl.SH_SHARE, pycurl.LOCK_DATA_CONNECT)
        _held["share"].setopt(pycurl.SH_SHARE, pycurl.LOCK_DATA_SSL_SESSION)
    return _held["share"]
