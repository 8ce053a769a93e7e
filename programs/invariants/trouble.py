"""What must not weigh more: I5 after trouble, I14 for a worse report, and a late report. Each says what must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from statistics import median

from programs.catalog import Catalog
from programs.events import Session
from programs.invariants.comparing import changes, easier, index, lower, more_by_less, standing, text
from programs.invariants.look import SHUT, Look, Served, earned, held, plan_load, served_load
from programs.invariants.moment import Moment
from programs.plan import Plan

MORNINGS = 7  # that make the usual pain


def lighter_after_trouble(moment: Moment) -> Iterator[str]:
    """I5: after a red session, a bad morning, a flare's start or eight days without a session nothing grows.

    A single exercise beside a walk that keeps a flare's routine from being empty (I11) does not count.
    """
    if moment.before is None or moment.set_by_hand or moment.look.plan.mode == moment.before.plan.mode == "flare":
        return
    before, now = standing(moment.before, moment.catalog), standing(moment.look, moment.catalog)
    before = max(before, plan_load(moment.before.plan, moment.catalog))
    before += more_by_less(moment.before.plan, moment.look.plan, easier, moment.catalog)
    if moment.look.plan.mode == "flare":
        library = moment.catalog.exercises
        if sum(library[step.exercise].category != "AER" for step in moment.look.full) == 1:
            return
        before = max(before, served_load(moment.before.variants.get("calm", ()), moment.catalog))
    if now > before:
        for trouble in _troubles(moment):
            yield f"the load of {before} became {now} after {trouble}: {changes(moment.before.plan, moment.look.plan)}"


def never_heavier(worse: Look, as_told: Look, before: Plan, catalog: Catalog) -> Iterator[str]:
    """I14: a worse report (a flag more, more pain in session, morning or leg) never yields a higher load.

    In a flare and behind a lock the plan rests, and what is served is the load. Where worse keeps a plan from turning
    to its next block, it may weigh what it weighed `before`; two programmes cannot be compared. Nor does the single
    exercise count that stands in where nothing of the plan is left (I11).
    """
    if worse.plan.program_day != as_told.plan.program_day:
        return
    if not held(worse.plan) and _is_single(worse.full, catalog):
        return
    heavier, lighter = standing(worse, catalog), max(standing(as_told, catalog), plan_load(as_told.plan, catalog))
    lighter = max(lighter, served_load(as_told.full, catalog))  # what stands in where all of a plan rests
    if worse.plan.block_week < as_told.plan.block_week:
        lighter = max(lighter, sum(index(item, catalog) for item in earned(before)))
    if heavier > lighter + more_by_less(as_told.plan, worse.plan, lower, catalog):
        yield f"a load of {heavier} instead of {lighter}: {changes(as_told.plan, worse.plan)}"


def late_reports_take_nothing_back(moment: Moment) -> Iterator[str]:
    """Late: what comes late changes today downwards only; locks, referrals and closed directions stay.

    Something easy in place of what has gone does not count: an exercise the routine may fall back on, or a single one
    of level 1, alone or beside a walk, without which it would be empty (I11). Nor does what opens because the questions
    after a long gap are answered or void: nothing had been served.
    """
    before, look = moment.before, moment.look
    if not look.late or before is None or before.day != look.day:
        return
    then = {item.exercise: item for item in before.plan.items}
    for item in look.plan.items:
        old = then.get(item.exercise)
        if old is not None and index(item, moment.catalog) > index(old, moment.catalog):
            yield f"{text(old)} became {text(item)}"
    gate = before.status in SHUT and {lock.flag for lock in before.plan.locks} == {"RETURN"}
    for variant, steps in look.variants.items() if not gate else ():
        served = before.variants.get(variant, ())
        known = {step.exercise for step in served}
        new = [s for s in steps if s.exercise in known or s.exercise not in moment.catalog.fallback]
        if _is_single(steps, moment.catalog):
            continue
        was, now = served_load(served, moment.catalog), served_load(new, moment.catalog)
        if variant in before.variants and now > was:
            yield f"the load served as {variant} was {was} and became {now}"
    standing_now = {(referral.kind, referral.rule) for referral in look.plan.referrals}
    for referral in before.plan.referrals:
        if (referral.kind, referral.rule) not in standing_now:
            yield f"the referral {referral.kind} of {referral.rule} was taken back"
    for direction, free in before.plan.direction.locks.items():
        if look.plan.direction.locks.get(direction, date.min) < free:
            yield f"{direction} was closed until {free} and no longer is"


def _is_single(steps: Iterable[Served], catalog: Catalog) -> bool:
    """Whether a routine is one exercise of level 1, alone or beside a walk: the least there can be (I11)."""
    found = [catalog.exercises[step.exercise] for step in steps]
    single = [exercise for exercise in found if exercise.category != "AER"]
    return len(single) == 1 and single[0].level == 1


def _troubles(moment: Moment) -> Iterator[str]:
    yesterday, two_ago = moment.days_back(1), moment.days_back(2)
    judged = [yesterday] if yesterday in moment.story.mornings else [yesterday, two_ago]  # it waits for its morning
    for day in judged if moment.new_day else []:
        if any(_red(session, moment) for session in moment.known.counted(day)):
            yield f"a red session on {day}"
    morning, bad = moment.story.mornings.get(moment.day), moment.catalog.constants.morning.bad_min
    if morning is not None and moment.opened and morning.pain - _usual(moment) >= bad:
        yield f"a bad morning of {morning.pain}"
    if moment.look.plan.mode == "flare" and moment.before is not None and moment.before.plan.mode != "flare":
        yield "a flare began"
    gap = moment.free_days(moment.day)
    if gap > moment.catalog.constants.gap.repeat_max:
        yield f"{gap} days without a session"


def _red(session: Session, moment: Moment) -> bool:
    """P1, as far as no clinician's exception moves the table."""
    numbers = moment.catalog.constants.zone
    rise = session.peak - session.pre
    if session.peak >= numbers.abs_red_peak:
        return True
    if session.pre > numbers.low_base_max:
        return rise >= numbers.red_delta_high
    moved = moment.known.live("peak_accepted", moment.days_back(1))
    return rise >= numbers.red_delta_low or (session.peak >= numbers.red_peak and not moved)


def _usual(moment: Moment) -> float:
    """The onboarding average, or the median of the last mornings outside flares, whichever is higher."""
    assert moment.story.person is not None
    calm = [day for day in moment.story.mornings if day < moment.day and moment.known.modes.get(day) != "flare"]
    last = [moment.story.mornings[day].pain for day in sorted(calm)[-MORNINGS:]]
    return max([moment.story.person.back_average, *([median(last)] if last else [])])
