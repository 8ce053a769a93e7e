"""O: a clinician's bounded exceptions. They set parameters before the rules run and never outrank safety."""

from __future__ import annotations

import re
from dataclasses import replace

from programs import events as log
from programs.constants.training import Range
from programs.course import OverrideRow, Verdict
from programs.plan import Dose, Item, Why
from programs.rules import dose, leg
from programs.rules.draft import Draft

BIASES = ("extension", "flexion", "none", "unknown")
PROGRESSIONS = ("on", "off", "approve")
DOSE = re.compile(r"(?P<sets>\d{1,2})x(?P<amount>\d{1,2})")
MAY_BE_DISABLED = re.compile(r"[AT][1-9]")
OUT_OF_RANGE, HARD_BLOCK, NO_REASON = "OUT_OF_RANGE", "HARD_BLOCK", "NO_REASON"
TOO_LONG, PROTECTED, CONDITION, NEEDS_NOTE = "TOO_LONG", "PROTECTED", "CONDITION", "NEEDS_NOTE"


def hear(draft: Draft, asked: log.Override) -> None:
    """Accepts an override or says why not (table O); an accepted one holds from today."""
    reason = _refusal(draft, asked)
    draft.verdicts = (*draft.verdicts, Verdict(asked.field, asked.value, reason is None, reason))
    draft.decide("O", "override.refused" if reason else "override.accepted", inputs={
        "field": asked.field, "value": asked.value, "reason": reason,
    })  # fmt: skip
    if reason is not None:
        return
    if asked.field == "dose":
        return  # set once; from there the rules go on
    row = OverrideRow(asked.field, asked.value, draft.day, asked.until, asked.reason)
    draft.overrides = (*draft.overrides, row)
    if asked.field == "include":
        _include(draft, str(asked.value))
    elif asked.field == "direction":
        set_direction(draft)


def turn_day(draft: Draft) -> None:
    """Takes out what has expired."""
    _keep(draft, tuple(row for row in draft.overrides if row.until is None or draft.day <= row.until))


def withdraw(draft: Draft, asked: log.Withdrawn) -> None:
    """Ends exceptions of a field before their time."""
    ends = (asked.value,) if asked.value is not None else None
    kept = (row for row in draft.overrides if row.field != asked.field or (ends and row.value not in ends))
    before = draft.overrides
    _keep(draft, tuple(kept))
    if draft.overrides != before:
        draft.decide("O", "override.ended", inputs={"field": asked.field, "value": asked.value})


def _keep(draft: Draft, live: tuple[OverrideRow, ...]) -> None:
    if live == draft.overrides:
        return
    gone = [row for row in draft.overrides if row not in live]
    draft.overrides = live
    still = {str(row.value) for row in live if row.field == "include"}
    ended = {str(row.value) for row in gone if row.field == "include"} - still
    if ended:
        draft.items = tuple(i for i in draft.items if i.source != "included" or i.exercise not in ended)
    if any(row.field == "direction" for row in gone):
        set_direction(draft)


def set_direction(draft: Draft) -> None:
    """The direction that live overrides ask for; unknown when they differ or the last one has ended."""
    asked = {row.value for row in draft.overrides if row.field == "direction"}
    value = leg.as_direction(asked.pop() if len(asked) == 1 else "unknown")
    set_on = draft.day if value in ("extension", "flexion") else None
    leg.turn(draft, replace(draft.direction, value=value, set_on=set_on), "O")


def assign(draft: Draft, exercises: tuple[str, ...]) -> None:
    """A physiotherapist's exercises come on top at their start dose; what is blocked for the person is not served."""
    for name in exercises:
        known = name in draft.catalog.exercises
        if known and not _holds(draft, name):
            dose = draft.allowed.start(name)
            draft.items = (*draft.items, Item(name, dose, Why("assigned", "O"), name, "assigned"))


def _holds(draft: Draft, name: str) -> bool:
    """Whether the plan holds an exercise, or what a clinician's choice of it has become since."""
    return any(name in (item.exercise, item.source != "program" and item.slot) for item in draft.items)


def _include(draft: Draft, name: str) -> None:
    draft.refresh_allowed()
    if not _holds(draft, name):
        dose = draft.allowed.start(name)
        draft.items = (*draft.items, Item(name, dose, Why("included", "O"), name, "included"))


def _refusal(draft: Draft, asked: log.Override) -> str | None:
    if asked.field in ("remove_flag", "disable_rule"):
        allowed = asked.field == "disable_rule" and MAY_BE_DISABLED.fullmatch(str(asked.value))
        return None if allowed else PROTECTED
    if asked.field == "include":
        return _include_refusal(draft, asked)
    if asked.field == "direction":
        if asked.value not in BIASES:
            return OUT_OF_RANGE
        twice = draft.leg.peripheral_run >= draft.numbers.leg.review_sessions
        return NEEDS_NOTE if twice and not asked.reason else None
    if asked.field == "progression":
        return None if asked.value in PROGRESSIONS else OUT_OF_RANGE
    if asked.field == "exclude":
        return None if asked.value in draft.catalog.exercises else OUT_OF_RANGE
    if asked.field == "dose":
        return _dose_refusal(draft, str(asked.value))
    return _number_refusal(draft, asked)


def _dose_refusal(draft: Draft, asked: str) -> str | None:
    """A dose such as "bridge 2x10": of an exercise in the plan, in its range, a raise only when one may be and within
    the week's caps. An accepted one holds at once."""
    name, _, counts = asked.partition(" ")
    item = next((item for item in draft.items if item.exercise == name), None)
    found = DOSE.fullmatch(counts)
    if item is None or found is None:
        return OUT_OF_RANGE
    wanted = Dose(int(found["sets"]), int(found["amount"]))
    low, high, sets_max = draft.allowed.range(name)
    if not (1 <= wanted.sets <= sets_max and low <= wanted.amount <= high):
        return OUT_OF_RANGE
    more = wanted.sets > item.dose.sets or wanted.sets * wanted.amount > item.dose.sets * item.dose.amount
    if more and (draft.mode != "normal" or draft.locks or not draft.quiet or _frozen(draft)):
        return CONDITION
    return None if dose.put(draft, item, wanted) else OUT_OF_RANGE


def _frozen(draft: Draft) -> bool:
    return any(measure.kind == "freeze" for measure in draft.measures)


def _number_refusal(draft: Draft, asked: log.Override) -> str | None:
    bounds: Range = getattr(draft.numbers.overrides, asked.field)
    if not isinstance(asked.value, int):
        return OUT_OF_RANGE
    if asked.field == "recheck_every_days" and asked.value > bounds.high:
        return PROTECTED
    if not bounds.low <= asked.value <= bounds.high:
        return OUT_OF_RANGE
    if asked.field == "review_delay_days" and asked.value > 0 and not asked.reason:
        return NO_REASON
    return _cap_refusal(draft, asked.value) if asked.field == "level_cap" else None


def _cap_refusal(draft: Draft, cap: int) -> str | None:
    numbers, surgery = draft.numbers.overrides, draft.patient.surgery
    sore = bool(draft.conditions & {"ACU", "IRR"})
    fresh = "SURG" in draft.conditions and not (surgery and surgery.cleared)
    too_high = (sore and cap > numbers.acute_level_cap_max) or (fresh and cap > numbers.surgery_level_cap_max)
    return CONDITION if too_high else None


def _include_refusal(draft: Draft, asked: log.Override) -> str | None:
    name = str(asked.value)
    if name not in draft.catalog.exercises:
        return OUT_OF_RANGE
    grade = draft.allowed.grade(name)
    if grade == "H":
        return HARD_BLOCK
    if not asked.reason:
        return NO_REASON
    if asked.until is None or (asked.until - draft.day).days > draft.numbers.overrides.days_max:
        return TOO_LONG
    return CONDITION if grade == "S" and "ACU" in draft.conditions else None
