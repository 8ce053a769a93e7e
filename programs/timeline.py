"""A log as a timeline: each event once, in order of (day, at, id), with corrections applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from programs import events as log
from programs.events import Event
from programs.plan import Plan

CORRECTED_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Line:
    """An event of a day; one that was corrected speaks only for safety."""

    event: Event
    corrected: bool = False


def by_day(events: Iterable[Event], opening: Plan | None, today: date) -> dict[date, list[Line]]:
    """The lines of each day in order, each event once, corrections applied."""
    once: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: (event.day, event.at, event.id)):
        log.check(event)
        if opening is not None and event.day < opening.day:
            raise ValueError(f"event {event.id}: {event.day} lies before {opening.day}, where folding begins")
        if event.day <= today:
            once.setdefault(event.id, event)
    corrections = _corrections(once)
    days: dict[date, list[Line]] = {}
    for event in once.values():
        if isinstance(event.body, log.Correction):
            continue
        lines = days.setdefault(event.day, [])
        new = corrections.get(event.id)
        if new is not None:
            lines.append(Line(event, corrected=True))
        lines.append(Line(event if new is None else replace(event, body=new)))
    return days


def _corrections(events: Mapping[str, Event]) -> dict[str, log.Body]:
    """Entry id -> the body that counts instead; the latest correction wins.

    One that comes too late, or names no entry of its kind and day, changes nothing.
    """
    found: dict[str, log.Body] = {}
    root: dict[str, str] = {}
    for event in sorted(events.values(), key=lambda event: (event.at, event.id)):
        if not isinstance(event.body, log.Correction):
            continue
        target = events.get(root.get(event.body.replaces, event.body.replaces))
        if target is None or type(target.body) is not type(event.body.body) or target.day != event.day:
            continue
        if event.at - target.at <= CORRECTED_WITHIN:
            root[event.id] = target.id
            found[target.id] = event.body.body
    return found


def beginning(days: Mapping[date, Sequence[Line]]) -> date:
    begun = {kind: [day for day, lines in days.items() if any(line.event.kind == kind for line in lines)]
             for kind in ("intake", "rebased")}  # fmt: skip
    if begun["rebased"]:
        return max(begun["rebased"])
    if not begun["intake"]:
        raise ValueError("a log begins with an intake")
    return min(begun["intake"])
