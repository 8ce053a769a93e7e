"""What a plan offers on top of its doses: something else of the same kind after weeks at the top (G4), mini-sets (C1).

Offers change nothing by themselves: the person takes them up, and nothing here is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from programs.allowed import Allowed
from programs.catalog import Catalog
from programs.plan import Item, Plan
from programs.selection import DIRECTIONS


@dataclass(frozen=True, slots=True)
class MiniSets:
    """Short sets spread over the day: of one exercise, `low` to `high` times, so many repetitions each."""

    exercise: str
    low: int
    high: int
    reps: int


def alternatives(plan: Plan, allowed: Allowed) -> dict[str, str]:
    """Exercise -> another of its category and no harder, for what has stood at its top dose for three weeks (G4).

    A clinician's own choice is left alone; nothing is offered twice, nor where nothing fits. A swap takes it up.
    """
    days = allowed.catalog.constants.plateau.alternative_days
    taken = {item.exercise for item in plan.items}
    offered: dict[str, str] = {}
    for item in plan.items:
        if item.maintained_on is None or (plan.day - item.maintained_on).days < days or item.source != "program":
            continue
        peer = allowed.peer(item.exercise, taken)
        if peer is not None:
            offered[item.exercise] = peer
            taken.add(peer)
    return offered


def mini_sets(plan: Plan, served: Sequence[Item], catalog: Catalog) -> MiniSets | None:
    """C1: while symptoms move up, the hardest repeated exercise of the direction that does it; None otherwise.

    Only of what is served that day: behind a lock, on a rest of it or with the direction closed there is none.
    """
    towards, library = DIRECTIONS.get(plan.direction.value), catalog.exercises
    if not plan.leg.centralising or towards is None:
        return None
    fitting = [
        library[item.exercise]
        for item in served
        if library[item.exercise].category == "DPX"
        and library[item.exercise].direction == towards
        and library[item.exercise].dose.unit == "reps"
    ]
    if not fitting:
        return None
    numbers = catalog.constants.leg
    best = max(fitting, key=lambda exercise: exercise.level)
    reps = min(numbers.mini_set_reps, best.dose.high)
    return MiniSets(best.id, numbers.mini_sets_low, numbers.mini_sets_high, reps)
