"""Every IANA zone over ten years beside the C library, an engine we did not write, on the same pinned files."""

import os
import time as c
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise, takewhile
from pathlib import Path
from uuid import UUID

import pytest

from programs import schedule
from programs.schedule import Local, Rule

DAY = timedelta(days=1)
ZONES = sorted(schedule.zones())
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
FILES = Path(str(resources.files("tzdata"))) / "zoneinfo"
STEP = 86_400  # no zone changes its clocks twice within a day
EVERY = 9  # days; and all around each change


def same_files() -> list[list[str]]:
    """Zones by the bytes of their file: many names are one zone."""
    found: dict[bytes, list[str]] = defaultdict(list)
    for zone in ZONES:
        found[(FILES / zone).read_bytes()].append(zone)
    return list(found.values())


class CLibrary:
    """Local time by the C library. Times are seconds."""

    def __init__(self, zone: str) -> None:
        os.environ["TZ"] = zone
        c.tzset()
        self.changes = list(self._changes())  # (instant, UTC offset before, after)

    def _changes(self) -> Iterator[tuple[int, int, int]]:
        begin, end = int(FIRST.timestamp()), int(LAST.timestamp())
        before = c.localtime(begin).tm_gmtoff
        for at in range(begin + STEP, end + STEP, STEP):
            after = c.localtime(at).tm_gmtoff
            if before != after:
                low, high = at - STEP, at
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if c.localtime(middle).tm_gmtoff == before else (low, middle)
                yield high, before, after
            before = after

    def instant(self, wall: int) -> int:
        """The first instant that shows a wall time; a skipped one moves on by the gap."""
        near = {c.localtime(wall + hours * 3_600).tm_gmtoff for hours in (-26, -14, 0, 14, 26)}
        shows = [wall - offset for offset in near if c.localtime(wall - offset).tm_gmtoff == offset]
        if shows:
            return min(shows)
        (before,) = (b for at, b, after in self.changes if at + b <= wall < at + after)
        return wall - before


@pytest.fixture
def pinned_files() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("TZ", "TZDIR")}
    os.environ["TZDIR"] = str(FILES)
    yield
    os.environ.update({name: value for name, value in before.items() if value is not None})
    for name in (name for name, value in before.items() if value is None):
        os.environ.pop(name)
    c.tzset()


def walls(changes: Sequence[tuple[int, int, int]]) -> set[int]:
    """Wall times to look at: a small hour every few days, and many on both sides of each change."""
    found = {int(FIRST.timestamp()) + days * 86_400 + 9_000 for days in range(0, (LAST - FIRST).days, EVERY)}
    for at, before, after in changes:
        found |= {at // 60 * 60 + before + minutes * 60 for minutes in range(-200, 200, 25)}
        found |= {at // 60 * 60 + edge for edge in (before - 60, before, after - 60, after)}
    return found


@pytest.mark.usefixtures("pinned_files")
def test_every_zone_agrees_with_the_c_library_over_ten_years(capsys: pytest.CaptureFixture[str]) -> None:
    left_out, changes = set(ZONES), 0
    for names in same_files():
        oracle = CLibrary(names[0])
        changes += len(oracle.changes)
        for wall in walls(oracle.changes):
            shown, expected = datetime.fromtimestamp(wall, UTC), oracle.instant(wall)
            for zone in names:
                found = schedule.instant(shown.date(), shown.hour * 60 + shown.minute, zone)
                assert found is not None
                assert found.timestamp() == expected, f"{zone} {shown:%Y-%m-%d %H:%M}"
        left_out -= set(names)
    with capsys.disabled():
        print(f" [{len(ZONES)} zones, {changes} changes, left out: {', '.join(sorted(left_out)) or 'none'}]", end="")
    assert not left_out
    assert changes > 1_500  # the files were really read: many zones still change their clocks twice a year


def test_every_zone_has_one_moment_for_each_date_that_exists() -> None:
    daily = Rule(UUID(int=1), "routine", 150, 127, None, since=datetime(1990, 1, 1, tzinfo=UTC))
    until = FIRST + 731 * DAY
    for zone, *_ in same_files():
        local = Local(zone, 240, 1290, 450, spread=timedelta())
        found = list(takewhile(lambda moment: moment.at < until, schedule.moments(daily, local, FIRST)))
        assert all(b.day - a.day == DAY and b.at > a.at for a, b in pairwise(found)), zone
        assert len(found) >= (until - FIRST).days - 1, zone
