"""Weight: body mass index, trend and when it may be spoken of. Back first, no blame, only with consent (NICE NG246)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from programs.catalog import Catalog
from programs.constants.lifestyle import Scheme
from programs.course import Reading, WeightState
from programs.outcomes import half_up
from programs.plan import Plan

if TYPE_CHECKING:
    from programs.rules.draft import Draft

Band = Literal["under", "healthy", "overweight", "obesity"]


@dataclass(frozen=True, slots=True)
class View:
    """What is known of the weight, and whether it may be spoken of."""

    bmi: float | None
    band: Band | None
    offered: bool
    loss_advised: bool
    held: bool  # the last reading is far off and waits for the next
    protein: bool  # losing is not advised: strength and protein instead


def bmi(kg: float, height_cm: float) -> float:
    """Body mass index, one decimal, half up."""
    return half_up(kg / (height_cm / 100) ** 2, 1)


def band(index: float, scheme: Scheme) -> Band:
    """The class in a scheme (WHO and regional)."""
    if index < scheme.healthy_from:
        return "under"
    if index >= scheme.obesity_from:
        return "obesity"
    return "overweight" if scheme.overweight_from is not None and index >= scheme.overweight_from else "healthy"


def view(plan: Plan | Draft, catalog: Catalog) -> View:
    """BMI of the last accepted reading and what may be said (WT1, WT4). Nothing without consent."""
    person, numbers = plan.patient, catalog.constants.weight
    held = plan.weight.waiting is not None
    kg = plan.weight.readings[-1].value if plan.weight.readings else person.weight_kg
    if kg is None:
        return View(None, None, False, False, held, False)
    scheme: Scheme = getattr(numbers.schemes, person.weight_scheme)
    index = bmi(kg, person.height_cm)
    found = band(index, scheme)
    middle = (scheme.healthy_from + (scheme.overweight_from or scheme.obesity_from)) / 2
    old_and_slim = person.age >= numbers.older_age and index < numbers.older_bmi_min
    too_slim = old_and_slim or index < middle
    spoken = may_speak(plan, catalog)
    heavy = found in ("overweight", "obesity")
    wants = person.weight_goal == "lose"
    return View(
        bmi=index,
        band=found,
        offered=spoken and heavy and not too_slim,
        loss_advised=spoken and not too_slim and (heavy or wants),
        held=held,
        protein=spoken and too_slim and (wants or old_and_slim),
    )


def may_speak(plan: Plan | Draft, catalog: Catalog) -> bool:
    """WT1, WT4: whether weight is a topic at all."""
    return plan.patient.weight_consent and not _excluded(plan, catalog)


def _excluded(plan: Plan | Draft, catalog: Catalog) -> bool:
    """WT4: when losing weight is never advised."""
    person, numbers = plan.patient, catalog.constants
    nursing = person.birth is not None and (plan.day - person.birth.day).days < numbers.weight.postpartum_days
    return (
        person.pregnant
        or nursing
        or person.eating_disorder
        or person.age < numbers.conditions.age_min
        or (person.surgery is not None and not person.surgery.cleared)
        or any(lock.flag in ("RF12", "RF09a", "RF09b") for lock in plan.locks)
    )


def take(state: WeightState, day: date, kg: float, catalog: Catalog) -> WeightState:
    """WT2: a reading far from the last waits for the next; one near it accepts both."""
    numbers, new = catalog.constants.weight, Reading(day, kg)
    past = tuple(reading for reading in state.readings if reading.day != day)
    last = past[-1] if past else None
    if last is None or _near(kg, last.value, numbers.held_pct):
        return WeightState(_recent((*past, new), catalog), None, state.losing)
    waiting = state.waiting
    if waiting is not None and waiting.day != day and _near(kg, waiting.value, numbers.held_pct):
        return WeightState(_recent((*past, waiting, new), catalog), None, state.losing)
    return WeightState(past, new, state.losing)


def unexplained_loss(state: WeightState, catalog: Catalog) -> bool:
    """WT5: the last reading against the highest of the 180 days before it (NICE NG12)."""
    numbers, last = catalog.constants.weight, state.readings[-1]
    first = last.day - timedelta(days=numbers.unexplained_days)
    highest = max(reading.value for reading in state.readings if reading.day >= first)
    return (highest - last.value) * 100 >= numbers.unexplained_pct * highest - 1e-6


def loses_too_fast(readings: Sequence[Reading], catalog: Catalog) -> bool:
    """WT3: over 1 % a week for two weeks, or over 1 kg a week for three."""
    numbers = catalog.constants.weight
    weekly = _weekly(readings, max(numbers.fast_pct_weeks, numbers.fast_kg_weeks) + 1, catalog)
    losses = [(earlier.value, earlier.value - later.value) for later, earlier in pairwise(weekly)]
    share, kilos = losses[: numbers.fast_pct_weeks], losses[: numbers.fast_kg_weeks]
    by_share = len(share) == numbers.fast_pct_weeks and all(
        lost * 100 > numbers.fast_pct * earlier + 1e-6 for earlier, lost in share
    )
    by_kilos = len(kilos) == numbers.fast_kg_weeks and all(lost > numbers.fast_kg + 1e-6 for _, lost in kilos)
    return by_share or by_kilos


def stands_still(readings: Sequence[Reading], day: date, catalog: Catalog) -> bool:
    """WT6: five readings over four weeks that differ by less than half a kilogram."""
    numbers = catalog.constants.weight
    window = [r for r in readings if (day - r.day).days <= numbers.plateau_days]
    values = [reading.value for reading in window]
    spread = bool(window) and (window[-1].day - window[0].day).days >= numbers.plateau_days - numbers.trend_days
    return spread and len(values) >= numbers.plateau_readings and max(values) - min(values) < numbers.plateau_kg - 1e-6


def _weekly(readings: Sequence[Reading], count: int, catalog: Catalog) -> list[Reading]:
    """Readings about a week apart, the latest first."""
    numbers = catalog.constants.weight
    weekly = list(readings[-1:])
    while weekly and len(weekly) < count:
        near = [
            reading
            for reading in readings
            if numbers.weekly_days_min <= (weekly[-1].day - reading.day).days <= numbers.weekly_days_max
        ]
        if not near:
            break
        weekly.append(min(near, key=lambda reading: abs((weekly[-1].day - reading.day).days - 7)))
    return weekly


def _near(kg: float, other: float, percent: int) -> bool:
    return abs(kg - other) * 100 <= percent * other + 1e-6


def _recent(readings: Sequence[Reading], catalog: Catalog) -> tuple[Reading, ...]:
    ordered = sorted(readings, key=lambda reading: reading.day)
    first = ordered[-1].day - timedelta(days=catalog.constants.weight.unexplained_days)
    return tuple(reading for reading in ordered if reading.day >= first)
