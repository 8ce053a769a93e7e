"""The only time-zone arithmetic: local days, when a reminder is due, quiet hours and budgets.

Zones are always read from the pinned `tzdata` package: a system's own files may be years old.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import import_module, resources
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

OLDEST_TZDATA = "2026f"  # Vancouver, Edmonton, Havana and Casablanca are wrong today in older releases
SPREAD_MS = 50_000  # reminders of one minute leave over its first 50 s, so that no server sees a peak
A_DAY, A_WEEK = 2, 10  # budgeted reminders (rule N1 of the reminder rules)
WHOLE_DAY = timedelta(days=1)
LONGEST_WAIT = 15  # days to the next match of a weekly mask, one skipped local day included


@dataclass(frozen=True)
class Kind:
    """How reminders of one kind behave."""

    rank: int  # 0 = outside the budget; 1 is served before 2
    ttl: timedelta  # after this it is never sent
    waits: bool  # kept until quiet hours end, however long; else dropped when its time runs out before
    exercise: bool  # silent while a lock keeps the exercises away
    urgency: str  # RFC 8030: what a phone short of power may put off


KINDS: Mapping[str, Kind] = {
    "red_flag_followup": Kind(0, timedelta(hours=24), waits=True, exercise=False, urgency="high"),
    "routine": Kind(1, timedelta(hours=4), waits=False, exercise=True, urgency="normal"),
    "checkin": Kind(2, timedelta(hours=4), waits=False, exercise=False, urgency="normal"),
    "new_plan": Kind(2, timedelta(hours=4), waits=False, exercise=True, urgency="normal"),
}


@dataclass(frozen=True)
class Rule:
    """One reminder rule: a local minute (0-1439) on the days of a mask (Monday = 1), or once on a date."""

    id: UUID
    kind: str
    minute: int
    days: int | None
    on_day: date | None
    since: datetime  # only what is due after this counts


@dataclass(frozen=True)
class Local:
    """One person's local time, in minutes from midnight. Quiet hours may wrap it; equal ends mean none."""

    zone: str
    day_starts_at: int
    quiet_from: int
    quiet_until: int
    spread: timedelta


@dataclass(frozen=True)
class Moment:
    """When a rule is due: calendar date, slot (the nominal local minute), and the instant with the spread."""

    rule: Rule
    day: date
    slot: int
    at: datetime


@dataclass(frozen=True)
class Run:
    """The moments of a stretch of time, earliest first, up to where it reached, and when the next is due."""

    moments: tuple[Moment, ...]
    passed_at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """What becomes of a moment. `state` is due, expired or left_out; only the last has a reason."""

    fire_at: datetime
    expires_at: datetime
    state: str
    reason: str | None = None


def assert_pinned() -> None:
    """Raises RuntimeError when the installed tzdata is older than the rules of today's zones."""
    found = str(import_module("tzdata").IANA_VERSION)
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


def local_day(at: datetime, zone_name: str, day_starts_at: int) -> date:
    """The person's day at an instant; it begins at minute `day_starts_at`, before that is the day before."""
    day = (at.astimezone(zone(zone_name)).replace(tzinfo=None) - timedelta(minutes=day_starts_at)).date()
    following = instant(day + WHOLE_DAY, day_starts_at, zone_name)
    if following is not None and following <= at:  # the start lies in a skipped or repeated hour
        return day + WHOLE_DAY
    begun = instant(day, day_starts_at, zone_name)
    return day if begun is not None and begun <= at else day - WHOLE_DAY


def day_begins_at(day: date, zone_name: str, day_starts_at: int) -> datetime:
    """The instant a local day begins; for a date that does not exist, that of the next one."""
    begun = instant(day, day_starts_at, zone_name)
    return begun if begun is not None else day_begins_at(day + WHOLE_DAY, zone_name, day_starts_at)


def next_day_at(at: datetime, zone_name: str, day_starts_at: int) -> datetime:
    """The instant the person's next local day begins."""
    return day_begins_at(local_day(at, zone_name, day_starts_at) + WHOLE_DAY, zone_name, day_starts_at)


def on_the_minute(at: datetime, zone_name: str) -> tuple[date, int]:
    """Calendar date and local minute of an instant, rounded up to the next minute: for one-off reminders."""
    up = (at + timedelta(seconds=59, microseconds=999_999)).astimezone(zone(zone_name))
    return up.date(), up.hour * 60 + up.minute


def spread(patient_id: UUID) -> timedelta:
    """The patient's own place inside a minute, 0 to 50 s; the same in every process and release."""
    return timedelta(milliseconds=zlib.crc32(patient_id.bytes) % SPREAD_MS)


def collapse_id(schedule_id: UUID, day: date, slot: int) -> str:
    """The name of one occurrence on every provider (topic, tag, collapse id): 32 hex digits."""
    return hashlib.sha256(f"{schedule_id}|{day}|{slot}".encode()).hexdigest()[:32]


def moments(rule: Rule, local: Local, after: datetime) -> Iterator[Moment]:
    """The rule's moments later than `after`, in order; ends after a one-off or 15 days without any."""
    after = max(after, rule.since)
    day = after.astimezone(zone(local.zone)).date() - WHOLE_DAY
    last = day + LONGEST_WAIT * WHOLE_DAY
    if rule.on_day is not None:
        day = last = rule.on_day
    while day <= last:
        if rule.days is None or rule.days >> day.weekday() & 1:
            nominal = instant(day, rule.minute, local.zone)
            if nominal is not None and nominal + local.spread > after:
                yield Moment(rule, day, rule.minute, nominal + local.spread)
                last = day if rule.days is None else day + LONGEST_WAIT * WHOLE_DAY
        day += WHOLE_DAY


def run(rules: Collection[Rule], local: Local, after: datetime, now: datetime, most: int = 64) -> Run:
    """All that is due later than `after`, up to `now`; at most `most` moments, the rest is left for the next run."""
    found: list[Moment] = []
    later: list[datetime] = []
    for rule in rules:
        for moment in islice(moments(rule, local, after), most + 1):
            if moment.at > now:
                later.append(moment.at)
                break
            found.append(moment)
    found.sort(key=lambda moment: (moment.at, KINDS[moment.rule.kind].rank, moment.rule.id))
    if len(found) > most:  # the next run begins right before the first left over
        return Run(tuple(found[:most]), found[most].at - timedelta(microseconds=1), found[most].at)
    return Run(tuple(found), now, min(later, default=None))


def quiet_end(at: datetime, local: Local) -> datetime | None:
    """When the quiet hours around an instant end; None outside of them. They are read off the wall clock."""
    wall = at.astimezone(zone(local.zone))
    minute, start, end = wall.hour * 60 + wall.minute, local.quiet_from, local.quiet_until
    if not (start <= minute < end if start <= end else minute >= start or minute < end):
        return None
    day = wall.date() if minute < end else wall.date() + WHOLE_DAY
    until = instant(day, end, local.zone) or day_begins_at(day + WHOLE_DAY, local.zone, end)
    if until > at:
        return until
    # In the second pass of a repeated hour the first end is already over: take the second.
    again = datetime.combine(day, time(end // 60, end % 60), wall.tzinfo).replace(fold=1)
    return again.astimezone(UTC)


@dataclass(frozen=True)
class Standing:
    """What decides about a person's moment beside the clock."""

    locked: bool  # a lock keeps the exercises away: no exercise reminders, but follow-ups
    done_day: date | None  # the last local day with a session
    budgeted: tuple[datetime, ...]  # when the budgeted reminders of the last days were or will be sent


def judge(moment: Moment, rules: Collection[Rule], local: Local, standing: Standing, now: datetime) -> Verdict:
    """Whether a moment of one of a person's rules is sent, when, and until when."""
    kind = KINDS[moment.rule.kind]
    fire_at, expires_at = _release(moment.at, local, kind)
    if expires_at <= now:
        return Verdict(fire_at, expires_at, "expired")
    reason = _held_back(moment.rule.kind, fire_at, local, standing)
    if reason is None and fire_at >= expires_at:
        reason = "quiet"
    if reason is None and kind.rank and not _in_budget(moment, fire_at, rules, local, standing):
        reason = "budget"
    return Verdict(fire_at, expires_at, "left_out" if reason else "due", reason)


def judge_all(
    coming: Collection[Moment], rules: Collection[Rule], local: Local, standing: Standing, now: datetime
) -> Iterator[tuple[Moment, Verdict]]:
    """Judges moments in their order; each that is sent counts in the budget of the next."""
    for moment in coming:
        verdict = judge(moment, rules, local, standing, now)
        if verdict.state == "due" and KINDS[moment.rule.kind].rank:
            standing = replace(standing, budgeted=(*standing.budgeted, verdict.fire_at))
        yield moment, verdict


def judge_again(kind: str, planned: Verdict, local: Local, standing: Standing, now: datetime) -> Verdict:
    """The same just before it is sent: much can have happened since, and quiet hours may have begun."""
    end = quiet_end(now, local)
    fire_at = planned.fire_at if end is None else end + local.spread
    if max(fire_at, now) >= planned.expires_at:
        return Verdict(fire_at, planned.expires_at, "expired")
    reason = _held_back(kind, planned.fire_at, local, standing)
    return Verdict(fire_at, planned.expires_at, "left_out" if reason else "due", reason)


def choose(texts: Sequence[str], patient_id: UUID, told: int) -> str:
    """The text after `told` reminders: everyone goes through the list in turn, from a place of their own."""
    return texts[(zlib.crc32(patient_id.bytes) + told) % len(texts)]


def _held_back(kind: str, fire_at: datetime, local: Local, standing: Standing) -> str | None:
    if KINDS[kind].exercise and standing.locked:
        return "locked"
    if kind == "routine" and _day(fire_at, local) == standing.done_day:
        return "done"
    return "released" if kind == "red_flag_followup" and not standing.locked else None


def _release(at: datetime, local: Local, kind: Kind) -> tuple[datetime, datetime]:
    end = quiet_end(at, local)
    fire_at = at if end is None else end + local.spread
    return fire_at, (fire_at if kind.waits else at) + kind.ttl


def _in_budget(moment: Moment, fire_at: datetime, rules: Collection[Rule], local: Local, standing: Standing) -> bool:
    day = _day(fire_at, local)
    days = [_day(sent, local) for sent in standing.budgeted]
    week = sum(day - 7 * WHOLE_DAY < sent <= day for sent in days)
    return days.count(day) + _reserved(moment, day, rules, local, standing) < A_DAY and week < A_WEEK


def _reserved(moment: Moment, day: date, rules: Collection[Rule], local: Local, standing: Standing) -> int:
    """How many reminders of a better rank the rest of the local day still needs from the budget."""
    if standing.locked or standing.done_day == day:
        return 0
    rank = KINDS[moment.rule.kind].rank
    better = (rule for rule in rules if 0 < KINDS[rule.kind].rank < rank)
    later = (found for rule in better if (found := next(moments(rule, local, moment.at), None)))
    return sum(_day(found.at, local) == day for found in later)


def _day(at: datetime, local: Local) -> date:
    return local_day(at, local.zone, local.day_starts_at)
