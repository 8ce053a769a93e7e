"""How long an API process takes from its start to its first useful answer. Measured and shown, never judged:
a machine with other work on it must not turn the tests red."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import psutil
import pytest

from coach.config import Config
from coach.standalone import free_port
from tests.journeys.service import HttpClient, Service, eventually, process

STARTS = 3


def test_one_more_api_process_answers_soon(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_more = replace(service.config, port=free_port(), api_workers=1)
    waited, worked = zip(*(_seconds_to_ready(one_more, tmp_path) for _ in range(STARTS)), strict=True)
    with capsys.disabled():
        print(
            f"\n  API ready {median(waited):.2f} s after its process's start, "
            f"of which {median(worked):.2f} s on a processor; medians of {STARTS} ",
            end="",
        )


def _seconds_to_ready(config: Config, folder: Path) -> tuple[float, float]:
    """On the clock, and on the processors: what other work on the machine cannot change."""
    api = process("api", config, folder)
    client = HttpClient(config.port)
    assert not client.ready()
    began = time.monotonic()
    api.start()
    try:
        eventually(client.ready, api.last_words)
        waited = time.monotonic() - began
        assert api.process
        first = psutil.Process(api.process.pid)
        spent = [each.cpu_times() for each in (first, *first.children(recursive=True))]
        return waited, sum(each.user + each.system for each in spent)
    finally:
        api.kill()
