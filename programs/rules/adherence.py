"""A and T: what was done of what was planned, and faithful work without progress (selfBACK's measure of use)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from programs.course import SessionDay
from programs.rules.draft import Draft


def done_share(draft: Draft, days: int) -> float:
    """Complete sessions over planned ones of the `days` days before today, 0-1; full before so many have passed.

    Days on which nothing was asked of the person (locks, pauses) are not planned.
    """
    pinned = draft.pinned
    held = None if pinned is None else (pinned.adherence7 if days <= 7 else pinned.adherence14)
    if held is not None:
        return held
    if (draft.day - draft.training.counted_from).days < days:
        return 1.0
    first = draft.day - timedelta(days=days)
    asked = days - sum(first <= day < draft.day for day in draft.training.closed)
    planned = draft.sessions_week() * asked / 7
    done = sum(first <= s.day < draft.day and s.complete for s in draft.training.sessions)
    return min(1.0, done / planned) if planned else 1.0


def recent(sessions: Iterable[SessionDay], draft: Draft) -> tuple[SessionDay, ...]:
    """The sessions that a window of adherence may still count."""
    first = draft.day - timedelta(days=draft.numbers.adherence.window)
    return tuple(session for session in sessions if session.day >= first)


def turn_day(draft: Draft) -> None:
    """A1-A3: praise, or a smaller routine, a question, a call. T1, T2: a plateau."""
    draft.shrink = ""
    numbers = draft.numbers.adherence
    pinned = draft.pinned is not None and draft.pinned.adherence14 is not None
    counted = pinned or (draft.day - draft.training.counted_from).days >= numbers.window
    if draft.closed or not counted:
        return
    share = done_share(draft, numbers.window)
    if share >= numbers.high and not draft.disabled("A1"):
        draft.card("PRAISE")
    elif numbers.low <= share < numbers.ok and not draft.disabled("A2"):
        draft.shrink = "A2"
        draft.card("BARRIER_QUESTION")
    elif share < numbers.low and not draft.disabled("A3"):
        draft.shrink = "A3"
        draft.card("BARRIER_QUESTION")
        draft.refer("PHYSIO_CALL", "A3", draft.numbers.referrals.call_days)
    _plateau(draft, share)


def end_day(draft: Draft) -> None:
    """Remembers a day on which nothing was asked."""
    first = draft.day - timedelta(days=draft.numbers.adherence.window)
    closed = draft.training.closed
    if closed and closed[0] < first:
        closed = tuple(day for day in closed if day >= first)
    if draft.closed or draft.pause(draft.day):
        closed = (*closed, draft.day)
    if closed is not draft.training.closed:
        draft.change(closed=closed)


def _plateau(draft: Draft, share: float) -> None:
    numbers, last = draft.numbers.plateau, draft.training.last_progress
    if last is None or share < numbers.adherence_min:
        return
    since = (draft.day - last).days
    better = draft.response.group == "responder"
    if since >= numbers.second_days and not draft.disabled("T2"):
        draft.refer("PHYSIO_REVIEW", "T2", numbers.review_days)
    if since >= numbers.days and draft.mode == "normal" and not better and not draft.disabled("T1"):
        draft.card("PLATEAU")
