"""M: days without a session. Never stacked, never cumulative: each rule looks at the dose of the last session."""

from __future__ import annotations

from datetime import timedelta

from programs.plan import Item, is_out
from programs.rules import dose, ladder, program, safety
from programs.rules.draft import Draft

DORMANT = "A4"


def days(draft: Draft) -> int:
    """Whole days without a session, today not counted; 0 for who never did one."""
    last = draft.training.last_session
    return max(0, (draft.day - last).days - 1) if last else 0


def turn_day(draft: Draft) -> None:
    """Applies the rule of today's gap; a closed plan is frozen until it opens."""
    _return_from_illness(draft)
    if not draft.closed:
        take_in(draft)


def take_in(draft: Draft) -> None:
    """Applies the rule of as many days as today lie behind the last session."""
    rule = _rule(draft, days(draft))
    if rule in (DORMANT, "M5"):
        if rule == DORMANT:
            draft.set_mode("dormant", DORMANT, days=days(draft))
        safety.start_return(draft)
    elif rule != draft.training.gap:
        before = draft.shown
        draft.change(gap=rule)
        dose.note_lighter(draft, before, draft.shown, rule)
        if rule == "M4":
            draft.card("RED_FLAGS")


def end(draft: Draft) -> None:
    """A session fixes what the gap has left."""
    if not draft.training.gap:
        return
    before = {item.key: item for item in draft.items}
    items = ladder.after_gap(draft.items, draft.training.gap, draft.allowed)
    if draft.mode == "deload" and draft.training.gap != "M2":
        names = {item.exercise for item in items}
        items = [dose.back_in_lighter_week(draft, before[item.key], item, names) or item for item in items]
    draft.items = tuple(items)
    draft.change(gap="")


def restart(draft: Draft) -> None:
    """M5: the programme's first week again, and no exercise above two levels under the old one of its chain.

    While the plan would load more than before (I5), the last exercise first: one set, then the lightest of the chain,
    and at the very last it waits. A list of somebody's own making is no measure of a programme: there only sets come
    down.
    """
    if draft.returning is None or not (draft.returning.screened and draft.returning.back and draft.returning.function):
        return
    draft.returning = None
    draft.unlock(safety.RETURN)
    before = draft.items
    whole = not draft.own_items
    most = ladder.index((item for item in draft.shown if not is_out(item, draft.day)), draft.allowed)
    program.begin_again(draft, _levels(draft, before))
    draft.hold_to(most, whole=whole)
    draft.change(gap="", last_session=draft.day, counted_from=draft.day, amber_run=0)
    if draft.mode != "normal":
        draft.set_mode("normal", "M5")
    dose.note_lighter(draft, before, draft.items, "M5")


def _rule(draft: Draft, gap: int) -> str:
    numbers = draft.numbers.gap
    if gap >= draft.numbers.adherence.dormant_days and not draft.disabled(DORMANT):
        return DORMANT
    if gap <= numbers.same_dose_max:
        return ""
    if gap <= numbers.repeat_max:
        return "M2"
    if gap <= numbers.minus1_max:
        return "M3"
    return "M4" if gap <= numbers.minus40_max else "M5"


def _levels(draft: Draft, items: tuple[Item, ...]) -> dict[tuple[str, ...], int]:
    library, drop = draft.catalog.exercises, draft.numbers.gap.restart_level_drop
    levels: dict[tuple[str, ...], int] = {}
    for item in items:
        exercise = library[item.exercise]
        levels[exercise.chain] = max(levels.get(exercise.chain, 1), exercise.level - drop)
    return levels


def _return_from_illness(draft: Draft) -> None:
    yesterday = draft.day - timedelta(days=1)
    for pause in draft.pauses:
        if pause.cause == "ill" and pause.last == yesterday:
            trained = draft.training.last_session
            if trained is None or trained < pause.first:
                safety.start_return(draft)
