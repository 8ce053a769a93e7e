"""How many log lines a second the pure fold takes in, in one process: logs of simulated patients, from the start."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median

from programs import adapt, catalog, simulate

PATIENTS, DAYS, SEED, RUNS = 46, 60, 1, 7
GOAL = 10_000  # lines/s, on the wall clock


def run() -> Mapping[str, object]:
    """The median of some runs, by the wall clock and by the processor time of this process alone."""
    content = catalog.load()
    logs = [simulate.log(who, SEED, DAYS, content) for who in simulate.lives(PATIENTS)]
    lines = sum(map(len, logs))
    wall, cpu = [], []
    for _ in range(RUNS):
        began, spent = time.perf_counter(), time.process_time()
        for log in logs:
            adapt.fold(None, log, max(event.day for event in log), content)
        wall.append(lines / (time.perf_counter() - began))
        cpu.append(lines / (time.process_time() - spent))
    return {
        "lines": lines,
        "patients": PATIENTS,
        "days": DAYS,
        "runs": RUNS,
        "lines_per_s": round(median(wall)),
        "lines_per_cpu_s": round(median(cpu)),
        "goal_lines_per_s": GOAL,
    }
