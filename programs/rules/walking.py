"""W: steps a day, raised by about a tenth a week, and minutes of walking (Krein 2013, Paluch 2022, WalkBack 2024)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import median

from programs.catalog import Catalog
from programs.course import Reading
from programs.plan import Plan, Waiting
from programs.rules import adherence
from programs.rules.draft import Draft

COUNTS_KEPT = timedelta(days=28)


def goal(plan: Plan, catalog: Catalog) -> int | None:
    """Today's step goal: half of it in a flare, rounded down (F1); None before there is one."""
    full, numbers = plan.walking.goal, catalog.constants
    if full is None or plan.mode != "flare":
        return full
    return _floor(full * numbers.flare.walk_factor, numbers.walking.round_to)


def minutes(plan: Plan, catalog: Catalog) -> int | None:
    """Minutes of walking today; half in a flare (F1)."""
    full = plan.walking.minutes
    return int(full * catalog.constants.flare.walk_factor) if full and plan.mode == "flare" else full


def hear(draft: Draft, count: int) -> None:
    """Takes in a day's steps; a later count of the same day may raise it, never lower it."""
    others = [reading for reading in draft.walking.counts if reading.day != draft.day]
    same = [reading.value for reading in draft.walking.counts if reading.day == draft.day]
    first = draft.day - COUNTS_KEPT
    kept = [reading for reading in others if reading.day >= first]
    draft.walking = replace(draft.walking, counts=(*kept, Reading(draft.day, max([float(count), *same]))))


def start_minutes(draft: Draft, minutes: int) -> None:
    """W5: half of the time the legs allow, in whole minutes, rounded down; in a flare or a lighter week never more."""
    half, known = int(minutes * draft.numbers.walking.minutes_start_share), draft.walking.minutes
    if known is not None and draft.mode != "normal":
        half = min(half, known)
    draft.walking = replace(draft.walking, minutes=half)


def turn_day(draft: Draft) -> None:
    """W1-W5 on the days 7, 14, ... of the course."""
    passed = (draft.day - draft.began).days
    if passed == 0 or passed % 7:
        return
    if draft.mode != "normal" or draft.closed:
        return  # I6: nothing rises, and what was not asked for is not judged
    _judge_steps(draft)
    _raise_minutes(draft)


def _judge_steps(draft: Draft) -> None:
    numbers, walking = draft.numbers.walking, draft.walking
    first = draft.day - timedelta(days=7)
    week = [reading.value for reading in walking.counts if first <= reading.day < draft.day]
    valid = [count for count in week if count >= numbers.valid_steps]
    if walking.goal is None:
        _first_goal(draft)
        return
    met = sum(count >= walking.goal for count in valid)
    enough = len(valid) >= numbers.valid_days and met >= numbers.raise_met_days
    if enough and median(valid) >= numbers.raise_median_share * walking.goal:
        _raise_goal(draft, walking.goal)
    elif valid and met < numbers.hold_met_days:
        _lower_goal(draft, walking.goal)
    else:
        draft.walking = replace(walking, poor_weeks=0)


def _first_goal(draft: Draft) -> None:
    """W1: the median of seven valid days, and a tenth on top."""
    numbers = draft.numbers.walking
    usual = [r.value for r in draft.walking.counts if r.value >= numbers.valid_steps and r.day < draft.day]
    if len(usual) < numbers.base_days:
        return
    base = int(median(usual[-numbers.base_days :]))
    goal = max(base, min(base + _increase(draft, base), _ceiling(draft)))
    draft.walking = replace(draft.walking, base=base, goal=goal)
    draft.turned("W1", "steps.first", base, goal)


def _raise_goal(draft: Draft, before: int) -> None:
    ceiling = _ceiling(draft)
    goal = max(before, min(before + _increase(draft, before), ceiling))
    if draft.growth != "on" and goal > before:
        draft.walking = replace(draft.walking, poor_weeks=0)
        draft.offer(Waiting("steps", draft.day, None, str(goal), "steps", "W2"))
        return
    draft.walking = replace(draft.walking, goal=goal, poor_weeks=0)
    if goal > before:
        draft.turned("W2", "steps.raised", before, goal)
    elif before >= ceiling:
        draft.turned("W4", "steps.ceiling", before, goal)


def _lower_goal(draft: Draft, before: int) -> None:
    numbers, walking = draft.numbers.walking, draft.walking
    if walking.poor_weeks + 1 < numbers.lower_weeks:
        draft.walking = replace(walking, poor_weeks=walking.poor_weeks + 1)
        return
    lowered = _floor(before * numbers.lower_factor, numbers.round_to)
    goal = min(before, max(lowered, walking.base or 0))
    draft.walking = replace(walking, goal=goal, poor_weeks=0)
    draft.turned("W3", "steps.lowered", before, goal)


def _increase(draft: Draft, steps: int) -> int:
    """A tenth, or a clinician's share; at least 250, at most 1000, rounded down to 50. A share of 0 stops raises."""
    caps, numbers = draft.numbers.caps, draft.numbers.walking
    share = draft.override("steps_raise_pct")
    if share == 0:
        return 0
    percent = caps.steps_pct if share is None else share
    return _floor(min(caps.steps_abs, max(caps.steps_floor, steps * percent / 100)), numbers.round_to)


def _ceiling(draft: Draft) -> int:
    numbers = draft.numbers.walking
    return numbers.older_ceiling if draft.patient.age >= numbers.older_age else numbers.ceiling


def _raise_minutes(draft: Draft) -> None:
    """W5: a little longer each week in which most sessions were done; silence raises nothing."""
    minutes, target = draft.walking.minutes, draft.numbers.walking.minutes_target
    if minutes is None or minutes >= target:
        return
    if adherence.done_share(draft, 7) < draft.numbers.progress.adherence7_min:
        return
    longer = min(target, minutes + _minutes_step(draft))
    if draft.growth != "on":
        draft.offer(Waiting("walk", draft.day, None, str(longer), "walk", "W5"))
        return
    draft.walking = replace(draft.walking, minutes=longer)
    draft.turned("W5", "walk.raised", minutes, longer)


def _minutes_step(draft: Draft) -> int:
    caps = draft.numbers.caps
    return max(caps.walk_min_floor, (draft.walking.minutes or 0) * caps.walk_min_pct // 100)


def _floor(steps: float, to: int) -> int:
    return int(steps + 1e-6) // to * to
