"""`python -m bench [name ...]`: runs the benchmarks listed here and prints one JSON object a line."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bench import api, eta, fold, reminders

BENCHMARKS: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "fold": fold.run,
    "api": api.run,
    "reminders": reminders.run,
    "eta": eta.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(json.dumps({"benchmark": name, **machine(), **BENCHMARKS[name]()}), flush=True)
    return 0


def machine() -> dict[str, object]:
    """Where and when: a figure says nothing without it. `load` is the run queue of the last minute."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
