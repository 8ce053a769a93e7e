"""The phone's main call, `GET routines/today` as 200 and as 304, beside the least that Flask can do on the same server.

Taken in turn in one run (A B C, A B C ...); processor time of the server a request, for the caller shares the machine.
"""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from bench.stage import Stage, stage
from coach import clock, commands
from coach.config import Config, inherited
from coach.database import make_engine, make_sessions
from coach.processes import wait_until
from coach.services import accounts
from coach.standalone import free_port
from tests.coach.people import PASSWORD, Person
from tests.faults.processes import environ
from tests.journeys.service import HttpClient
from tests.receivers.node import NODE

PATIENTS = 50
CONNECTIONS = 16
SECONDS = 4
ROUNDS = 5
PATIENCE_S = 60


def run() -> dict[str, Any]:
    with stage() as own:
        config = replace(
            own.database("api"), port=free_port(), api_workers=1, rate_limit=100_000, clock="real", registration="open"
        )
        with make_sessions(make_engine(config.database_url)).begin() as session:
            place = {"name": "Riverside", "zone": "Europe/Paris"}
            who = {"email": "maya@example.org", "password": PASSWORD, "person": "Maya Lindqvist"}
            accounts.open_clinic(session, **place, **who, now=clock.real_now())
        hello = replace(config, port=free_port())
        with _server(own, config) as api, _server(own, hello, app="bench.hello:app") as bare:
            calls = _calls(own, config)
            ways = {"hello": (bare, hello, [{"path": "/", "headers": {}}])}
            ways |= {name: (api, config, requests) for name, requests in calls.items()}
            found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, (process, settings, requests) in ways.items():
                    found[name].append(_load(own, process, settings, requests))
    return _summary(found)


def _summary(found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    keys = ("per_s", "cpu_us", "p50_ms", "p99_ms", "errors")
    told: dict[str, Any] = {
        name: {key: round(statistics.median(each[key] for each in rounds), 2) for key in keys}
        for name, rounds in found.items()
    }
    for name in found.keys() - {"hello"}:
        pairs = list(zip(found[name], found["hello"], strict=True))
        told[name]["ratio_per_s"] = round(statistics.median(a["per_s"] / b["per_s"] for a, b in pairs), 2)
        told[name]["ratio_cpu"] = round(statistics.median(b["cpu_us"] / a["cpu_us"] for a, b in pairs), 2)
    return told


def _calls(stage: Stage, config: Config) -> dict[str, list[dict[str, Any]]]:
    """People with a plan and a cached routine, and what their phones send."""
    client = HttpClient(config.port)
    calls: dict[str, list[dict[str, Any]]] = {"routine_200": [], "routine_304": []}
    for _ in range(PATIENTS):
        person = Person(client).register()  # type: ignore[arg-type]  # has what Person needs of Flask's client
        person.onboard()
        token = {"Authorization": f"Bearer {person.tokens['access_token']}"}
        path = "/v1/me/routines/today"
        person.get(path)
        etag = client.open(path, headers=token).headers["ETag"]
        calls["routine_200"].append({"path": path, "headers": token})
        calls["routine_304"].append({"path": path, "headers": token | {"If-None-Match": etag}})
    return calls


def _load(stage: Stage, process: psutil.Process, config: Config, requests: list[dict[str, Any]]) -> dict[str, float]:
    file = stage.folder / "requests.json"
    file.write_text(json.dumps(requests), "utf-8")
    command = [NODE, str(Path(__file__).parent / "load.js"), config.port, CONNECTIONS, SECONDS, file]
    before, began = _cpu(process), time.perf_counter()
    done = subprocess.run([*map(str, command)], check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    told: dict[str, float] = json.loads(done.stdout)
    told["per_s"] = told["requests"] / (time.perf_counter() - began)
    told["cpu_us"] = (_cpu(process) - before) / told["requests"] * 1e6
    return told


def _cpu(process: psutil.Process) -> float:
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


@contextmanager
def _server(stage: Stage, config: Config, app: str = "") -> Iterator[psutil.Process]:
    command = commands.command("api", config)
    if app:
        command[command.index("coach.app:create_app")] = app
        command.remove("--factory")
    with (stage.folder / "api.log").open("ab") as log:
        server = subprocess.Popen(
            command, env=inherited() | environ(config) | {"PYTHONPATH": os.getcwd()}, stdout=log, stderr=log
        )
    client = HttpClient(config.port)
    try:
        assert wait_until(lambda: _answers(client), PATIENCE_S), (stage.folder / "api.log").read_text()
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def _answers(client: HttpClient) -> bool:
    try:
        return client.open("/").status_code == 200
    except OSError:
        return False
