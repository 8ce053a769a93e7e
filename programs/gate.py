"""What a phone makes of the day's red-flag answers by the gate's table alone, without the service.

`triage` decides; this only looks up what it has worked out, and a test compares the two for every answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from programs.catalog import When
from programs.triage import OPEN, Answer, Level, Question, worst


@dataclass(frozen=True, slots=True)
class Opened:
    """Whether the exercises open, the worst level that stands, and what to ask once more in plainer words."""

    open: bool
    level: Level
    ask_again: tuple[str, ...]


def judge(
    items: Iterable[Question],
    answers: Mapping[str, Answer],
    severe: Collection[str] = (),
    unsure_before: Collection[str] = (),
    standing: Level = "none",
) -> Opened:
    """What a card of answers leads to; a flag not named is answered no.

    `unsure_before`: flags the person was unsure of on an earlier day. `standing`: the lock as last known: a phone
    may harden it and never ends it.
    """
    found: dict[str, Level] = {}
    for item in items:
        if item.flag in severe and "severe" in item.levels:
            found[item.flag] = item.levels["severe"]
            continue
        answer = "yes" if item.flag in severe else answers.get(item.flag, "no")
        again = answer == "unsure" and item.flag in unsure_before
        found[item.flag] = item.levels["unsure_again" if again else answer]
    level = worst((standing, *found.values()))
    return Opened(level in OPEN, level, tuple(flag for flag, level in found.items() if level == "unanswered"))


def asked_on(
    asks: Iterable[When], day: date, answered_here: Mapping[str, date], every_days: Mapping[str, int]
) -> tuple[When, ...]:
    """What a day's card still holds when weekly (W) or monthly (M) questions were answered on this phone since."""
    return tuple(
        moment
        for moment in asks
        if moment not in answered_here or (day - answered_here[moment]).days >= every_days.get(moment, 1)
    )
