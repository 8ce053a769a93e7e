"""C's own `localtime` on the pinned time-zone files: an oracle that shares no code with ours, not even zoneinfo.

Run as: python -m tests.faults.localtime. Reads {"zones": [names], "begin": t, "end": t} (seconds since 1970) and
prints {name: [[from when, seconds east of Greenwich], ...]}. A process of its own, because TZ counts for all of it.
"""

import json
import os
import sys
import time
from importlib import resources

STEP_S = 6 * 3600  # no zone changes its clock twice within this time


def offsets(zone: str, begin: int, end: int) -> list[tuple[int, int]]:
    path = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/"))
    assert path.is_file(), zone  # C takes a file it cannot read for Greenwich, and says nothing
    os.environ["TZ"] = f":{path}"
    time.tzset()
    found = [(begin, _offset(begin))]
    for at in range(begin + STEP_S, end + STEP_S, STEP_S):
        if _offset(at) != found[-1][1]:
            found.append((_changed(at - STEP_S, at), _offset(at)))
    return found


def _changed(before: int, after: int) -> int:
    """The first second of the new offset."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(middle) == _offset(before) else (before, middle)
    return after


def _offset(at: int) -> int:
    return time.localtime(at).tm_gmtoff


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({zone: offsets(zone, asked["begin"], asked["end"]) for zone in asked["zones"]}, sys.stdout)
