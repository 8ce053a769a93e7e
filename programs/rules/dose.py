"""G and D: how one exercise's dose goes up and down, and the week's caps on raises (ACSM 2009; Nielsen 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from programs import selection
from programs.course import Hit, Load, Zone
from programs.plan import Dose, Item, Scalar, Waiting, Why
from programs.rules import ladder
from programs.rules.draft import Draft

WEEK = timedelta(days=7)
WORKING_DAYS_TO_APPROVE = timedelta(days=7)  # five working days


def turn_day(draft: Draft) -> None:
    """D1's days out of the plan end; D2 begins and ends; what waits for approval lapses."""
    if any(item.out_until or item.until for item in draft.items):
        _come_back(draft, quiet=draft.quiet and draft.mode != "dormant")
    numbers = draft.numbers.deload
    over = draft.mode == "deload" and draft.mode_day and (draft.day - draft.mode_day).days >= numbers.days
    if over and draft.quiet and not _needs_lighter_week(draft):
        draft.set_mode("normal", None)
    first_day = (draft.day - draft.program_day).days % 7 == 0
    if first_day and draft.week() > 1 and draft.week() % numbers.every_weeks == 0 and draft.mode == "normal":
        draft.set_mode("deload", "D2", week=draft.week())
    if draft.waiting:
        draft.waiting = tuple(w for w in draft.waiting if draft.day - w.day < WORKING_DAYS_TO_APPROVE)


def step_back(draft: Draft, item: Item, *, zone: Zone | None, cause: str) -> None:
    """D1: one step easier; at the lowest dose with nothing easier it leaves for a week and something calm stands in.

    An easier exercise that the plan holds already is nothing easier either.
    """
    names = {other.exercise for other in draft.items}
    new = ladder.back(item, draft.allowed, names)
    if draft.mode == "deload":
        new = back_in_lighter_week(draft, item, new, names)
    _blame(draft, item)
    if new is not None:
        change = "regress" if new.exercise == item.exercise else "level_down"
        draft.set_item(item.exercise, new)
        draft.decide("D1", change, item, new, zone=zone, streak=0, cause=cause)
    else:
        _leave(draft, item)
        draft.decide("D1", "removed", item, zone=zone, streak=0, cause=cause)


def back_in_lighter_week(draft: Draft, item: Item, new: Item | None, names: set[str]) -> Item | None:
    """What an item has become, or further back, until the lighter week's sets load no more than before (I5)."""
    factor = draft.numbers.deload.factor
    shown = ladder.cut(item.dose, factor)
    while new is not None and ladder.heavier(
        replace(new, dose=ladder.cut(new.dose, factor)), item.exercise, shown, draft.catalog
    ):
        new = ladder.back(new, draft.allowed, names)
    return new


def hold(draft: Draft, item: Item, rule: str, *, streak: int, zone: Zone | None) -> None:
    """The dose stays; the streak is what the caller says."""
    if streak != item.streak:
        draft.set_item(item.exercise, replace(item, streak=streak))
    draft.decide(rule, "maintain", item, zone=zone, streak=streak)


def raise_or_hold(draft: Draft, item: Item, *, streak: int, zone: Zone | None, adherence7: float) -> None:
    """G1, G2, G4 for an exercise whose session went well; `streak` counts that session already.

    While a flag waits for its appointment nothing rises (I14: a flag more never yields more).
    """
    numbers = draft.numbers.progress
    hard = draft.locks or draft.sore or _hard_day(draft) or _needs_lighter_week(draft)
    calm = draft.mode == "normal" and not hard
    if streak < numbers.ok_streak or adherence7 < numbers.adherence7_min or not calm:
        hold(draft, item, "P3", streak=streak, zone=zone)
        return
    dose = ladder.up(item.exercise, item.dose, draft.allowed)
    if dose is not None:
        _raise_within_caps(draft, item, replace(item, dose=dose, streak=0), "progress", streak, zone)
        return
    harder = draft.allowed.harder(item.exercise)
    if harder is None or any(other.exercise == harder for other in draft.items):
        new = replace(item, streak=streak, maintained_on=item.maintained_on or draft.day)
        draft.set_item(item.exercise, new)
        draft.decide("G4", "maintained", item, new, zone=zone, streak=streak)
    elif streak < numbers.ok_streak_level or not _rested(draft, item.level_up_day):
        hold(draft, item, "P3", streak=streak, zone=zone)
    elif len(_recent_level_ups(draft)) >= draft.numbers.caps.level_ups_per_week_plan:
        hold(draft, item, "G3", streak=streak, zone=zone)
    else:
        start = draft.allowed.start(harder)
        new = replace(item, exercise=harder, dose=start, streak=0, level_up_day=draft.day, maintained_on=None)
        _raise_within_caps(draft, item, new, "level_up", streak, zone)


def halve(draft: Draft, item: Item, *, zone: Zone | None, back: bool) -> None:
    """C3: half the repetitions of a slider, never under its lowest amount; the sets stay.

    `back`: pain alone would take it one step back; then it goes so far at least.
    """
    low, _, _ = draft.allowed.range(item.exercise)
    amount = max(low, int(item.dose.amount * draft.numbers.leg.slider_factor))
    if back and amount >= item.dose.amount:
        step_back(draft, item, zone=zone, cause="C3")
        return
    if amount >= item.dose.amount:
        hold(draft, item, "C3", streak=0, zone=zone)
        return
    new = replace(item, dose=Dose(item.dose.sets, amount), streak=0)
    draft.set_item(item.exercise, new)
    _blame(draft, item)
    draft.decide("D1", "regress", item, new, zone=zone, streak=0, cause="C3")


def after_judging(draft: Draft, zone: Zone) -> None:
    """D2 by how sessions go: three running amber or worse, or half of the exercises stepped back within a week."""
    draft.change(amber_run=draft.training.amber_run + 1 if zone != "green" else 0)
    reason = _needs_lighter_week(draft)
    if reason and draft.mode in ("normal", "after_flare"):
        draft.set_mode("deload", "D2", reason=reason)
        draft.change(amber_run=0, regressed=())


def _needs_lighter_week(draft: Draft) -> str:
    """Why the last sessions ask for a lighter week; empty if they do not."""
    numbers = draft.numbers.deload
    if draft.training.amber_run >= numbers.amber_run:
        return "ambers"
    first = draft.day - timedelta(days=numbers.regressed_days - 1)
    names = {hit.exercise for hit in draft.training.regressed if hit.day >= first}
    enough = len(draft.items) >= numbers.min_exercises
    return "regressed" if enough and len(names) >= numbers.regressed_share * len(draft.items) else ""


def note_load(draft: Draft) -> None:
    """Keeps what a usual week asks for, as the measure of next week's raises (G3)."""
    new = draft.new_until is not None and draft.day < draft.new_until
    items = [(item.exercise, item.dose, item.source, item.out_until is None) for item in draft.shown]
    seen = (items, draft.allowed, draft.overrides, draft.patient, draft.shrink, draft.program, new)
    if draft.load_seen == seen:
        return
    draft.load_seen = seen
    now, loads = _usual_load(draft), draft.training.loads
    if loads and (loads[-1].sets, loads[-1].seconds) == (now.sets, now.seconds):
        return
    kept = [load for load in loads if load.day < draft.day]
    old = [load for load in kept if load.day <= draft.day - WEEK][:-1]
    draft.change(loads=(*(load for load in kept if load not in old), now))


def note_lighter(draft: Draft, before: Sequence[Item], after: Sequence[Item], cause: str) -> None:
    """One decision for each exercise that a gap, a flare's end or a restart has made easier."""
    now = {item.key: item for item in after}
    trained = draft.training.last_session
    told: dict[str, Scalar] = {"last_session": trained.isoformat() if trained else None}
    for item in before:
        new = now.get(item.key)
        if new is None:
            draft.decide("D1", "removed", item, streak=0, cause=cause, inputs=told)
        elif new.exercise != item.exercise:
            draft.decide("D1", "level_down", item, new, streak=0, cause=cause, inputs=told)
        elif new.dose != item.dose:
            draft.decide("D1", "regress", item, new, streak=0, cause=cause, inputs=told)


def approve(draft: Draft, waiting: Waiting, dose: Dose | None) -> bool:
    """A clinician's yes to a waiting raise, or to a smaller `dose` than it asks for; False where it cannot be now."""
    item = next((i for i in draft.items if i.exercise == waiting.exercise), None)
    raised = dose or waiting.dose
    if item is None or raised is None or not draft.allowed.fits(waiting.becomes):
        return False
    change = "progress" if waiting.becomes == waiting.exercise else "level_up"
    day = draft.day if change == "level_up" else item.level_up_day
    new = replace(item, exercise=waiting.becomes, dose=raised, streak=0, level_up_day=day)
    if _breaks_caps(draft, item, new):  # beside others approved since it was asked
        hold(draft, item, "G3", streak=item.streak, zone=None)
        return False
    _apply_raise(draft, item, new, change, None)
    return True


def put(draft: Draft, item: Item, dose: Dose) -> bool:
    """A clinician's own dose for an exercise; False where it would be more than the week's caps allow (I4)."""
    new = replace(item, dose=dose, streak=0, maintained_on=None)
    more = ladder.heavier(new, item.exercise, item.dose, draft.catalog) or dose.sets > item.dose.sets
    if more and (_breaks_caps(draft, item, new) or (dose.sets > item.dose.sets and dose.amount > item.dose.amount)):
        return False
    draft.set_item(item.exercise, new)
    draft.decide("O", "progress" if more else "regress", item, new, streak=0)
    return True


def _raise_within_caps(draft: Draft, item: Item, new: Item, change: str, streak: int, zone: Zone | None) -> None:
    if _breaks_caps(draft, item, new):
        hold(draft, item, "G3", streak=streak, zone=zone)
        return
    if draft.growth == "on":
        _apply_raise(draft, item, new, change, zone)
        return
    hold(draft, item, "O", streak=item.streak, zone=zone)
    if draft.growth == "approve":
        kind: Literal["raise", "level_up"] = "level_up" if change == "level_up" else "raise"
        draft.waiting = (*draft.waiting, Waiting(item.exercise, draft.day, new.dose, new.exercise, kind))


def _apply_raise(draft: Draft, item: Item, new: Item, change: str, zone: Zone | None) -> None:
    draft.set_item(item.exercise, new)
    draft.decide("G2", change, item, new, zone=zone, streak=0)
    draft.change(last_progress=draft.day)
    if change == "level_up":
        draft.change(level_ups=(*_recent_level_ups(draft), draft.day))


def _recent_level_ups(draft: Draft) -> tuple[date, ...]:
    return tuple(day for day in draft.training.level_ups if draft.day - day < WEEK)


def _rested(draft: Draft, level_up_day: date | None) -> bool:
    days = draft.numbers.progress.level_up_min_days
    return level_up_day is None or (draft.day - level_up_day).days >= days


def _hard_day(draft: Draft) -> bool:
    """Whether any session that awaits its judgement began in severe pain or left the leg worse (I6)."""
    severe = draft.numbers.progress.pre_pain_max
    return any(pending.pre > severe or pending.leg_worse for pending in draft.pending)


def _breaks_caps(draft: Draft, item: Item, new: Item) -> bool:
    """Whether a raise puts weekly sets or the session's minutes over what seven days before allows.

    Both are measured on the routine as it would be: a longer exercise may leave others no room, or make some.
    """
    caps, loads = draft.numbers.caps, draft.training.loads
    base = next((load for load in reversed(loads) if load.day <= draft.day - WEEK), loads[0] if loads else None)
    if base is None:
        return False
    now, standing = _usual_load(draft), draft.items
    draft.set_item(item.exercise, new)
    raised = _usual_load(draft)
    draft.items = standing
    share = raised.sets * 100 > base.sets * (100 + caps.sets_week_pct)
    too_many = share or raised.sets - base.sets > caps.sets_week_abs
    too_long = raised.seconds - base.seconds > caps.session_min_week * 60
    more = new.dose.sets > item.dose.sets or raised.sets > now.sets
    return (more and too_many) or (raised.seconds > now.seconds and too_long)


def _usual_load(draft: Draft) -> Load:
    """What a usual week asks for, as the plan stands."""
    items, library = selection.served(draft, draft.allowed, draft.day, usual=True), draft.catalog.exercises
    seconds = sum(selection.seconds(library[item.exercise], item.dose, draft.catalog) for item in items)
    return Load(draft.day, draft.sessions_week() * sum(item.dose.sets for item in items), seconds)


def _blame(draft: Draft, item: Item) -> None:
    first = draft.day - timedelta(days=draft.numbers.deload.regressed_days - 1)
    recent = tuple(hit for hit in draft.training.regressed if hit.day >= first)
    draft.change(regressed=(*recent, Hit(draft.day, item.slot or item.exercise)))


def _leave(draft: Draft, item: Item) -> None:
    until, why = draft.day + WEEK, Why("replaced", "D1", item.exercise)
    draft.set_item(item.exercise, replace(item, out_until=until, streak=0))
    held = {other.exercise for other in draft.items}
    calm = [
        Item(exercise.id, draft.allowed.start(exercise.id), why, item.exercise, "substitute", until=until)
        for exercise in draft.catalog.exercises.values()
        if exercise.category in selection.CALM
        and exercise.level == 1
        and exercise.id not in held
        and draft.allowed.fits(exercise.id)
    ]
    lighter = [other for other in calm if not ladder.heavier(other, item.exercise, item.dose, draft.catalog)]
    draft.items = (*draft.items, *lighter[:1])  # nothing that would load more (I5)


def _come_back(draft: Draft, *, quiet: bool) -> None:
    """Ends the days out of the plan that are over; on a day that is not quiet only what stood in leaves."""
    today, until = draft.day, None if quiet else draft.day + timedelta(days=1)
    staying = [item for item in draft.items if item.until is None or today < item.until]
    draft.items = tuple(
        replace(item, out_until=until) if item.out_until and today >= item.out_until else item for item in staying
    )
