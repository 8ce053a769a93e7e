"""The fold: a patient's log, day by day, into a plan and the decisions behind it. Pure: plan = f(log, rules, content).

Each day takes in what a clinician set, turns (silence is judged too), closes on red flags, then hears the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from programs import events as log
from programs import routine, timeline
from programs.catalog import Catalog
from programs.course import LegState, Reading, Training, WeightState
from programs.events import Event, Held
from programs.patient import check
from programs.plan import Decision, Dose, Plan, is_out
from programs.rules import day as day_of
from programs.rules import dose, ladder, program
from programs.rules.draft import Draft
from programs.selection import Variant
from programs.timeline import Line

rules_version = "1"

YEARS_MOST = timedelta(days=366 * 30)  # a fold over more than that is a mistake, not a patient


@dataclass(frozen=True)
class Folded:
    """`opening` is the plan as `today` opened, before its turn and its events: fold from it when more comes in today.

    `plan` is the plan after them; `decisions` are all that this call made, from the day `since` on.
    """

    opening: Plan
    plan: Plan
    decisions: tuple[Decision, ...]
    since: date


def fold(opening: Plan | None, events: Iterable[Event], today: date, catalog: Catalog) -> Folded:
    """Folds events into a plan as of `today`; their order does not matter, only (day, at, id).

    `opening` is an earlier call's opening and `events` are all since that day; None folds a whole log, which begins
    with an intake, or with its last rebase. Raises ValueError for an event that cannot be, or without a beginning.
    """
    days = timeline.by_day(events, opening, today)
    since = opening.day if opening is not None else timeline.beginning(days)
    if today - since > YEARS_MOST or today < since:
        raise ValueError(f"today: {today} does not follow {since}")
    draft = Draft(opening, catalog) if opening is not None else None
    decisions: list[Decision] = []
    start = opening
    for offset in range((today - since).days + 1):
        day = since + timedelta(days=offset)
        lines = days.get(day, ())
        draft = _begun(draft, day, lines, catalog, decisions)
        if day == today:
            start = draft.freeze()
        day_of.live(draft, lines)
    assert draft is not None and start is not None  # the range is never empty
    return Folded(start, draft.freeze(), tuple(decisions), since)


def load_index(plan: Plan, catalog: Catalog) -> int:
    """The load of what the plan holds today: the sum of sets x amount x level (I5)."""
    held = (item for item in plan.items if not is_out(item, plan.day) and item.exercise in catalog.exercises)
    return sum(ladder.load(item.exercise, item.dose, catalog) for item in held)


def hold(served: Plan, refolded: Plan, catalog: Catalog) -> Held | None:
    """What a late report, an upgrade or a turn back (`turns_back`) may not change of today: its load rises no
    further, nothing is taken back.

    Compares the plan that was served with the one folded again; None when there is nothing to hold.
    """
    items = _doses_held(served, refolded, catalog)
    variants = _exercises_held(served, refolded, catalog, always=bool(items))
    flags = {lock.flag for lock in refolded.locks}
    locks = tuple(
        lock
        for lock in served.locks
        if lock.level != "NO_PLAN" and lock.flag not in flags and refolded.ended.get(lock.flag, date.min) < lock.since
    )
    known = {(referral.kind, referral.rule) for referral in refolded.referrals}
    referrals = tuple(
        referral
        for referral in served.referrals
        if (referral.kind, referral.rule) not in known
        # What a human settles counts first on its day: raised later that day, it is another one.
        and refolded.ended.get(f"{referral.kind}:{referral.rule}", date.min) <= referral.day
    )
    locked = refolded.direction.locks
    directions = {name: free for name, free in served.direction.locks.items() if locked.get(name, date.min) < free}
    held = Held(items, locks, referrals, variants, directions)
    return None if held == Held() else held


def turns_back(served: Plan, refolded: Plan, catalog: Catalog) -> bool:
    """Whether a bad morning undoes the block its day had begun with, and would so bring what loads more."""
    same = (served.day, served.program, served.program_day) == (refolded.day, refolded.program, refolded.program_day)
    back = same and refolded.block_week < served.block_week
    return back and load_index(refolded, catalog) > load_index(served, catalog)


def _doses_held(served: Plan, refolded: Plan, catalog: Catalog) -> dict[str, Dose]:
    """The doses that were served of every chain of which the plan would now hold more."""
    library = catalog.exercises
    before = [item for item in served.items if item.exercise in library and not is_out(item, served.day)]
    own = {item.exercise: item for item in before}
    mates = {library[item.exercise].chain: item for item in before}
    raised = set()
    for item in refolded.items:
        chain = library[item.exercise].chain
        then = own.get(item.exercise) or mates.get(chain)
        if then is not None and not is_out(item, refolded.day):
            raised |= {chain} if ladder.heavier(item, then.exercise, then.dose, catalog) else set()
    return {name: item.dose for name, item in own.items() if library[name].chain in raised}


def _exercises_held(served: Plan, refolded: Plan, catalog: Catalog, *, always: bool) -> dict[Variant, frozenset[str]]:
    """The exercises of every variant that would now hold others; an easier one of a chain may take its place.

    `always`: of every variant, because doses are held too, and what they leave of the minutes is nobody's to fill.
    """
    then, now = (routine.every_variant(replace(plan, answered=True), plan.day, catalog) for plan in (served, refolded))
    held: dict[Variant, frozenset[str]] = {}
    for variant, items in now.items():
        before = then[variant]
        may, names = {item.exercise for item in before}, {item.exercise for item in items}
        gone = {catalog.exercises[item.exercise].chain: item for item in before if item.exercise not in names}
        for item in items:
            mate = gone.get(catalog.exercises[item.exercise].chain)
            if mate is not None and not ladder.heavier(item, mate.exercise, mate.dose, catalog):
                may = may - {mate.exercise} | {item.exercise}
        if before and (always or not names <= may):
            held[variant] = frozenset(may)
    return held


def _begun(draft: Draft | None, day: date, lines: Sequence[Line], catalog: Catalog, decisions: list[Decision]) -> Draft:
    """The draft as this day opens: from the day before, a snapshot of an upgrade, or an intake."""
    for line in lines:
        if isinstance(line.event.body, log.Rebased):
            draft = Draft(line.event.body.plan, catalog)
    for line in lines:
        if isinstance(line.event.body, log.Intake) and (draft is None or draft.intake != line.event.id):
            draft = _from_intake(line.event.id, line.event.body, day, catalog, draft)
    assert draft is not None  # a fold begins on a day with an intake or a snapshot
    draft.day = day
    draft.decisions = decisions
    return draft


def _from_intake(name: str, body: log.Intake, day: date, catalog: Catalog, before: Draft | None) -> Draft:
    """The first plan of a course. A later intake begins a new course; what protects the person goes on."""
    person, numbers = body.patient, catalog.constants
    check(person)
    severe = person.leg >= numbers.referrals.severe_leg
    below = person.location >= numbers.direction.leg_location_min
    irritable = person.irritable(catalog)
    conditions = person.conditions(day, catalog)
    plan = Plan(
        day=day, began=day, intake=name, patient=person, irritable=irritable, conditions=conditions, program=None,
        program_day=day, assigned=False, own_items=False, block_week=1, adds=None, previous_program=None, reasons=(),
        slots=(), items=(), kept=None, missing=(),
        new_until=day + timedelta(days=numbers.session.new_person_days),
        leg=LegState(person.leg, person.location, day if below else None, None, day if severe else None, int(severe)),
        training=Training(counted_from=day),
        weight=WeightState((Reading(day, person.weight_kg),) if person.weight_kg else ()),
        baselines={"NPRS_BACK": float(person.back_average), "NPRS_LEG": float(person.leg)},
    )  # fmt: skip
    draft = Draft(plan, catalog)
    if before is not None:
        for kept in ("unsure", "asked", "referrals", "motor", "ended", "walking", "weight", "measures"):
            setattr(draft, kept, getattr(before, kept))
        draft.locks = tuple(lock for lock in before.locks if lock.level != "NO_PLAN")
        draft.overrides = tuple(row for row in before.overrides if row.field != "include")
        draft.refresh_allowed()
    program.choose(draft)
    dose.note_load(draft)
    return draft
