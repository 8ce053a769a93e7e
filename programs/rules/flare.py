"""F: a flare calms the plan for some days; afterwards it comes back lighter (stay active: NICE NG59)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from programs import events as log
from programs.course import MorningNote
from programs.rules import dose, ladder, program
from programs.rules.draft import Draft


def turn_day(draft: Draft) -> None:
    """F2, F3 by the calendar: a week after a flare is over; a flare of a week is long."""
    if draft.mode_day is None:
        return
    since = (draft.day - draft.mode_day).days
    if draft.mode == "after_flare" and since >= draft.numbers.flare.no_progress_days:
        draft.set_mode("normal", None)
    elif draft.mode == "flare":
        draft.card("FLARE")
        if since >= draft.numbers.flare.max_days:
            _review(draft)


def after_morning(draft: Draft, morning: log.Morning) -> None:
    """F1, F2 by how the mornings go."""
    numbers = draft.numbers.flare
    recent = draft.mornings.recent
    if draft.mode != "flare":
        bad = _running(recent, numbers.mornings, lambda note: note.above_usual >= numbers.resid)
        if bad or has_stopped(draft, morning):
            start(draft, "mornings" if bad else "worst")
        return
    quiet = _running(recent, numbers.end_mornings, lambda note: note.above_usual <= numbers.end_resid)
    if quiet and draft.mode_day is not None and draft.day >= draft.mode_day + timedelta(days=numbers.min_days):
        _end(draft)


def has_stopped(draft: Draft, morning: log.Morning) -> bool:
    """Whether the last 24 hours were bad enough to be a flare at once: severe, and the usual tasks left."""
    return morning.worst is not None and morning.worst >= draft.numbers.flare.worst and morning.tasks_stopped


def start(draft: Draft, reason: str) -> None:
    """F1: day 1 is today. A second flare within four weeks brings the physiotherapist in (F3)."""
    if draft.mode in ("flare", "dormant"):
        return
    numbers = draft.numbers.flare
    first = draft.day - timedelta(days=numbers.repeat_window_days)
    draft.set_mode("flare", "F1", reason=reason)
    draft.flares = (*(day for day in draft.flares if day >= first), draft.day)
    draft.card("FLARE")
    draft.card("RED_FLAGS")
    if len(draft.flares) >= numbers.repeat_count:
        _review(draft)
    program.leave_maintenance(draft)


def _end(draft: Draft) -> None:
    numbers = draft.numbers.flare
    before = draft.items
    draft.items = tuple(ladder.cut_and_drop(before, numbers.dose, numbers.level_drop_from, draft.allowed))
    draft.set_mode("after_flare", "F2")
    dose.note_lighter(draft, before, draft.items, "F2")


def _review(draft: Draft) -> None:
    numbers = draft.numbers
    draft.refer("PHYSIO_REVIEW", "F3", numbers.flare.review_days)
    if "RAD" in draft.conditions and draft.leg.value >= numbers.flare.clinician_leg:
        draft.refer("CLINICIAN_SOON", "F3", numbers.referrals.clinician_soon_days)


def _running(notes: Sequence[MorningNote], count: int, holds: Callable[[MorningNote], bool]) -> bool:
    last = notes[-count:]
    return len(last) == count and (last[-1].day - last[0].day).days == count - 1 and all(holds(n) for n in last)
