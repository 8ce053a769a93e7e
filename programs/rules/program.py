"""The programme a person is on: its weeks and blocks, the exercises in its slots, and which programme follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from programs import outcomes, prescribe, weight
from programs.allowed import Allowed, Person
from programs.patient import Changes
from programs.plan import EntryReason, Item
from programs.rules import leg, safety
from programs.rules.draft import Draft

ACUTE, DISC, IRRITABLE, STENOSIS, SLIP, POSTPARTUM = "T01", "T02", "T03", "T04", "T13", "T12"
OLDER, CHRONIC, STANDING, SITTING, WEIGHT = "T11", "T05", "T07", "T06", "T09"
SURGERY, MAINTENANCE = "T14", "T10"
AFTER_ACUTE = (OLDER, CHRONIC, STANDING, SITTING)
DISC_RELOAD_WEEK = 4  # T02's second block


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


def assign(draft: Draft, program: str) -> None:
    """A physiotherapist's choice; it starts its first week. Raises ValueError for an unknown programme."""
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
        wanted_other, draft.slots = wanted != draft.slots, wanted
        calm = draft.mode == "normal" and draft.quiet
        other = None if wanted_other else draft.numbers.caps.new_ex_per_replan  # what waited comes in by and by
        new_most = other if calm else 0  # what is barred leaves at once; what is new waits for quiet days
        _fill(draft, draft.items, new_most=new_most, careful=_newly_careful(draft, before))
    draft.person_changed()


def _same_but_direction(before: Person, now: Person) -> bool:
    """An explicit list keeps an exercise that a direction closes: it is not served, and comes back as it was."""
    return now == replace(before, direction=now.direction, opposite_closed=now.opposite_closed, included=now.included)


def new_facts(draft: Draft, changes: Changes) -> None:
    """A condition told: if another programme's entry fits because of it, an engine's choice follows."""
    before = prescribe.choose(prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog))
    was_irritable = draft.patient.irritable(draft.catalog)
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
        choose(draft)
    if draft.belt.status == "worn" and draft.patient.pregnant:
        draft.belt = replace(draft.belt, status="stopped")


def turn_day(draft: Draft) -> None:
    """Moves to the week's block on a quiet day; never in a lighter week, a gap or behind a lock."""
    leave(draft)
    if draft.program is None or draft.own_items or draft.closed or draft.mode != "normal" or draft.training.gap:
        return
    if draft.quiet and draft.week() != draft.block_week:
        draft.block_week = draft.week()
        wanted = _slots(draft)
        waits = any(gap.why.because == "new_exercises" for gap in draft.missing)
        if wanted != draft.slots or waits:
            draft.slots = wanted
            _fill(draft, draft.items, new_most=draft.numbers.caps.new_ex_per_replan)


def end_day(draft: Draft) -> None:
    """T03's exit, which ends a condition, and T01's review, once the day is known."""
    if draft.program is None or draft.locked_by_flag:
        return
    if draft.irritable and leg.calms(draft):
        draft.irritable = False
        refresh(draft)
        if draft.program == IRRITABLE:
            enter(draft, DISC, IRRITABLE)
    if draft.program == ACUTE:
        _review_acute(draft)


def leave(draft: Draft) -> None:
    """The exits of programmes: as a day turns and with its morning, never after what the rest of the day may bring."""
    if draft.program is None or draft.locked_by_flag:
        return
    rule = EXITS.get(draft.program)
    if rule is not None and draft.quiet and draft.mode != "after_flare":
        rule(draft)


def leave_maintenance(draft: Draft) -> None:
    """T10's exit: a flare leads back to the first phase of the programme before."""
    if draft.program == MAINTENANCE and draft.previous_program in draft.catalog.programs:
        enter(draft, str(draft.previous_program), "F1")


def _leave_acute(draft: Draft) -> None:
    """Two weeks on and better -> the next programme by work and age."""
    over = (draft.day - draft.program_day).days >= draft.numbers.conditions.acute_days
    if over and draft.mornings.recent and _morning_pain(draft) <= draft.numbers.entry.acute_exit_pain:
        enter(draft, prescribe.choose(_reasons(draft), AFTER_ACUTE), ACUTE)


def _review_acute(draft: Draft) -> None:
    """Two weeks on and hardly better -> the physiotherapist, whatever else the day is."""
    numbers, last = draft.numbers, _morning_pain(draft)
    two_weeks = (draft.day - draft.program_day).days == numbers.conditions.acute_days
    better = bool(draft.mornings.recent) and last <= numbers.entry.acute_exit_pain
    if two_weeks and not better and draft.patient.back_average - last < numbers.referrals.acute_drop:
        draft.refer("PHYSIO_REVIEW", ACUTE, numbers.referrals.acute_review_days)


def _morning_pain(draft: Draft) -> int:
    recent = draft.mornings.recent
    return recent[-1].pain if recent else draft.patient.back_average


def _leave_disc(draft: Draft) -> None:
    """Leg pain of 2 or less, nothing below the buttock for 14 days, and RMDQ down by 30 % -> T05."""
    numbers = draft.numbers.entry
    since = draft.leg.low_since
    if since is None or (draft.day - since).days < numbers.leg_exit_days:
        return
    first = draft.baselines.get("RMDQ", 0.0)
    drop = first - draft.latest.get("RMDQ", first)
    if outcomes.enough(drop, first, numbers.leg_exit_rmdq_drop):
        enter(draft, CHRONIC, DISC)


def _leave_stenosis(draft: Draft) -> None:
    if _is_over(draft):
        numbers = draft.numbers.conditions
        older = draft.patient.age >= numbers.older_age or bool(draft.conditions & {"OSTP", "BAL"})
        enter(draft, OLDER if older else MAINTENANCE, STENOSIS)


def _leave_postpartum(draft: Draft) -> None:
    if "POST" not in draft.conditions and not draft.assigned:
        enter(draft, CHRONIC, POSTPARTUM)


def _leave_surgery(draft: Draft) -> None:
    """Cleared, twelve weeks on and the leg calm -> the disc programme's second phase, or T05."""
    surgery = draft.patient.surgery
    calm = draft.leg.value <= draft.numbers.entry.acute_exit_pain
    if surgery and surgery.cleared and "SURG" not in draft.conditions and calm:
        if "RAD" in draft.conditions:
            enter(draft, DISC, SURGERY, DISC_RELOAD_WEEK)
        else:
            enter(draft, CHRONIC, SURGERY)


def _leave_as_responder(draft: Draft) -> None:
    if _is_over(draft) and draft.response.group == "responder":
        enter(draft, MAINTENANCE, str(draft.program))


def _leave_work(draft: Draft) -> None:
    """A day after the last week: the first day after it brings the check by which it is judged."""
    if (draft.day - draft.program_day).days > draft.catalog.programs[str(draft.program)].weeks * 7:
        enter(draft, MAINTENANCE if draft.response.group == "responder" else CHRONIC, str(draft.program))


def _leave_older(draft: Draft) -> None:
    if _is_over(draft):
        enter(draft, MAINTENANCE, OLDER)


EXITS = {
    ACUTE: _leave_acute,
    DISC: _leave_disc,
    STENOSIS: _leave_stenosis,
    SLIP: _leave_as_responder,
    POSTPARTUM: _leave_postpartum,
    SURGERY: _leave_surgery,
    CHRONIC: _leave_as_responder,
    STANDING: _leave_work,
    SITTING: _leave_work,
    OLDER: _leave_older,
}


def _is_over(draft: Draft) -> bool:
    return draft.week() > draft.catalog.programs[str(draft.program)].weeks


def _reasons(draft: Draft) -> tuple[EntryReason, ...]:
    return prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog)


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
    """How many sets the plan may hold after new exercises, so that weekly sets stay within the caps (I4)."""
    caps, week = draft.numbers.caps, draft.sessions_week()
    now = week * sum(item.dose.sets for item in held)
    return min(now * (100 + caps.sets_week_pct) // 100, now + caps.sets_week_abs) // week


def _fill(
    draft: Draft,
    held: tuple[Item, ...],
    *,
    new_most: int | None = None,
    careful: frozenset[str] = frozenset(),
    level_most: Mapping[tuple[str, ...], int] | None = None,
) -> None:
    """Fills the slots again, then puts back what a clinician added and what stands in for something."""
    own = [item for item in held if item.source == "program"]
    sets_most = _sets_most(draft, own) if new_most else None
    filling = prescribe.Filling(
        draft.allowed, draft.program or "O", own, new_most, sets_most, level_most or {}, careful
    )
    items, draft.missing = prescribe.fill(draft.slots, filling)
    names = {item.exercise for item in items}
    others = [item for item in held if item.source != "program" and item.exercise not in names]
    names.update(item.exercise for item in others)
    standing = (item for item in others if item.source != "substitute" or item.slot in names)  # for what is held
    draft.items = (*items, *(prescribe.kept(item.slot, item, filling) for item in standing))
