"""Reminders: what one due reminder costs, how many go out in a second, and how late the busiest minute is.

make bench BENCH=reminders; BENCH_PATIENTS="10000 100000 1000000" says with how many people.
"""

import asyncio
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from bench import population
from bench.stage import Stage, stage
from coach import clock, commands
from coach.config import Config, inherited
from coach.database import make_engine, make_sessions
from programs import catalog
from tests.faults.processes import environ
from workers import process, reminders
from workers.push.client import Client
from workers.push.sender import Sender

PEAK = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # a Monday
AFTER_PEAK = PEAK + timedelta(minutes=1)
IN_FLIGHT = 100
BODY = b"x" * 320  # as long as an encrypted reminder
HEADERS = {"TTL": "14400", "Urgency": "normal", "Topic": "0" * 32, "Content-Encoding": "aes128gcm",
           "Content-Type": "application/octet-stream", "Authorization": "vapid t=" + "x" * 200}  # fmt: skip
LATEST_S = 300  # a peak that is not worked off by then is reported as it stands
ROUNDS = 3
ENOUGH = 100_000  # patients, for a delivery that lasts some seconds


def run() -> dict[str, Any]:
    """With as many patients as BENCH_PATIENTS says, one run for each number."""
    with stage() as own:
        return measure(own, [int(number) for number in os.environ.get("BENCH_PATIENTS", "10000 100000").split()])


def measure(stage: Stage, patients: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"materialise": {}, "peak": {}}
    for number in patients:
        config = stage.database(f"people_{number}")
        with stage.connect(config) as connection:
            phones = population.fill(connection, number, PEAK, stage.sink)
        sessions = make_sessions(make_engine(config.database_url))
        found["materialise"][number] = {"devices": phones} | materialise(stage, config, sessions)
        if "deliver" not in found and (number >= ENOUGH or number == max(patients)):
            found["deliver"] = deliver(stage, config, sessions)
        found["peak"][number] = peak(stage, config, sessions)
    return found


def materialise(stage: Stage, config: Config, sessions: sessionmaker[Session]) -> dict[str, Any]:
    """One process turns all that is due in the busiest minute into occurrences and hand-overs."""
    _at(sessions, config, AFTER_PEAK)
    held = catalog.load()
    process.collect_rarely()
    database, own, began = stage.database_cpu(), time.process_time(), time.perf_counter()
    made = reminders.tick_due(sessions, config, held, batches=10_000)
    wall, own = time.perf_counter() - began, time.process_time() - own
    database = stage.database_cpu() - database
    return {
        "occurrences": made,
        "per_s": round(made / wall),
        "cpu_us_python": round(own / made * 1e6, 1),
        "cpu_us_postgresql": round(database / made * 1e6, 1),
    }


def deliver(stage: Stage, config: Config, sessions: sessionmaker[Session]) -> dict[str, Any]:
    """End to end (lease, encrypt with a new key each, TLS, record) beside the bare client with bodies made before."""
    sender = Sender(config)
    rates: dict[str, list[float]] = {"end_to_end": [], "bare": []}
    cpu: dict[str, list[float]] = {"end_to_end": [], "bare": []}
    with sessions.begin() as session:
        session.execute(text("UPDATE delivery SET due_at = expires_at - interval '1 minute'"))
    share = _pending(sessions) // ROUNDS
    for _ in range(ROUNDS):
        with sessions.begin() as session:
            session.execute(_DUE_NOW, {"now": AFTER_PEAK, "most": share})
        for name, send in (("end_to_end", _send_rows), ("bare", _send_bare)):
            own, began = time.process_time(), time.perf_counter()
            sent = send(stage, config, sessions, sender, share)
            rates[name].append(sent / (time.perf_counter() - began))
            cpu[name].append((time.process_time() - own) / sent * 1e6)
    sender.stop()
    medians = {name: round(statistics.median(values)) for name, values in rates.items()}
    return {
        "per_s": medians,
        "ratio": round(statistics.median(a / b for a, b in zip(rates["end_to_end"], rates["bare"], strict=True)), 2),
        "cpu_us": {name: round(statistics.median(values)) for name, values in cpu.items()},
        "messages": share,
    }


def peak(stage: Stage, config: Config, sessions: sessionmaker[Session]) -> dict[str, Any]:
    """Beat and a worker with two processes live through the busiest minute; lateness is hand-off recorded minus due."""
    with sessions.begin() as session:
        session.execute(text("TRUNCATE occurrence, delivery"))
        session.execute(text("UPDATE cursor SET passed_at = :at WHERE next_at IS NOT NULL"), {"at": PEAK})
        session.execute(text("DELETE FROM clock"))
    with stage.connect(config) as connection, connection.cursor() as cursor:
        number = connection.execute("SELECT count(*) FROM patient").fetchone()
        assert number is not None
        rows = [(p.id, p.next_at) for p in population.people(number[0], PEAK) if p.next_at < AFTER_PEAK]
        cursor.executemany(
            "UPDATE cursor SET next_at = %s, passed_at = %s WHERE patient_id = %s",
            [(at, PEAK - timedelta(minutes=5), id_) for id_, at in rows],
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE cursor")
    _at(sessions, config, PEAK - timedelta(seconds=12), speed=1.0)  # time to start
    processes = list(_service(stage, config))
    try:
        due = 0
        end = time.monotonic() + LATEST_S
        while time.monotonic() < end:
            time.sleep(2)
            with sessions() as session:
                now = clock.read(session, config)
                due, left = session.execute(
                    text("SELECT count(*), count(*) FILTER (WHERE state IN ('pending', 'leased')) FROM delivery")
                ).one()
            if now > AFTER_PEAK and due and not left:
                break
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.wait()
    with sessions() as session:
        return dict(session.execute(_LATENESS).one()._mapping)


def _service(stage: Stage, config: Config) -> Iterator["subprocess.Popen[bytes]"]:
    for name in ("worker", "beat"):
        with (stage.folder / f"{name}.log").open("ab") as log:
            yield subprocess.Popen(
                commands.command(name, config), env=inherited() | environ(config), stdout=log, stderr=log
            )


def _at(sessions: sessionmaker[Session], config: Config, at: datetime, speed: float = 0.0) -> None:
    with sessions.begin() as session:
        clock.move(session, config, at, speed=speed)


def _pending(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(session.scalar(text("SELECT count(*) FROM delivery WHERE state = 'pending'")) or 0)


def _send_rows(_stage: Stage, config: Config, sessions: sessionmaker[Session], sender: Sender, _number: int) -> int:
    return reminders.deliver_due(sessions, config, sender, seconds=600).answered


def _send_bare(stage: Stage, _config: Config, _sessions: sessionmaker[Session], _sender: Sender, number: int) -> int:
    """The same client with as many in flight, bodies and headers made before: no row, no encryption, no signature."""

    async def send() -> None:
        client, left = Client(loopback=True), iter(range(number))

        async def one() -> None:
            for each in left:
                await client.post(f"{stage.sink}/push/{each}", HEADERS, BODY)

        await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))
        await client.close()

    asyncio.run(send())
    return number


_DUE_NOW = text("""
UPDATE delivery SET due_at = :now WHERE ctid = ANY(ARRAY(SELECT ctid FROM delivery WHERE state = 'pending' LIMIT :most))
""")

_LATENESS = text("""
SELECT count(*) AS handed_over, count(*) FILTER (WHERE d.state <> 'accepted') AS not_accepted,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY late)::numeric, 2)::float AS p50_s,
    round(percentile_cont(0.95) WITHIN GROUP (ORDER BY late)::numeric, 2)::float AS p95_s,
    round(percentile_cont(0.99) WITHIN GROUP (ORDER BY late)::numeric, 2)::float AS p99_s,
    round(max(late)::numeric, 2)::float AS max_s,
    round(percentile_cont(0.99) WITHIN GROUP (ORDER BY late_nominal)::numeric, 2)::float AS p99_nominal_s
FROM (SELECT d.state, extract(epoch FROM d.finished_at - o.fire_at) AS late,
        extract(epoch FROM d.finished_at - date_trunc('minute', o.fire_at)) AS late_nominal
    FROM delivery AS d JOIN occurrence AS o USING (patient_id, schedule_id, local_day, slot)) AS d
""")
