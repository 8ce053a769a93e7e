"""One day of a fold: what a clinician set, the turn of the day, safety, then the day's reports, then the checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from programs import events as log
from programs import posture, weight
from programs.course import Pause
from programs.events import Event, Held
from programs.plan import Item, Measure
from programs.rules import (
    adherence,
    approval,
    dose,
    exits,
    flare,
    gap,
    ladder,
    leg,
    overrides,
    pain,
    program,
    response,
    safety,
    walking,
)  # fmt: skip
from programs.rules.draft import Draft
from programs.timeline import Line
from programs.triage import OPEN, Lock

# What a day's turn does, in the order of precedence: a lower layer finds what a higher one has left. Safety (S) comes
# before everything, in `_close`; O sets its parameters before that; G acts only inside P's judgement; E runs last.
TURNS: Sequence[tuple[str, Callable[[Draft], None]]] = (
    ("C", leg.free_directions),
    ("F", flare.turn_day),
    ("M", gap.turn_day),
    ("P", pain.judge_unknown),
    ("D", dose.turn_day),
    ("G", exits.leave),
    ("G", program.turn_day),
    ("W", walking.turn_day),
    ("T, A", adherence.turn_day),
)
SET_FIRST = frozenset({
    "override", "withdrawn", "assigned", "condition", "approval", "absence", "away", "resumed", "settled", "measured",
    "closed",
})  # counts for the whole of its day  # fmt: skip


def live(draft: Draft, lines: Sequence[Line]) -> None:
    """Lives one day of the draft: its lines in order, and its silence."""
    draft.cards, draft.verdicts, draft.answered, draft.only_today = (), (), False, {}
    draft.judged.clear()
    draft.instruments_today = draft.sore = False
    draft.came_in = 0
    overrides.turn_day(draft)
    later: set[str] = set()  # approvals of what this very day is still to bring
    for line in lines:
        if isinstance(line.event.body, log.Approval) and not approval.is_asked(draft, line.event.body):
            later.add(line.event.id)
        elif line.event.kind in SET_FIRST:
            _set(draft, line.event)
    draft.sore = pain.is_sore(draft, lines)
    program.refresh(draft)
    for _, turn in TURNS:
        turn(draft)
    counting = _close(draft, lines)
    for line, (locks, counts) in zip(lines, counting, strict=True):
        if isinstance(line.event.body, log.Approval) and line.event.id in later:
            approval.hear(draft, line.event.body)
        elif not line.corrected:
            _hear(draft, line.event.body, locks, counts)
    _end(draft)


def _set(draft: Draft, event: Event) -> None:
    """What holds for the whole of its day."""
    body = event.body
    if isinstance(body, log.Override):
        overrides.hear(draft, body)
    elif isinstance(body, log.Assigned):
        if body.program is not None:
            program.assign(draft, body.program, body.own)
        overrides.assign(draft, body.exercises)
    elif isinstance(body, log.Condition):
        program.new_facts(draft, body.changes)
    elif isinstance(body, log.Approval):
        approval.hear(draft, body)
    elif isinstance(body, log.Withdrawn):
        overrides.withdraw(draft, body)
    elif isinstance(body, log.Measured):
        _measure(draft, body)
    elif isinstance(body, log.Closed):
        program.close(draft, body.care)
    elif isinstance(body, log.Absence):
        safety.start_return(draft)
    elif isinstance(body, log.Away):
        new = Pause(body.first, body.last, body.cause, body.wanted)
        draft.pauses = (*_cut(draft, new.first, new), new)
    elif isinstance(body, log.Resumed):
        draft.pauses = _cut(draft, draft.day)
    elif isinstance(body, log.Settled):
        _settle(draft, body)


def _settle(draft: Draft, told: log.Settled) -> None:
    """A human has seen to a referral; an E6 call that ends in a yes goes on to the spine specialist."""
    draft.note_end(f"{told.kind}:{told.rule}")
    draft.referrals = tuple(r for r in draft.referrals if (r.kind, r.rule) != (told.kind, told.rule))
    if told.rule == "E6" and told.refer:
        draft.refer("REFER_SPINE", "E6", draft.numbers.referrals.leg_days)


def _cut(draft: Draft, end: date, new: Pause | None = None) -> tuple[Pause, ...]:
    """Pauses told before, none of them lasting to `end`; of those that a new one does not touch nothing is cut."""
    kept = []
    for pause in draft.pauses:
        if pause.last < draft.day - timedelta(days=1):
            continue
        touched = pause.last >= end and (new is None or pause.first <= new.last)
        one = replace(pause, last=end - timedelta(days=1)) if touched else pause
        kept += [one] if one.first <= one.last else []
    return tuple(kept)


def _measure(draft: Draft, told: log.Measured) -> None:
    others = tuple(measure for measure in draft.measures if measure.name != told.name)
    draft.measures = others if told.ends else (*others, Measure(told.name, told.kind, told.exercise))
    change = f"measure.{told.kind}{'_ended' if told.ends else ''}"
    draft.decide("O", change, inputs={"exercise": told.exercise})
    if draft.growth == "off":
        draft.waiting = ()  # nothing that waits may be approved while nothing may rise


def _close(draft: Draft, lines: Sequence[Line]) -> list[tuple[tuple[Lock, ...], bool]]:
    """S: all red flags of the day first. For each line: the locks it met, and whether it is judged.

    Nothing is judged that came before a lock of the same day, under a lock, or on a day without an answered card.
    """
    met: list[tuple[Lock, ...]] = []
    open_from = 0
    for place, line in enumerate(lines):
        before = _closing(draft)
        safety.hear(draft, line.event)
        gap.restart(draft)
        if before and not draft.closed:
            gap.take_in(draft)  # the days behind the lock were days without a session
        met.append(draft.locks)
        if not _closing(draft) <= before:
            open_from = place + 1
    if open_from or draft.closed:
        draft.pending = ()  # what awaited its morning is never judged
    return [
        (locks, draft.answered and place >= open_from and all(lock.level in OPEN for lock in locks))
        for place, locks in enumerate(met)
    ]


def _closing(draft: Draft) -> set[tuple[str, str]]:
    return {(lock.flag, lock.level) for lock in draft.locks if lock.level not in OPEN}


def _hear(draft: Draft, body: log.Body, locks: tuple[Lock, ...], counts: bool) -> None:
    if isinstance(body, log.Morning):
        pain.after_morning(draft, body, counts=counts)
        exits.leave(draft)
    elif isinstance(body, log.Session):
        if counts:
            standing, draft.locks = draft.locks, locks
            pain.after_session(draft, body)
            draft.locks = standing
            program.refresh(draft)
    elif isinstance(body, log.Flare):
        flare.start(draft, "declared")
    elif isinstance(body, log.DirectionTest):
        leg.test_direction(draft, body)
        program.refresh(draft)
    elif isinstance(body, log.Steps):
        walking.hear(draft, body.count)
    elif isinstance(body, log.Weight):
        response.reading(draft, body.kg)
        program.refresh(draft)
    elif isinstance(body, log.Questionnaire):
        response.questionnaire(draft, body)
    elif isinstance(body, log.Belt):
        _belt(draft, body)
    elif isinstance(body, log.Held):
        _clamp(draft, body)


def _belt(draft: Draft, body: log.Belt) -> None:
    if body.action == "ask":
        draft.belt = posture.ask_belt(draft.belt, draft.patient, draft.conditions, draft.day, draft.catalog)
    elif body.action == "check":
        draft.belt = posture.check_belt(draft.belt, body.problem)
    else:
        minutes = body.minutes_week or 0
        draft.belt = posture.start_belt(draft.belt, minutes, draft.patient, draft.conditions, draft.day, draft.catalog)


def _clamp(draft: Draft, held: Held) -> None:
    """Lowers what a late report would have raised, and brings back what it would have taken away."""
    for item in draft.items:
        draft.set_item(item.exercise, _held_to(draft, item, held))
    draft.only_today = {**draft.only_today, **held.served}
    for name, free in held.directions.items():
        locks = {**draft.direction.locks, name: max(free, draft.direction.locks.get(name, free))}
        draft.direction = replace(draft.direction, locks=locks)
    known = {(referral.kind, referral.rule) for referral in draft.referrals}
    draft.referrals += tuple(r for r in held.referrals if (r.kind, r.rule) not in known)


def _held_to(draft: Draft, item: Item, held: Held) -> Item:
    """The item at no more than the dose held for it, or for one of its chain.

    Where the plan holds that one as well, the heavier of the two is out for the rest of the day.
    """
    chain = draft.catalog.exercises[item.exercise].chain
    name = next((step for step in (item.exercise, *chain) if step in held.items), None)
    if name is None or not ladder.heavier(item, name, held.items[name], draft.catalog):
        return item
    if name != item.exercise and any(other.exercise == name for other in draft.items):
        tomorrow = draft.day + timedelta(days=1)
        return replace(item, out_until=max(item.out_until or tomorrow, tomorrow))
    return replace(item, exercise=name, dose=held.items[name])


def _end(draft: Draft) -> None:
    leg.end_day(draft)
    response.end_day(draft)
    exits.end_day(draft)
    program.refresh(draft)
    adherence.end_day(draft)
    safety.cards(draft)
    if draft.patient.weight_consent and weight.view(draft, draft.catalog).protein:
        draft.card("STRENGTH_PROTEIN")
    dose.note_load(draft)
