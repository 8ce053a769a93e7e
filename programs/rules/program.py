"""The programme a person is on: its weeks and blocks, and the exercises in its slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from programs import prescribe, selection, weight
from programs.allowed import Allowed, Person
from programs.catalog import OwnProgram
from programs.patient import Changes
from programs.plan import Item, Waiting, is_out
from programs.rules import ladder, safety
from programs.rules.draft import Draft
from programs.triage import Lock

WEIGHT, MAINTENANCE = "T09", "T10"


def choose(draft: Draft) -> None:
    """Chooses by the entries, in order; a programme the content does not hold is never replaced by another."""
    draft.reasons = prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog)
    chosen = prescribe.choose(draft.reasons)
    draft.assigned = False
    if chosen in draft.catalog.programs:
        enter(draft, chosen, chosen)
    else:
        draft.program, draft.slots, draft.items, draft.missing = None, (), (), ()
        safety.no_plan(draft)


def assign(draft: Draft, program: str, own: OwnProgram | None = None) -> None:
    """A physiotherapist's choice; it starts its first week. Raises ValueError for an unknown programme."""
    if own is not None:
        draft.take_own(own)
    if program not in draft.catalog.programs:
        raise ValueError(f"program: {program!r} is not in the content")
    draft.assigned = True
    enter(draft, program, "O")
    safety.no_plan(draft)


def enter(draft: Draft, program: str, rule: str, week: int = 1) -> bool:
    """Begins a programme at a week, from the levels the person has; False if the content does not hold it."""
    if program not in draft.catalog.programs:
        return False
    if draft.program is not None:
        draft.turned(rule, f"program.{program}", draft.program, program)
        draft.previous_program = draft.program if draft.program != program else draft.previous_program
    draft.program = program
    _start(draft, program, week)
    trained = draft.training.last_session is not None
    held = draft.items if trained else tuple(item for item in draft.items if item.source != "program")
    draft.refresh_allowed()
    draft.slots = _slots(draft)
    _fill(draft, held)
    return True


def move(draft: Draft, program: str, rule: str, week: int = 1) -> bool:
    """A change of programme that the course asks for; False where it has to wait (`Draft.growth`)."""
    if program not in draft.catalog.programs:
        return False
    if draft.growth == "on":
        return enter(draft, program, rule, week)
    draft.offer(Waiting(program, draft.day, None, program, "program", rule, week))
    return False


def begin_again(draft: Draft, level_most: Mapping[tuple[str, ...], int]) -> None:
    """M5: the first week again, under the levels given for chains."""
    if draft.program is None:
        return
    _start(draft, draft.program)
    draft.slots = _slots(draft)
    draft.refresh_allowed()
    _fill(draft, (), level_most=level_most)


def _start(draft: Draft, program: str, week: int = 1) -> None:
    """Sets the calendar to a week of a programme; after an operation it counts from the operation."""
    draft.own_items = False
    draft.program_day = prescribe.program_day(program, draft.patient, draft.day) - timedelta(days=7 * (week - 1))
    draft.block_week = max(week, draft.week())


def refresh(draft: Draft) -> None:
    """Takes in what has changed about the person: conditions, caps, direction, equipment. The plan follows at once."""
    if not draft.person_changed():
        return
    facts = draft.patient.conditions(draft.day, draft.catalog) - {"IRR"}
    draft.conditions = facts | {"IRR"} if draft.irritable else facts
    if draft.program not in draft.catalog.programs:
        choose(draft)  # the content has changed
    safety.no_plan(draft)
    if draft.program is None:
        return
    before = draft.allowed
    changed = draft.refresh_allowed()
    if draft.own_items:
        wanted, changed = draft.slots, changed and not _same_but_direction(before.person, draft.allowed.person)
    else:
        wanted = _slots(draft)
    if changed or wanted != draft.slots:
        another = changed and wanted != draft.slots  # by a new fact or direction; else content or a wait has changed it
        draft.slots = wanted
        calm = draft.mode == "normal" and draft.quiet
        most = None if another else draft.numbers.caps.new_ex_per_replan  # the rest comes in by and by
        new_most = most if calm else 0  # what is barred leaves at once; what is new waits for quiet days
        _fill(draft, draft.items, new_most=new_most, careful=_newly_careful(draft, before))
    draft.person_changed()


def _same_but_direction(before: Person, now: Person) -> bool:
    """An explicit list keeps an exercise that a direction closes: it is not served, and comes back as it was."""
    return now == replace(before, direction=now.direction, opposite_closed=now.opposite_closed, included=now.included)


def new_facts(draft: Draft, changes: Changes) -> None:
    """A condition told: if another programme's entry fits because of it, an engine's choice follows."""
    before = prescribe.choose(prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog))
    was_irritable, had = draft.patient.irritable(draft.catalog), draft.conditions
    try:
        draft.patient = changes.on(draft.patient)
    except ValueError:
        return  # facts that contradict what is known change nothing
    if draft.patient.irritable(draft.catalog) != was_irritable:
        draft.irritable = not was_irritable
    refresh(draft)
    reasons = prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog)
    now = prescribe.choose(reasons)
    if not draft.assigned and not draft.own_items and now not in (before, draft.program):
        if draft.growth == "on" or draft.conditions - had:
            choose(draft)  # what a new condition asks for is never held back
        else:
            move(draft, now, now)
    if draft.belt.status == "worn" and draft.patient.pregnant:
        draft.belt = replace(draft.belt, status="stopped")


def turn_day(draft: Draft) -> None:
    """Moves to the week's block on a quiet day; never in a lighter week, a gap or behind a lock."""
    if draft.program is None or draft.own_items or draft.closed or draft.mode != "normal" or draft.training.gap:
        return
    if draft.quiet and draft.week() != draft.block_week:
        next_block = prescribe.block(draft.catalog.programs[draft.program], draft.week(), draft.patient)
        this_block = prescribe.block(draft.catalog.programs[draft.program], draft.block_week, draft.patient)
        if draft.growth != "on" and next_block != this_block:
            name = f"{draft.program} {next_block.first_week}"
            draft.offer(Waiting(draft.program, draft.day, None, name, "block", "G3", draft.week()))
            return
        turn_block(draft, draft.week())


def turn_block(draft: Draft, week: int, new: frozenset[str] = frozenset()) -> None:
    """Takes up the exercises of a week's block, some at a time; `new`: only those, beside the ones held."""
    draft.block_week = week
    wanted = _slots(draft)
    waits = any(gap.why.because == "new_exercises" for gap in draft.missing)
    if wanted != draft.slots or waits:
        draft.slots = wanted
        _fill(draft, draft.items, new_most=draft.numbers.caps.new_ex_per_replan, granted=new or frozenset(wanted))


def close(draft: Draft, care: Literal["self_care", "closed"]) -> None:
    """The end of a care episode: on one's own with the maintenance programme, or with nothing but the safety card."""
    draft.care = care
    draft.waiting = ()
    if care == "closed":
        draft.lock(Lock(safety.CLOSED, "NO_PLAN", draft.day, None))
    elif draft.program != MAINTENANCE:
        most = ladder.index((item for item in draft.shown if not is_out(item, draft.day)), draft.allowed)
        if enter(draft, MAINTENANCE, "O"):
            draft.hold_to(most)  # an end is no reason to do more (I5)


def leave_maintenance(draft: Draft) -> None:
    """T10's exit: a flare leads back to the first phase of the programme before."""
    if draft.program == MAINTENANCE and draft.previous_program in draft.catalog.programs:
        enter(draft, str(draft.previous_program), "F1")


def _slots(draft: Draft) -> tuple[str, ...]:
    """What the block asks for, and T09's exercises of other chains on top where weight is a topic."""
    catalog = draft.catalog
    program = catalog.programs[str(draft.program)]
    wanted = prescribe.slots(program, draft.block_week, draft.patient, draft.direction.value, catalog)
    offered = draft.patient.weight_consent and WEIGHT in catalog.programs and weight.view(draft, catalog).offered
    draft.adds = WEIGHT if offered and draft.program != WEIGHT else None
    if draft.adds is None:
        return wanted
    chains = {catalog.exercises[name].chain for name in wanted}
    extra = prescribe.slots(catalog.programs[WEIGHT], draft.block_week, draft.patient, "", catalog)
    first = {catalog.exercises[name].chain: name for name in reversed(extra)}  # one of a chain, the easiest
    return (*wanted, *(name for chain, name in reversed(first.items()) if chain not in chains))


def _newly_careful(draft: Draft, before: Allowed) -> frozenset[str]:
    names = [item.exercise for item in draft.items]
    return frozenset(n for n in names if draft.allowed.grade(n) == "C" and before.grade(n) != "C")


def _sets_most(draft: Draft, held: Sequence[Item]) -> int:
    """How many sets the plan may hold after new exercises, so that the weekly sets served stay within the caps (I4)."""
    caps, week = draft.numbers.caps, draft.sessions_week()
    usual = selection.served(draft, draft.allowed, draft.day, usual=True)
    now = week * sum(item.dose.sets for item in usual)
    more = min(now * caps.sets_week_pct // 100, caps.sets_week_abs) // week
    return sum(item.dose.sets for item in held) + more


def _fill(
    draft: Draft,
    held: tuple[Item, ...],
    *,
    new_most: int | None = None,
    careful: frozenset[str] = frozenset(),
    level_most: Mapping[tuple[str, ...], int] | None = None,
    granted: frozenset[str] = frozenset(),
) -> None:
    """Fills the slots again, then puts back what a clinician added and what stands in for something.

    Where growth waits, of what is new only the `granted` slots are filled, and the others are offered.
    """
    only = None if new_most is None or draft.growth == "on" else granted
    own = [item for item in held if item.source == "program"]
    if new_most is not None:
        new_most = max(0, new_most - draft.came_in)  # a day may fill more than once, as when an exception ends on it
    sets_most = _sets_most(draft, own) if new_most else None
    filling = prescribe.Filling(
        draft.allowed, draft.program or "O", own, new_most, sets_most, level_most or {}, careful, only
    )
    items, draft.missing = prescribe.fill(draft.slots, filling)
    if new_most is not None:
        chains = {draft.catalog.exercises[item.exercise].chain for item in own}
        draft.came_in += sum(draft.catalog.exercises[item.exercise].chain not in chains for item in items)
    if only is not None and new_most:
        for gap in draft.missing:
            if gap.why.because == "new_exercises":
                draft.offer(Waiting(gap.exercise, draft.day, None, gap.exercise, "exercise", "G3"))
    names = {item.exercise for item in items}
    others = [item for item in held if item.source != "program" and item.exercise not in names]
    names.update(item.exercise for item in others)
    standing = (item for item in others if item.source != "substitute" or item.slot in names)  # for what is held
    draft.items = (*items, *(prescribe.kept(item.slot, item, filling) for item in standing))
