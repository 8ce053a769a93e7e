"""What kinds of reminder there are, and when a rule of one is due."""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from uuid import UUID, uuid5

from programs.schedule.instants import LONGEST_CHANGE, WHOLE_DAY, instant, shows, zone

SPREAD_MS = 50_000  # reminders of one minute leave over its first 50 s, so that no server sees a peak
DAY_MINUTES = 1440
LONGEST_WAIT = 15  # days to the next match of a weekly mask, one skipped local day included
MOST_IN_A_DAY = 16  # posture breaks and the like; after that they only annoy
TASK_WINDOW = timedelta(hours=4)  # how long a routine's reminder is of use (N4)
SOON = timedelta(minutes=10)  # how long one about this very moment is


@dataclass(frozen=True)
class Kind:
    """How reminders of one kind behave: the table of docs/reminders.md."""

    rank: int  # 0 = outside the budget; 1 is served before 2
    ttl: timedelta  # after this it is never sent; a visit's ends with the visit
    waits: bool = False  # kept until quiet hours end, however long; else dropped when its time runs out before
    care: bool = False  # a human waits for the answer: no lock, pause or stop keeps it out of the inbox
    locked: bool = False  # goes on while a lock keeps the exercises away
    urgency: str = "normal"  # RFC 8030: what a phone short of power may put off


CARE = Kind(0, timedelta(hours=24), waits=True, care=True, locked=True, urgency="high")
NOW = Kind(0, SOON, urgency="low")
KINDS: Mapping[str, Kind] = {
    "red_flag_followup": CARE,
    "message": CARE,  # from the clinic
    "visit": CARE,
    "routine": Kind(1, TASK_WINDOW),
    "missed": Kind(1, TASK_WINDOW),  # the routine's own follow-up, on the same day
    "checkin": Kind(2, TASK_WINDOW, locked=True),
    "questionnaire": Kind(2, TASK_WINDOW),
    "weigh_in": Kind(2, TASK_WINDOW),
    "walk": Kind(2, TASK_WINDOW),
    "new_plan": Kind(2, TASK_WINDOW),
    "own": Kind(0, timedelta(minutes=15)),  # the person's own time, with a text that says nothing
    "break_sitting": NOW,
    "break_standing": NOW,
    "break_bending": NOW,
    "support_on": NOW,
    "support_off": NOW,
    "support_wean": Kind(2, TASK_WINDOW),  # less wear from this week on
}
BREAKS = ("break_sitting", "break_standing", "break_bending")
SUPPORT = ("support_on", "support_off", "support_wean")
RANKED = tuple(name for name, kind in KINDS.items() if kind.rank)
# What a person may set. All else comes from the plan, from locks and from the clinic.
OWN_KINDS = ("routine", "checkin", "weigh_in", "walk", "own", *BREAKS, "support_on", "support_off")


@dataclass(frozen=True)
class Rule:
    """One reminder rule, in one of four shapes; only what is due after `since` counts.

    A local minute (0-1439) on the days of a mask (Monday = 1); the same on one date; every so many minutes of the
    working hours on the days of a mask; or an instant, whatever zone the person is in.
    """

    id: UUID
    kind: str
    minute: int | None
    days: int | None
    on_day: date | None
    since: datetime
    every: int | None = None  # minutes
    at: datetime | None = None
    until: datetime | None = None  # when an instant's reminder is of no more use; else the kind's own time to live
    crosses_quiet: bool = False  # the person wants it in quiet hours too; only of kind "own"


@dataclass(frozen=True)
class Local:
    """One person's local time, in minutes from midnight. Hours may wrap it; equal ends mean none."""

    zone: str
    day_starts_at: int
    quiet_from: int
    quiet_until: int
    spread: timedelta
    work_from: int = 9 * 60
    work_until: int = 17 * 60


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


def spread(patient_id: UUID) -> timedelta:
    """The patient's own place inside a minute, 0 to 50 s; the same in every process and release."""
    return timedelta(milliseconds=zlib.crc32(patient_id.bytes) % SPREAD_MS)


def collapse_id(schedule_id: UUID, day: date, slot: int) -> str:
    """The name of one occurrence on every provider (topic, tag, collapse id): 32 hex digits."""
    return hashlib.sha256(f"{schedule_id}|{day}|{slot}".encode()).hexdigest()[:32]


def with_follow_up(rules: Collection[Rule], local: Local) -> list[Rule]:
    """The rules, and the follow-up of each day's last routine (N7), when its time is over but before quiet hours.

    It is derived and never stored, so it moves with its routine.
    """
    found, followed = list(rules), 0
    for routine in sorted(filter(_is_weekly_routine, rules), key=lambda rule: (rule.minute, rule.id), reverse=True):
        assert routine.minute is not None and routine.days is not None
        days, followed = routine.days & ~followed, followed | routine.days  # of these days it is the last
        minute = routine.minute + int(TASK_WINDOW.total_seconds()) // 60
        if local.quiet_from != local.quiet_until:
            until_quiet = (local.quiet_from - routine.minute) % DAY_MINUTES
            minute = min(minute, routine.minute + until_quiet - 60)  # an hour before: the short version still fits
        if days and routine.minute < minute < DAY_MINUTES:
            found.append(Rule(uuid5(routine.id, "missed"), "missed", minute, days, None, routine.since))
    return found


def routine_days(rules: Collection[Rule]) -> int:
    """The days of the week with a routine reminder, as a mask: the person's training days."""
    return reduce(or_, (rule.days or 0 for rule in rules if _is_weekly_routine(rule)), 0)


def _is_weekly_routine(rule: Rule) -> bool:
    return rule.kind == "routine" and rule.minute is not None and rule.days is not None


def moments(rule: Rule, local: Local, after: datetime) -> Iterator[Moment]:
    """The rule's moments later than `after`, in order; ends after a one-off or 15 days without any."""
    after = max(after, rule.since)
    if rule.at is not None:
        if rule.at + local.spread > after:
            nominal = rule.at.astimezone(UTC)
            yield Moment(rule, nominal.date(), nominal.hour * 60 + nominal.minute, rule.at + local.spread)
        return
    wall = after.astimezone(zone(local.zone)).replace(tzinfo=None)
    passed, day = wall - LONGEST_CHANGE, wall.date() - WHOLE_DAY
    last = day + LONGEST_WAIT * WHOLE_DAY
    if rule.on_day is not None:
        day = last = rule.on_day
    while day <= last:
        if rule.days is None or rule.days >> day.weekday() & 1:
            for date_, minute in _minutes(rule, local, day):
                if datetime.combine(date_, time(minute // 60, minute % 60)) < passed:
                    continue  # long past, whatever the clocks did since
                nominal_at = instant(date_, minute, local.zone)
                if nominal_at is None or nominal_at + local.spread <= after:
                    continue
                if rule.every is not None and not shows(nominal_at, minute, local.zone):
                    continue  # moved on by a clock change it would meet the next one
                yield Moment(rule, date_, minute, nominal_at + local.spread)
                last = day if rule.days is None else day + LONGEST_WAIT * WHOLE_DAY
        day += WHOLE_DAY


def _minutes(rule: Rule, local: Local, day: date) -> Iterator[tuple[date, int]]:
    """The local minutes of a day; those of a working time that wraps midnight lie on the next date."""
    if rule.every is None:
        assert rule.minute is not None
        yield day, rule.minute
        return
    length = (local.work_until - local.work_from) % DAY_MINUTES
    # Each person's first one comes at a place of their own, half to one and a half steps after work begins.
    first = rule.every // 2 + int(local.spread.total_seconds() * 1000) % rule.every
    for after_start in islice(range(first, length, rule.every), MOST_IN_A_DAY):
        date_, minute = divmod(local.work_from + after_start, DAY_MINUTES)
        yield day + date_ * WHOLE_DAY, minute


def run(rules: Collection[Rule], local: Local, after: datetime, now: datetime, most: int = 64) -> Run:
    """All that is due later than `after`, up to `now`; about `most` moments, the rest is left for the next run."""
    found: list[Moment] = []
    later: list[datetime] = []
    for rule in with_follow_up(rules, local):
        for moment in islice(moments(rule, local, after), most + 1):
            if moment.at > now:
                later.append(moment.at)
                break
            found.append(moment)
    found.sort(key=lambda moment: (moment.at, KINDS[moment.rule.kind].rank, moment.rule.id))
    if len(found) > most:  # what is due at one instant stays together, so that no moment is judged twice
        reached = found[most - 1].at
        if rest := [moment.at for moment in found if moment.at > reached]:
            return Run(tuple(moment for moment in found if moment.at <= reached), reached, rest[0])
    return Run(tuple(found), now, min(later, default=None))
