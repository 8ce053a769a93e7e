"""Whether a due moment is sent, when, until when, and if not, why: rules N1-N9 and N12 of docs/reminders.md."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

from programs.schedule.habits import Course, is_too_soon, missed_days
from programs.schedule.instants import WHOLE_DAY, day_begins_at, instant, local_day, zone
from programs.schedule.rules import (
    BREAKS,
    KINDS,
    MOST_IN_A_DAY,
    SUPPORT,
    Kind,
    Local,
    Moment,
    Rule,
    moments,
    routine_days,
)

# Why a moment is left out, in the order in which they are looked for: what is true first is what is told.
Reason = Literal[
    "released", "locked", "stopped", "paused", "flare", "no_support", "done", "rest", "quiet",
    "travel", "missed", "back_off", "ignored", "budget",
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)

A_DAY, A_WEEK = 2, 10  # budgeted reminders (N1)
IGNORED = 5  # sent in a row and neither opened nor acted on: then every other one (N9)
APART_AFTER_TRAVEL = timedelta(hours=12)  # one before and one after a move of two hours or more (N12)
SENT_LASTS = timedelta(days=16)  # how far back what was sent still decides: the longest fading and a day for the zone
# What goes on in a pause that still wants a little; in one that wants nothing, only what a human waits for does.
IN_PAUSE = {"off": (), "short": ("routine", "checkin"), "walk": ("walk", "checkin")}
# A flare asks at most once a day how things are; the routine's reminder does it too, with texts of its own (N8).
CHECKS_OF_FLARE = ("routine", "checkin")
NOT_IN_FLARE = ("missed", "walk", "new_plan", "weigh_in")


@dataclass(frozen=True)
class Sent:
    """A reminder that was or will be sent."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Standing:
    """What decides about a person's moment beside the clock."""

    locked: bool = False  # a lock keeps the exercises away
    done_day: date | None = None  # the last local day with a session
    course: Course = field(default_factory=Course)
    sent: tuple[Sent, ...] = ()  # budgeted ones since `SENT_LASTS`, breaks of the last two days
    ignored: int = 0  # budgeted ones in a row without any sign of the person
    moved_at: datetime | None = None  # the last change of zone by two hours or more
    stopped: frozenset[str] = frozenset()  # kinds the person wants no more of (N14)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a moment. `state` is due, expired or left_out; only the last has a reason."""

    fire_at: datetime
    expires_at: datetime
    state: str
    reason: Reason | None = None
    push: bool = True  # False = only in the inbox


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


def before_quiet(at: datetime, local: Local, before: timedelta = timedelta(hours=1)) -> datetime:
    """The instant itself, or if it is quiet then, `before` ahead of when the quiet hours began."""
    if quiet_end(at, local) is None:
        return at
    wall = at.astimezone(zone(local.zone))
    minute = wall.hour * 60 + wall.minute
    day = wall.date() if minute >= local.quiet_from else wall.date() - WHOLE_DAY
    began = instant(day, local.quiet_from, local.zone) or day_begins_at(day, local.zone, 0)
    return min(at, began - before)


def judge(moment: Moment, rules: Collection[Rule], local: Local, standing: Standing, now: datetime) -> Verdict:
    """Whether a moment of one of a person's rules is sent, when, and until when."""
    kind = KINDS[moment.rule.kind]
    fire_at, expires_at = _release(moment, local, kind)
    if expires_at <= now:
        return Verdict(fire_at, expires_at, "expired")
    reason = _held_back(moment.rule.kind, fire_at, local, standing)
    if reason is None and fire_at >= expires_at:
        reason = "quiet"
    reason = reason or _too_much(moment, fire_at, rules, local, standing)
    push = moment.rule.kind not in standing.stopped
    return Verdict(fire_at, expires_at, "left_out" if reason else "due", reason, push)


def judge_all(
    coming: Collection[Moment], rules: Collection[Rule], local: Local, standing: Standing, now: datetime
) -> Iterator[tuple[Moment, Verdict, Standing]]:
    """Judges moments in their order, each with the standing it met; one that is sent counts for the next."""
    for moment in coming:
        verdict = judge(moment, rules, local, standing, now)
        yield moment, verdict, standing
        kind = moment.rule.kind
        if verdict.state == "due" and (KINDS[kind].rank or kind in BREAKS):
            ignored = standing.ignored + bool(KINDS[kind].rank)
            standing = replace(standing, sent=(*standing.sent, Sent(kind, verdict.fire_at)), ignored=ignored)


def judge_again(
    kind: str, planned: Verdict, local: Local, standing: Standing, now: datetime, *, crosses_quiet: bool = False
) -> Verdict:
    """The same just before it is sent: much can have happened since, and quiet hours may have begun."""
    end = None if crosses_quiet else quiet_end(now, local)
    fire_at = planned.fire_at if end is None else end + local.spread
    if max(fire_at, now) >= planned.expires_at:
        return Verdict(fire_at, planned.expires_at, "expired")
    reason = _held_back(kind, planned.fire_at, local, standing)
    if reason is None and kind in standing.stopped:
        reason = "stopped"
    return Verdict(fire_at, planned.expires_at, "left_out" if reason else "due", reason)


def _release(moment: Moment, local: Local, kind: Kind) -> tuple[datetime, datetime]:
    rule, at = moment.rule, moment.at
    end = None if rule.crosses_quiet else quiet_end(at, local)
    fire_at = at if end is None else end + local.spread
    return fire_at, rule.until or (fire_at if kind.waits else at) + kind.ttl


def _held_back(name: str, fire_at: datetime, local: Local, standing: Standing) -> Reason | None:
    """Why this kind is not wanted now, whatever was sent before."""
    return next(_unwanted(name, _day(fire_at, local), standing), None)


def _unwanted(name: str, day: date, standing: Standing) -> Iterator[Reason]:
    kind, course, pause = KINDS[name], standing.course, standing.course.pause(day)
    if name == "red_flag_followup" and not standing.locked:
        yield "released"
    if kind.care:
        return
    if standing.locked and not kind.locked:
        yield "locked"
    if name in standing.stopped:
        yield "stopped"
    if pause is not None and name not in IN_PAUSE[pause.wanted]:
        yield "paused"
    if course.flare and name in NOT_IN_FLARE:
        yield "flare"
    if name in SUPPORT and not course.support:
        yield "no_support"
    if name in ("routine", "missed"):
        if standing.done_day is not None and standing.done_day >= day:
            yield "done"
        if course.rest_until is not None and day <= course.rest_until and not course.flare:
            yield "rest"


def _too_much(
    moment: Moment, fire_at: datetime, rules: Collection[Rule], local: Local, standing: Standing
) -> Reason | None:
    """Why one more would be too many after what was sent."""
    if not KINDS[moment.rule.kind].rank and moment.rule.kind not in BREAKS:
        return None
    look = _Look(rules, local, standing, tuple((each.kind, _day(each.at, local)) for each in standing.sent))
    reason = next(_unfitting(moment, fire_at, look), None)
    return reason or (None if _in_budget(moment, fire_at, look) else "budget")


@dataclass(frozen=True)
class _Look:
    """What one judgement looks at; `sent` holds kinds with their local days, which are worked out once."""

    rules: Collection[Rule]
    local: Local
    standing: Standing
    sent: tuple[tuple[str, date], ...]


def _unfitting(moment: Moment, fire_at: datetime, look: _Look) -> Iterator[Reason]:
    name, day, standing, course = moment.rule.kind, _day(fire_at, look.local), look.standing, look.standing.course
    if not KINDS[name].rank:
        return  # breaks have only their own number a day
    same = [on for kind, on in look.sent if kind == name]
    if _follows_travel(name, fire_at, standing):
        yield "travel"
    if name == "missed":  # only of a routine that was sent, and only on the first day in a row
        days = routine_days(look.rules) or moment.rule.days
        if ("routine", day) not in look.sent or missed_days(day, days, standing.done_day, course):
            yield "missed"
    if course.flare and name in CHECKS_OF_FLARE and any((kind, day) in look.sent for kind in CHECKS_OF_FLARE):
        yield "flare"
    if name == "routine" and is_too_soon(day, max(same, default=None), standing.done_day, course):
        yield "back_off"
    if standing.ignored >= IGNORED and _was_sent_last_time(moment, day, same):
        yield "ignored"


def _follows_travel(name: str, fire_at: datetime, standing: Standing) -> bool:
    moved_at = standing.moved_at
    if moved_at is None or fire_at < moved_at:
        return False
    since = fire_at - APART_AFTER_TRAVEL
    return any(each.kind == name and since < each.at <= moved_at for each in standing.sent)


def _was_sent_last_time(moment: Moment, day: date, same: Collection[date]) -> bool:
    """Whether the rule's day before this one had one: of those ignored every other is left out."""
    days = moment.rule.days or 0
    back = next((back for back in range(1, 8) if days >> (moment.day - back * WHOLE_DAY).weekday() & 1), None)
    return back is not None and day - back * WHOLE_DAY in same


def _in_budget(moment: Moment, fire_at: datetime, look: _Look) -> bool:
    name, day = moment.rule.kind, _day(fire_at, look.local)
    if name in BREAKS:
        return sum(kind in BREAKS and on == day for kind, on in look.sent) < MOST_IN_A_DAY
    days = [on for kind, on in look.sent if KINDS[kind].rank]
    week = sum(day - 7 * WHOLE_DAY < on <= day for on in days)
    return days.count(day) + _reserved(moment, day, look) < A_DAY and week < A_WEEK


def _reserved(moment: Moment, day: date, look: _Look) -> int:
    """How many reminders of a better rank the rest of the local day still needs from the budget.

    None for a follow-up: it comes only if the day goes without a session, and takes what is left.
    """
    rank, local = KINDS[moment.rule.kind].rank, look.local
    better = (rule for rule in look.rules if 0 < KINDS[rule.kind].rank < rank and rule.kind != "missed")
    later = (found for rule in better if (found := next(moments(rule, local, moment.at), None)))
    return sum(
        _day(found.at, local) == day
        and _held_back(found.rule.kind, found.at, local, look.standing) is None
        and next(_unfitting(found, found.at, look), None) is None
        for found in later
    )


def _day(at: datetime, local: Local) -> date:
    return local_day(at, local.zone, local.day_starts_at)
