"""What the invariants look at: one moment of one person's day, and what they say when something does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from programs.catalog import Catalog
from programs.events import Event
from programs.plan import Decision, Item, Plan, is_out

OPENED = ("open", "rest")  # a routine's states in which exercises can be had
SHUT = ("locked", "no_plan")
CLOSING = ("SOON_HOLD", "URGENT", "EMERGENCY")  # levels of a red flag that take all exercises away
HARDNESS = ("SOON", *CLOSING)


@dataclass(frozen=True, slots=True)
class Served:
    """One exercise of a routine, as the person gets it."""

    exercise: str
    sets: int
    amount: int


@dataclass(frozen=True, slots=True)
class Look:
    """The service seen at one moment of a day.

    `told`: what became known since the look before; late reports belong to earlier days. `decisions` are those of the
    day so far. `advice`: whether the routine shows what to do behind a lock.
    """

    day: date
    told: tuple[Event, ...]
    plan: Plan
    status: str
    advice: bool
    variants: Mapping[str, Sequence[Served]]
    decisions: tuple[Decision, ...] = ()
    late: bool = False  # what was told belongs to days before, and the routine of today had been served already

    @property
    def full(self) -> Sequence[Served]:
        """What is served to who asks for nothing else."""
        return self.variants.get("full", ())


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that did not hold on a day, and how."""

    invariant: str
    day: date
    what: str


def held(plan: Plan) -> list[Item]:
    """What the plan holds on its day: items that are out for some days do not count."""
    return [item for item in plan.items if not is_out(item, plan.day)]


def earned(plan: Plan) -> list[Item]:
    """The doses the person has reached, whatever a gap or a lighter week leaves of them today."""
    items = plan.items if plan.kept is None else plan.kept
    return [item for item in items if not is_out(item, plan.day)]


def load(exercise: str, sets: int, amount: int, catalog: Catalog) -> int:
    """What one exercise adds to the load index: sets x amount x level."""
    return sets * amount * catalog.exercises[exercise].level


def plan_load(plan: Plan, catalog: Catalog) -> int:
    """The load index of what the plan holds."""
    return sum(load(item.exercise, item.dose.sets, item.dose.amount, catalog) for item in held(plan))


def served_load(served: Sequence[Served], catalog: Catalog) -> int:
    """The load index of what a routine serves."""
    return sum(load(step.exercise, step.sets, step.amount, catalog) for step in served)


def seconds(step: Served, catalog: Catalog) -> int:
    """How long an exercise takes: each side's work, the rest after each set, getting ready once."""
    exercise, numbers = catalog.exercises[step.exercise], catalog.constants.session
    one = {"reps": max(exercise.tempo_s, exercise.dose.hold_s, 1), "seconds": 1, "minutes": 60}[exercise.dose.unit]
    work = step.amount * one * (2 if exercise.per_side else 1)
    return step.sets * (work + exercise.dose.rest_s) + numbers.transition_s
