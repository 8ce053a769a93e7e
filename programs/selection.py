"""Which exercises of a plan are served on a day: one answer for the fold, which judges them, and for the routine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from programs.allowed import Allowed
from programs.catalog import Catalog, Exercise
from programs.course import Pause
from programs.plan import Dose, Item, Plan, Why, is_out
from programs.triage import OPEN

if TYPE_CHECKING:
    from programs.rules.draft import Draft

Variant = Literal["full", "short", "calm", "neutral"]
CALM = ("RLX", "MOB")
UNCOUNTED = ("AER", "POS")  # beside the exercises of a session
WALK = "walk_easy"
DIRECTIONS = {"extension": "ext", "flexion": "flex"}


def seconds(exercise: Exercise, dose: Dose, catalog: Catalog) -> int:
    """How long a dose takes: the work on each side, a rest after each set, and getting ready."""
    if exercise.dose.unit == "reps":
        work = dose.amount * max(exercise.tempo_s, exercise.dose.hold_s, 1)
    else:
        work = dose.amount * (60 if exercise.dose.unit == "minutes" else 1)
    sides = 2 if exercise.per_side else 1
    return dose.sets * (work * sides + exercise.dose.rest_s) + catalog.constants.session.transition_s


def served(
    plan: Plan | Draft, allowed: Allowed, day: date, variant: Variant = "full", *, usual: bool = False
) -> tuple[Item, ...]:
    """The items of a variant on a day, in the plan's order; none when the day is closed.

    `usual`: of a usual day, whatever today's answers, rests and flares are (the measure of weekly sets).
    """
    pause = None if usual else plan.pause(day)
    if not usual and (plan.level not in OPEN or (pause is not None and pause.wanted == "off")):
        return ()
    calm = not usual and (variant == "calm" or plan.calm_day == day or plan.mode == "flare")
    items = _calm(plan, allowed, day) if calm else _usual(plan, allowed, day, usual)
    if not usual:
        items = _narrowed(plan, allowed, day, variant, items)
        items = _as_served(plan, day, variant, items)
    wanted, limit_s = _counted(plan, allowed, day, items), _limit_s(plan, allowed, variant, pause)
    chosen = _fitting(wanted, limit_s, allowed)
    if _is_walk(pause):
        chosen = chosen or _short_walk(plan, allowed, wanted, limit_s)
    if not chosen or not (_is_walk(pause) or any(_counts(item, allowed) for item in chosen)):
        open_ = list(allowed.catalog.exercises) if usual else _open_today(plan, allowed, day, variant)
        chosen = _never_empty(plan, allowed, wanted, limit_s, open_)
    return tuple(chosen)


def _usual(plan: Plan | Draft, allowed: Allowed, day: date, usual: bool) -> list[Item]:
    known = (item for item in plan.shown if item.exercise in allowed.catalog.exercises)
    open_items = [item for item in known if not is_out(item, day) and allowed.fits(item.exercise)]
    if usual:
        return open_items
    return [item for item in open_items if not _rests(item, day)]


def _calm(plan: Plan | Draft, allowed: Allowed, day: date) -> list[Item]:
    """Relaxation and mobility of level 1 and an easy walk (P4, F1); in a flare the direction that centralises."""
    library = allowed.catalog.exercises
    own = {item.exercise: item for item in _usual(plan, allowed, day, usual=False)}
    level_max = allowed.catalog.constants.pain.calm_level_max
    calm = [e.id for e in library.values() if e.category in CALM and e.level <= level_max]
    names = [key for key in own if key in calm]
    if plan.mode == "flare" and plan.leg.centralising:
        towards = DIRECTIONS.get(plan.direction.value)
        names += [key for key in own if library[key].category == "DPX" and library[key].direction == towards]
    open_ = own.keys() | {key for key in (*calm, WALK) if key not in _held(plan) and allowed.fits(key)}
    names += [key for key in (*calm[:1], WALK, *calm[1:]) if key in open_ and key not in names]
    calm_items = [own.get(key) or _extra(key, allowed, "P4" if plan.mode != "flare" else "F1") for key in names]
    return _no_heavier(plan, allowed, calm_items, own) if plan.mode == "flare" else calm_items


def _no_heavier(plan: Plan | Draft, allowed: Allowed, items: Iterable[Item], own: Collection[str]) -> list[Item]:
    """A flare adds to what the plan has of its own no more than the plan would load (I5), but one exercise at least."""
    most = sum(_load(item, allowed) for item in plan.shown if not is_out(item, plan.day))
    kept: list[Item] = []
    for item in sorted(items, key=lambda item: 0 if item.exercise in own else _load(item, allowed)):
        if item.exercise in own or not kept or sum(_load(i, allowed) for i in (*kept, item)) <= most:
            kept.append(item)
    return kept


def _load(item: Item, allowed: Allowed) -> int:
    return item.dose.sets * item.dose.amount * allowed.catalog.exercises[item.exercise].level


def _narrowed(plan: Plan | Draft, allowed: Allowed, day: date, variant: Variant, items: Iterable[Item]) -> list[Item]:
    library, walk_only = allowed.catalog.exercises, _is_walk(plan.pause(day))
    is_open = _opening(plan, day, variant)
    kept = [
        _eased(plan, allowed, item)
        for item in items
        if is_open(library[item.exercise]) and (not walk_only or library[item.exercise].category == "AER")
    ]
    return kept or (_easy_walk(plan, allowed, "I11") if walk_only else [])


def _opening(plan: Plan | Draft, day: date, variant: Variant) -> Callable[[Exercise], bool]:
    """Whether no closed direction (C2), SOON flag or risen leg (C3) takes an exercise out of the day."""
    neutral = variant == "neutral" or any(day < free for free in plan.direction.locks.values())
    easy, rise = plan.level == "SOON", plan.leg.rise

    def is_open(exercise: Exercise) -> bool:
        if (neutral and exercise.direction != "neutral") or (easy and exercise.level > 1):
            return False
        return not (rise and exercise.exercise_class == "NRV_TENSIONER")

    return is_open


def _open_today(plan: Plan | Draft, allowed: Allowed, day: date, variant: Variant) -> Sequence[str]:
    """All that is open on a day; after a late report, what its routine held comes first and the lightest next."""
    is_open = _opening(plan, day, variant)
    names = [exercise.id for exercise in allowed.catalog.exercises.values() if is_open(exercise)]
    first = plan.only_today.get(variant, frozenset()) if day == plan.day else frozenset()
    if first:
        names.sort(key=lambda name: (name not in first, _load(_extra(name, allowed, "I11"), allowed)))
    return names


def _as_served(plan: Plan | Draft, day: date, variant: Variant, items: list[Item]) -> list[Item]:
    """After a late report: nothing for the rest of today that its routine did not hold already."""
    only = plan.only_today.get(variant) if day == plan.day else None
    return items if only is None else [item for item in items if item.exercise in only]


def _eased(plan: Plan | Draft, allowed: Allowed, item: Item) -> Item:
    """Half of a slider as soon as leg pain has risen; the dose itself is judged with the morning (C3)."""
    slider = allowed.catalog.exercises[item.exercise].exercise_class == "NRV_SLIDER"
    if not slider or not any(pending.leg_rise for pending in plan.pending):
        return item
    low, _, _ = allowed.range(item.exercise)
    half = int(item.dose.amount * allowed.catalog.constants.leg.slider_factor)
    return replace(item, dose=Dose(item.dose.sets, max(low, half)))


def _counted(plan: Plan | Draft, allowed: Allowed, day: date, items: Sequence[Item]) -> list[Item]:
    """At most so many exercises beside walking and posture drills: new people, A2, A3. One of a chain goes first."""
    numbers = allowed.catalog.constants
    most = len(items)
    if plan.new_until is not None and day < plan.new_until:
        most = numbers.session.new_person_exercises
    if plan.shrink:
        shrunk = numbers.adherence.short_exercises if plan.shrink == "A2" else numbers.adherence.micro_exercises
        most = min(most, shrunk)
    counted = sorted((item for item in items if _counts(item, allowed)), key=_not_by_clinician)
    if len(counted) > most:
        counted = _spread(counted, allowed)[:most]
    rest = [item for item in items if not _counts(item, allowed)]
    if plan.shrink == "A3":
        walks = [i for i in rest if allowed.catalog.exercises[i.exercise].category == "AER"][:1]
        rest = walks or _easy_walk(plan, allowed, "A3")
    keep = {item.exercise for item in (*counted, *rest)}
    return [item for item in items if item.exercise in keep] + [i for i in rest if i not in items]


def _not_by_clinician(item: Item) -> bool:
    return item.source not in ("assigned", "included")


def _spread(items: Sequence[Item], allowed: Allowed) -> list[Item]:
    chains: set[tuple[str, ...]] = set()
    first: list[Item] = []
    second: list[Item] = []
    for item in items:
        chain = allowed.catalog.exercises[item.exercise].chain
        (second if chain in chains else first).append(item)
        chains.add(chain)
    return first + second


def _limit_s(plan: Plan | Draft, allowed: Allowed, variant: Variant, pause: Pause | None) -> int:
    """The longest routine in seconds: the person's minutes, the programme's or a clinician's, plus a tenth (I11)."""
    numbers = allowed.catalog.constants
    program = allowed.catalog.programs.get(plan.program or "")
    minutes = [plan.patient.minutes, *([program.minutes] if program else [])]
    minutes += [int(row.value) for row in plan.overrides if row.field == "minutes"]
    most = min(minutes) * (100 + numbers.session.over_pct) // 100
    if plan.shrink == "A2":
        most = min(most, numbers.adherence.short_minutes)
    if variant == "short" or (pause is not None and pause.wanted == "short"):
        most = min(most, numbers.session.short_minutes)
    return most * 60


def _fitting(wanted: Sequence[Item], limit_s: int, allowed: Allowed, *, counted_first: bool = False) -> list[Item]:
    """As many as fit, what a clinician chose first, then in the plan's order; `counted_first`: walks after those."""
    left, keep = limit_s, set()
    for item in sorted(wanted, key=lambda i: (counted_first and not _counts(i, allowed), _not_by_clinician(i))):
        takes = seconds(allowed.catalog.exercises[item.exercise], item.dose, allowed.catalog)
        if takes <= left:
            left -= takes
            keep.add(item.exercise)
    return [item for item in wanted if item.exercise in keep]


def _short_walk(plan: Plan | Draft, allowed: Allowed, wanted: Sequence[Item], limit_s: int) -> list[Item]:
    """Where no walk fits: as many minutes of one as do, else the easy walk."""
    shorter = []
    for item in wanted:
        exercise, (low, _, _) = allowed.catalog.exercises[item.exercise], allowed.range(item.exercise)
        minutes = (limit_s - seconds(exercise, Dose(1, 0), allowed.catalog)) // 60
        if exercise.category == "AER" and low <= minutes:
            shorter.append(replace(item, dose=Dose(1, min(minutes, item.dose.amount))))
    return shorter[:1] or _fitting(_easy_walk(plan, allowed, "I11"), limit_s, allowed)


def _never_empty(
    plan: Plan | Draft, allowed: Allowed, wanted: Sequence[Item], limit_s: int, open_: Sequence[str]
) -> list[Item]:
    """What fits of the exercises before the walks, else something easy (I11), as far as conditions allow."""
    chosen = _fitting(wanted, limit_s, allowed, counted_first=True)
    if any(_counts(item, allowed) for item in chosen):
        return chosen
    for more in _easy(plan, allowed, wanted, open_):
        if _fitting([item for item in more if _counts(item, allowed)], limit_s, allowed):
            names = {item.exercise for item in more}
            items = [*(item for item in wanted if item.exercise not in names), *more]
            items.sort(key=lambda item: not _counts(item, allowed))
            return _fitting(items, limit_s, allowed, counted_first=True)
    resting = [i for i in _held(plan).values() if i.exercise in allowed.catalog.fallback and allowed.fits(i.exercise)]
    return chosen or _short_walk(plan, allowed, wanted, limit_s) or _fitting(resting, limit_s, allowed)


def _easy(plan: Plan | Draft, allowed: Allowed, wanted: Sequence[Item], open_: Sequence[str]) -> Iterator[list[Item]]:
    """What may be added to a routine that would be empty, one try after the other.

    First what the plan does not hold; then what it holds but does not serve today, at the plan's dose, what rests
    after all else; at the very last the start dose of what was too long.
    """
    library, held, known = allowed.catalog.exercises, _held(plan), {item.exercise for item in wanted}
    fallback = [key for key in allowed.catalog.fallback if key in open_ and allowed.fits(key)]
    free = [key for key in fallback if key not in held and key not in known]
    yield [_extra(key, allowed, "I11") for key in free]
    easy = [k for k in open_ if library[k].level == 1 and library[k].category not in UNCOUNTED and allowed.fits(k)]
    for key in easy:
        if key not in held and key not in known:
            yield [_extra(name, allowed, "I11") for name in (*free, key)]
    own = [held[key] for key in easy if key in held and key not in known]
    for item in sorted(own, key=lambda item: _rests(item, plan.day)):
        yield [item]
    for key in easy:
        if key in known:
            yield [_extra(key, allowed, "I11")]


def _rests(item: Item, day: date) -> bool:
    return item.skipped or (item.free_on is not None and day < item.free_on) or is_out(item, day)


def _held(plan: Plan | Draft) -> dict[str, Item]:
    """What the plan holds: it is served at the plan's dose or, while it rests, not at all."""
    return {item.exercise: item for item in plan.shown}


def _easy_walk(plan: Plan | Draft, allowed: Allowed, rule: str) -> list[Item]:
    """An easy walk beside the plan, unless the plan has one of its own that rests."""
    return [_extra(WALK, allowed, rule)] if WALK not in _held(plan) and allowed.fits(WALK) else []


def _is_walk(pause: Pause | None) -> bool:
    return pause is not None and pause.wanted == "walk"


def _extra(exercise: str, allowed: Allowed, rule: str) -> Item:
    return Item(exercise, allowed.start(exercise), Why("fallback", rule))


def _counts(item: Item, allowed: Allowed) -> bool:
    return allowed.catalog.exercises[item.exercise].category not in UNCOUNTED
