"""Local time against vectors and properties; test_zones.py lays it beside another engine."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import schedule
from programs.schedule import Local, Rule

VECTORS = yaml.safe_load((Path(__file__).parents[1] / "schedule" / "instants.yaml").read_text("utf-8"))
ZONES = sorted(schedule.zones())
any_zone = st.sampled_from(ZONES)
any_minute = st.integers(0, 1439)
any_instant = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def local(zone: str = "Europe/Paris", *, quiet: tuple[int, int] = (1290, 450), day_starts_at: int = 240) -> Local:
    return Local(zone, day_starts_at, *quiet, spread=timedelta())


def rule(kind: str = "routine", minute: int = 480, *, days: int = 127, number: int = 1) -> Rule:
    return Rule(UUID(int=number), kind, minute, days, None, since=datetime(1990, 1, 1, tzinfo=UTC))


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


@pytest.fixture
def lying_system(tmp_path: Path) -> Iterator[Path]:
    """A system whose zone files, as the standard library finds them, all say Tokyo."""
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes()
    for name in ZONES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(tokyo)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath((tmp_path,))
    schedule.zone.cache_clear()
    yield tmp_path
    zoneinfo.reset_tzpath(before)
    schedule.zone.cache_clear()


def test_the_systems_zone_files_are_never_read(lying_system: Path) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert noon.astimezone(zoneinfo.ZoneInfo.no_cache("Europe/Paris")).hour == 21  # so would the standard library
    like_tokyo = {name for name in ZONES if noon.astimezone(schedule.zone(name)).hour == 21}
    assert {"Asia/Tokyo", "Asia/Seoul"} <= like_tokyo < set(ZONES)
    assert noon.astimezone(schedule.zone("Europe/Paris")).hour == 14


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


def test_a_skipped_date_has_no_moment_and_its_neighbours_have_one_each() -> None:
    coming = schedule.moments(rule(minute=540), local("Pacific/Apia"), utc("2011-12-29T00:00Z"))
    assert [next(coming).day for _ in range(3)] == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_a_repeated_hour_fires_once() -> None:
    found = schedule.run([rule("walk", 150)], local(), utc("2026-10-24T22:00Z"), utc("2026-10-25T22:00Z"))
    assert [moment.at for moment in found.moments] == [utc("2026-10-25T00:30Z")]


def test_a_shift_that_began_yesterday_still_has_its_breaks() -> None:
    night = Local("Europe/Paris", 240, 0, 0, timedelta(), work_from=22 * 60, work_until=6 * 60)
    monday = Rule(UUID(int=1), "break_bending", None, 0b1, None, datetime(1990, 1, 1, tzinfo=UTC), every=120)
    found = next(schedule.moments(monday, night, utc("2026-03-03T01:30Z")))
    assert found.at == utc("2026-03-03T02:00Z")
