"""Local time against vectors, properties, and the C library reading the same pinned files."""

import os
import time as c
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import pairwise, takewhile
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import schedule
from programs.schedule import Local, Rule

DAY = timedelta(days=1)
VECTORS = yaml.safe_load((Path(__file__).parents[1] / "schedule" / "instants.yaml").read_text("utf-8"))
PERSON = UUID("6f1c2a52-5a9e-4a55-9d3c-0b8a1c3f7e10")
ZONES = sorted(schedule.zones())
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
any_zone = st.sampled_from(ZONES)
any_minute = st.integers(0, 1439)
any_instant = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def local(zone: str = "Europe/Paris", *, quiet: tuple[int, int] = (1290, 450), day_starts_at: int = 240) -> Local:
    return Local(zone, day_starts_at, *quiet, spread=timedelta())


def rule(kind: str = "routine", minute: int = 480, *, days: int = 127, number: int = 1) -> Rule:
    return Rule(UUID(int=number), kind, minute, days, None, since=datetime(1990, 1, 1, tzinfo=UTC))


def at_paris(day: date, minute: int) -> datetime:
    found = schedule.instant(day, minute, "Europe/Paris")
    assert found is not None
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['zone']} {v['day']} {v['minute']}")
def test_a_local_minute_means_the_listed_instant(vector: dict[str, object]) -> None:
    hours, minutes = str(vector["minute"]).split(":")
    found = schedule.instant(vector["day"], int(hours) * 60 + int(minutes), str(vector["zone"]))  # type: ignore[arg-type]
    assert found == (utc(str(vector["at"])) if vector["at"] else None)


def test_all_44_vectors_are_there() -> None:
    assert len(VECTORS) == 44


def test_zones_come_from_the_pinned_package_whatever_the_system_holds() -> None:
    schedule.assert_pinned()
    # Vancouver stopped changing its clocks in 2026; older system files still do.
    assert schedule.instant(date(2026, 11, 15), 540, "America/Vancouver") == utc("2026-11-15T16:00Z")


def test_an_older_tzdata_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tzdata.IANA_VERSION", "2025b")
    with pytest.raises(RuntimeError, match="2025b is too old"):
        schedule.assert_pinned()


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "europe/paris", "Europe"])
def test_an_unknown_zone_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA time zone") as refused:
        schedule.zone(name)
    assert repr(name) in str(refused.value)


@settings(deadline=None)
@given(any_instant, any_zone, any_minute)
def test_a_day_ends_where_the_next_begins(at: datetime, zone: str, day_starts_at: int) -> None:
    today, ends = schedule.local_day(at, zone, day_starts_at), schedule.next_day_at(at, zone, day_starts_at)
    assert ends > at
    assert schedule.local_day(ends - timedelta(microseconds=1), zone, day_starts_at) == today
    assert schedule.local_day(ends, zone, day_starts_at) > today


def test_the_small_hours_belong_to_the_day_before() -> None:
    assert schedule.local_day(utc("2026-06-02T01:59Z"), "Europe/Paris", 240) == date(2026, 6, 1)
    assert schedule.local_day(utc("2026-06-02T02:00Z"), "Europe/Paris", 240) == date(2026, 6, 2)


@settings(deadline=None)
@given(any_instant, any_zone, any_minute, st.integers(1, 127))
def test_the_next_moment_is_later_and_on_a_day_of_the_mask(after: datetime, zone: str, minute: int, days: int) -> None:
    found = next(schedule.moments(rule(minute=minute, days=days), local(zone), after))
    assert found.at > after
    assert days >> found.day.weekday() & 1


def test_every_zone_has_one_moment_for_each_date_that_exists() -> None:
    for zone in ZONES:
        found = list(takewhile(lambda moment: moment.at < LAST, schedule.moments(rule(minute=150), local(zone), FIRST)))
        assert all(b.day - a.day == DAY and b.at > a.at for a, b in pairwise(found)), zone
        assert len(found) >= (LAST - FIRST).days - 1, zone


def test_a_skipped_date_has_no_moment_and_its_neighbours_have_one_each() -> None:
    coming = schedule.moments(rule(minute=540), local("Pacific/Apia"), utc("2011-12-29T00:00Z"))
    assert [next(coming).day for _ in range(3)] == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_a_repeated_hour_fires_once() -> None:
    found = schedule.run([rule(minute=150)], local(), utc("2026-10-24T22:00Z"), utc("2026-10-25T22:00Z"))
    assert [moment.at for moment in found.moments] == [utc("2026-10-25T00:30Z")]


class CLibrary:
    """The C library on the pinned files: an engine we did not write. Times are seconds."""

    def __init__(self, zone: str) -> None:
        os.environ["TZ"] = zone
        c.tzset()
        self.changes = list(self._changes())  # (instant, UTC offset before, after)

    def _changes(self) -> Iterator[tuple[int, int, int]]:
        at = int(FIRST.timestamp())
        while at < LAST.timestamp():
            before, after = c.localtime(at).tm_gmtoff, c.localtime(at + 43_200).tm_gmtoff
            if before != after:
                # Zones may change twice in 12 hours only in theory; then this finds the first.
                low, high = at, at + 43_200
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if c.localtime(middle).tm_gmtoff == before else (low, middle)
                yield high, before, after
            at += 43_200

    def instant(self, wall: int) -> int:
        """The first instant that shows a wall time; a skipped one moves on by the gap."""
        near = {c.localtime(wall + hours * 3_600).tm_gmtoff for hours in (-26, -14, 0, 14, 26)}
        shows = [wall - offset for offset in near if c.localtime(wall - offset).tm_gmtoff == offset]
        if shows:
            return min(shows)
        (before,) = (b for at, b, after in self.changes if at + b <= wall < at + after)
        return wall - before


@pytest.fixture
def pinned_files() -> Iterator[Path]:
    before = {name: os.environ.get(name) for name in ("TZ", "TZDIR")}
    folder = Path(str(resources.files("tzdata"))) / "zoneinfo"
    os.environ["TZDIR"] = str(folder)
    yield folder
    os.environ.update({name: value for name, value in before.items() if value is not None})
    for name in (name for name, value in before.items() if value is None):
        os.environ.pop(name)
    c.tzset()


def test_every_zone_agrees_with_the_c_library(pinned_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left_out = [zone for zone in ZONES if not (pinned_files / zone).is_file()]
    with capsys.disabled():
        print(f" [{len(ZONES)} zones, left out: {', '.join(left_out) or 'none'}]", end="")
    changes = 0
    for zone in ZONES:
        oracle = CLibrary(zone)
        changes += len(oracle.changes)
        walls = {int(FIRST.timestamp()) + days * 86_400 + 9_000 for days in range(0, (LAST - FIRST).days, 9)}
        for at, before, after in oracle.changes:
            walls |= {at // 60 * 60 + before + minutes * 60 for minutes in range(-200, 200, 25)}
            walls |= {at // 60 * 60 + edge for edge in (before - 60, before, after - 60, after)}
        for wall in walls:
            shown = datetime.fromtimestamp(wall, UTC)
            found = schedule.instant(shown.date(), shown.hour * 60 + shown.minute, zone)
            assert found is not None
            assert found.timestamp() == oracle.instant(wall), f"{zone} {shown:%Y-%m-%d %H:%M}"
    assert not left_out
    assert changes > 500  # the files were really read: most zones of today still change their clocks
