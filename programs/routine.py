"""What one patient does on one local day: the variants a phone may choose from, in words, and the day's goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from programs import offers, posture, selection, triage
from programs.allowed import Allowed
from programs.catalog import Catalog, Exercise
from programs.offers import MiniSets
from programs.plan import Item, Plan, Why, level
from programs.posture import BeltView, Breaks
from programs.rules import walking
from programs.rules.draft import Draft
from programs.selection import Variant
from programs.triage import OPEN, Advice, Card, Lock
from programs.words import Words

Status = Literal["open", "rest", "unanswered", "locked", "no_plan", "paused"]
VARIANTS: tuple[Variant, ...] = ("full", "short", "calm", "neutral")


@dataclass(frozen=True, slots=True)
class Step:
    """One exercise of a routine. `amount` counts the unit; `minutes` is the time it takes, each side included."""

    exercise: str
    name: str
    sets: int
    amount: int
    unit: str
    dose: str  # in words
    hold_s: int
    rest_s: int
    per_side: bool
    tempo: str
    seconds: int
    cues: tuple[str, ...]
    why: str
    rule: str


@dataclass(frozen=True, slots=True)
class Goals:
    """What the day asks for beside the exercises; None = nothing."""

    steps: int | None
    walk_minutes: int | None
    belt: BeltView
    breaks: Breaks
    mini_sets: MiniSets | None = None


@dataclass(frozen=True, slots=True)
class Routine:
    """A day's routine. `variants` are what opens once the day's red-flag card is answered; empty behind a lock."""

    day: date
    status: Status
    lock: Advice | None
    level: str
    locks: tuple[Lock, ...]
    mode: str
    program: str | None
    program_name: str | None
    cards: tuple[Card, ...]
    variants: Mapping[str, tuple[Step, ...]]
    minutes: Mapping[str, float]
    goals: Goals


def build(plan: Plan, day: date, catalog: Catalog, locale: str, locks: tuple[Lock, ...] | None = None) -> Routine:
    """The routine of `day`, today or one ahead as things stand. `locks` are the service's, where they are newer.

    Behind a lock no variant holds anything; an unanswered card is the gate's to open (I8).
    """
    standing = plan.locks if locks is None else locks
    words = catalog.in_language(locale)
    opened = replace(plan, locks=standing, answered=True)
    chosen = chosen_items(opened, day, catalog)
    worst = level(standing, True)
    today = day == plan.day
    return Routine(
        day=day,
        status=_status(plan, opened, day, catalog),
        lock=None if worst == "none" else triage.advice(worst, (k.flag for k in opened.locked_by), catalog, locale),
        level=worst,
        locks=standing,
        mode=plan.mode,
        program=plan.program,
        program_name=words.word(f"programs.{plan.program}.name") if plan.program else None,
        cards=tuple(triage.card(name, words) for name in plan.cards) if today else (),
        variants={name: tuple(_step(item, catalog, words) for item in items) for name, items in chosen.items()},
        minutes={name: _minutes(items, catalog) for name, items in chosen.items()},
        goals=Goals(
            steps=walking.goal(plan, catalog),
            walk_minutes=walking.minutes(plan, catalog),
            belt=posture.belt(plan, catalog),
            breaks=posture.breaks(plan.conditions, catalog),
            mini_sets=offers.mini_sets(plan, chosen["full"], catalog),
        ),
    )


def chosen_items(plan: Plan, day: date, catalog: Catalog) -> dict[Variant, tuple[Item, ...]]:
    """The items of every variant; `neutral` only where the full one bends the spine in some direction."""
    chosen, library = every_variant(plan, day, catalog), catalog.exercises
    if all(library[item.exercise].direction == "neutral" for item in chosen["full"]):
        del chosen["neutral"]
    return chosen


def every_variant(plan: Plan, day: date, catalog: Catalog) -> dict[Variant, tuple[Item, ...]]:
    """The items of every variant, whether it differs from the full one or not."""
    allowed = allowed_for(plan, catalog)
    return {name: selection.served(plan, allowed, day, name) for name in VARIANTS}


def allowed_for(plan: Plan, catalog: Catalog) -> Allowed:
    """What the person may do by this plan."""
    draft = Draft(plan, catalog)
    return Allowed(draft.person(), draft.catalog)


def sentence(item: Item, words: Words, reader: str = "patient") -> str:
    """Why this exercise, and where it stands for another, why not that one."""
    return why(item.exercise, item.why, words, reader)


def why(exercise: str, reason: Why, words: Words, reader: str) -> str:
    """The sentence of a reason; a stand-in's names both exercises."""
    name = words.word(f"exercises.{exercise}.name")
    if reason.instead is None:
        cause = _cause(exercise, reason, words)
        return words.word(f"reasons.{reason.kind}.{reader}", exercise=name, instead="", why=cause)
    key = f"reasons.conditions.{reason.because}"
    if reason.kind == "replaced" and key not in words.texts:
        return words.word(f"reasons.fallback.{reader}", exercise=name, instead="", why="")
    because = words.word(key) if key in words.texts else str(reason.because)
    instead = words.word(f"exercises.{reason.instead}.name")
    return words.word(f"reasons.{reason.kind}.{reader}", exercise=instead, instead=name, why=because)


def sessions_week(plan: Plan, catalog: Catalog) -> int:
    """How many sessions are planned in a week."""
    return Draft(plan, catalog).sessions_week()


def is_training_day(plan: Plan, day: date, catalog: Catalog) -> bool:
    """Whether a session is planned on a day; anyone who wants one on another day gets it all the same."""
    week = sessions_week(plan, catalog)
    return (day - plan.program_day).days % 7 * week % 7 < week


def _status(plan: Plan, opened: Plan, day: date, catalog: Catalog) -> Status:
    standing = opened.level
    if standing == "NO_PLAN":
        return "no_plan"
    if standing not in OPEN:
        return "locked"
    pause = plan.pause(day)
    if pause is not None and pause.wanted == "off":
        return "paused"
    if day == plan.day and not plan.answered:
        return "unanswered"
    return "open" if is_training_day(plan, day, catalog) else "rest"


def tempo(exercise: Exercise, words: Words) -> str:
    """The tempo as a person reads it: "4-1-6", or a word."""
    return exercise.tempo if exercise.tempo_s else words.word(f"doses.tempo.{exercise.tempo}")


def _cause(exercise: str, reason: Why, words: Words) -> str:
    """Why an exercise was left out: a condition, the person's wish, the exercise that stands there, or the rule."""
    if reason.because is None:
        return ""
    if reason.rule == "O" and reason.because == exercise:
        return words.word("reasons.causes.clinic")
    wish = reason.because == exercise
    named = (f"reasons.conditions.{reason.because}", f"exercises.{reason.because}.name")
    known = (key for key in named if key in words.texts and not wish)
    return words.word(next(known, f"reasons.causes.{'wish' if wish else reason.rule}"))


def _step(item: Item, catalog: Catalog, words: Words) -> Step:
    exercise = catalog.exercises[item.exercise]
    dose = words.word(f"doses.{exercise.dose.unit}", sets=item.dose.sets, amount=item.dose.amount)
    return Step(
        exercise=exercise.id,
        name=words.word(f"exercises.{exercise.id}.name"),
        sets=item.dose.sets,
        amount=item.dose.amount,
        unit=exercise.dose.unit,
        dose=words.word("doses.per_side", dose=dose) if exercise.per_side else dose,
        hold_s=exercise.dose.hold_s,
        rest_s=exercise.dose.rest_s,
        per_side=exercise.per_side,
        tempo=tempo(exercise, words),
        seconds=selection.seconds(exercise, item.dose, catalog),
        cues=words.lines(f"exercises.{exercise.id}.cues"),
        why=sentence(item, words),
        rule=item.why.rule,
    )


def _minutes(items: tuple[Item, ...], catalog: Catalog) -> float:
    library = catalog.exercises
    return sum(selection.seconds(library[item.exercise], item.dose, catalog) for item in items) / 60
