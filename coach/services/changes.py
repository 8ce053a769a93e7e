"""Changes of a plan in words: what waits for a clinician, and what an approval or a measure is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from programs.catalog import Catalog
from programs.plan import Dose, Plan, Waiting
from programs.rules.dose import WORKING_DAYS_TO_APPROVE
from programs.words import Words

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """One change that waits: what it is about, what stands now and what would be, in words and in numbers."""

    about: str  # the key to answer with
    kind: str
    name: str
    now: str | None
    then: str | None
    dose: Dose | None
    since: date
    until: date  # the last day on which it can be answered


def listed(plan: Plan, words: Words, catalog: Catalog) -> tuple[Change, ...]:
    """What waits in one plan, oldest first."""
    return tuple(
        _change(plan, each, words, catalog) for each in sorted(plan.waiting, key=lambda w: (w.day, w.exercise))
    )


def named(inputs: Mapping[str, Any], words: Words) -> str | None:
    """What an approval or a measure is about, in words; None for any other change."""
    if inputs.get("exercise"):
        return words.word(f"exercises.{inputs['exercise']}.name")
    becomes = str(inputs.get("becomes") or "")
    if inputs.get("kind") in ("block", "program"):
        program, _, week = becomes.partition(" ")
        name = words.word(f"programs.{program}.name")
        return f"{name} ({week})" if week else name
    if inputs.get("kind") == "exercise":
        return words.word(f"exercises.{becomes}.name")
    return becomes or None


def dose_in_words(exercise: str | None, dose: Dose | None, words: Words, catalog: Catalog) -> str | None:
    if exercise is None or dose is None:
        return None
    return words.word(f"doses.{catalog.exercises[exercise].dose.unit}", sets=dose.sets, amount=dose.amount)


def _change(plan: Plan, waiting: Waiting, words: Words, catalog: Catalog) -> Change:
    item = next((item for item in plan.items if item.exercise == waiting.exercise), None)
    told = {"kind": waiting.kind, "becomes": waiting.becomes}
    now: str | None = None
    then = named(told, words)
    name = then or waiting.exercise
    if item is not None and waiting.dose is not None:
        name = words.word(f"exercises.{waiting.exercise}.name")
        now = dose_in_words(waiting.exercise, item.dose, words, catalog)
        then = dose_in_words(waiting.becomes, waiting.dose, words, catalog)
        if waiting.becomes != waiting.exercise:
            then = f"{words.word(f'exercises.{waiting.becomes}.name')}, {then}"
    elif waiting.kind == "steps":
        now = str(plan.walking.goal)
    elif waiting.kind == "walk":
        now = str(plan.walking.minutes)
    elif waiting.kind in ("program", "block") and plan.program:
        now = words.word(f"programs.{plan.program}.name")
    until = waiting.day + WORKING_DAYS_TO_APPROVE - ONE_DAY
    return Change(waiting.exercise, waiting.kind, name, now, then, waiting.dose, waiting.day, until)
