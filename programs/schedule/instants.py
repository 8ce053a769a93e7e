"""The only time-zone arithmetic: zones, local days, and the instant of a local minute.

Zones are always read from the pinned `tzdata` package: a system's own files may be years old.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import import_module, resources
from zoneinfo import ZoneInfo

OLDEST_TZDATA = "2026f"  # Vancouver, Edmonton, Havana and Casablanca are wrong today in older releases
WHOLE_DAY = timedelta(days=1)
LONGEST_CHANGE = timedelta(hours=3)  # clocks change by two hours at most; whole days are another matter
FAR = timedelta(hours=2)  # a move that counts as travel (N12)


def tzdata_version() -> str:
    """The installed release of the zones' rules, such as 2026f."""
    return str(import_module("tzdata").IANA_VERSION)


def assert_pinned() -> None:
    """Raises RuntimeError when the installed tzdata is older than the rules of today's zones."""
    found = tzdata_version()
    if found < OLDEST_TZDATA:
        raise RuntimeError(f"tzdata {found} is too old: {OLDEST_TZDATA} or newer is needed")


@cache
def zones() -> frozenset[str]:
    """The names of all IANA zones in the pinned tzdata."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises ValueError that names an unknown one."""
    if name not in zones():
        raise ValueError(f"zone: {name[:64]!r} is not an IANA time zone")
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def wall(at: datetime, zone_name: str) -> datetime:
    """An instant as the clocks there show it."""
    return at.astimezone(zone(zone_name))


def is_far(at: datetime, before: str, after: str) -> bool:
    """Whether the clocks of two zones differ at an instant as after a flight."""
    return abs(wall(at, before).replace(tzinfo=None) - wall(at, after).replace(tzinfo=None)) >= FAR


@lru_cache(maxsize=65_536)  # many people share a zone, a date and a minute: a tick asks for few of them again and again
def instant(day: date, minute: int, zone_name: str) -> datetime | None:
    """The UTC instant of a local minute on a calendar date.

    A minute that a clock change skips moves forward by the gap, one that comes twice means the first
    (RFC 5545, 3.3.5). None when the whole date does not exist, as 2011-12-30 in Samoa.
    """
    tz = zone(zone_name)
    wall = datetime.combine(day, time(minute // 60, minute % 60), tz)
    at = wall.astimezone(UTC)
    moved = at.astimezone(tz).replace(tzinfo=None) - wall.replace(tzinfo=None)
    return None if moved >= WHOLE_DAY else at


def shows(at: datetime, minute: int, zone_name: str) -> bool:
    """Whether the clocks of a zone show this local minute at an instant."""
    wall = at.astimezone(zone(zone_name))
    return wall.hour * 60 + wall.minute == minute


def local_day(at: datetime, zone_name: str, day_starts_at: int) -> date:
    """The person's day at an instant: the last one that has begun by then, at minute `day_starts_at`."""
    day = at.astimezone(UTC).date() + WHOLE_DAY  # no zone is further ahead
    while day_begins_at(day, zone_name, day_starts_at) > at:
        day -= WHOLE_DAY  # at most four times
    return day


def day_begins_at(day: date, zone_name: str, day_starts_at: int) -> datetime:
    """The instant a local day begins; for a date that does not exist, that of the next one."""
    begun = instant(day, day_starts_at, zone_name)
    return begun if begun is not None else day_begins_at(day + WHOLE_DAY, zone_name, day_starts_at)


def next_day_at(at: datetime, zone_name: str, day_starts_at: int) -> datetime:
    """The instant the person's next local day begins."""
    return day_begins_at(local_day(at, zone_name, day_starts_at) + WHOLE_DAY, zone_name, day_starts_at)
