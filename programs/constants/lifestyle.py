"""Posture, lumbar support and weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from programs.canonical import Within
from programs.constants.kinds import Age, Bmi, Count, Days, Hours, Kilograms, Minutes, Percent, Share


@dataclass(frozen=True, slots=True)
class Break:
    """When to change posture: minutes, and the tighter minutes for RAD and ACU."""

    after_min: Minutes
    at_most: Minutes
    tight_after: Minutes
    tight_at_most: Minutes


@dataclass(frozen=True, slots=True)
class Bending:
    """Static bending (ISO 11226): minutes allowed fall in a line from free_degrees to limit_degrees."""

    free_degrees: Annotated[int, Within(0, 90)]
    limit_degrees: Annotated[int, Within(1, 90)]
    minutes_free: Annotated[float, Within(0, 4)]
    minutes_limit: Annotated[float, Within(0, 4)]
    tight_factor: Share


@dataclass(frozen=True, slots=True)
class Posture:
    """Breaks and bending."""

    sitting: Break
    standing: Break
    travel: Break
    standing_hours_day: Hours
    bending: Bending


@dataclass(frozen=True, slots=True)
class Belt:
    """LS1-LS7: lumbar support."""

    offer_days: Days
    full_days: Annotated[int, Within(0, 42)]
    wean_step_days: Annotated[int, Within(1, 14)]
    wean_shares: Annotated[tuple[Share, ...], Within(1, 8)]
    minutes_week_max: Annotated[int, Within(0, 1680)]


@dataclass(frozen=True, slots=True)
class Scheme:
    """Body mass index from which each class begins; below healthy_from is under. None: no such class."""

    healthy_from: Bmi
    overweight_from: Bmi | None
    obesity_from: Bmi


@dataclass(frozen=True, slots=True)
class Schemes:
    """The schemes a deployment may choose from, never guessed."""

    who: Scheme
    asian: Scheme
    wpro: Scheme
    china: Scheme
    japan: Scheme


@dataclass(frozen=True, slots=True)
class Weight:
    """WT1-WT6."""

    schemes: Schemes
    older_age: Age
    older_bmi_min: Bmi
    postpartum_days: Days
    held_pct: Percent
    weekly_days_min: Days
    weekly_days_max: Days
    fast_pct: Annotated[float, Within(0, 1)]
    fast_pct_weeks: Annotated[int, Within(1, 2)]
    fast_kg: Annotated[float, Within(0, 1)]
    fast_kg_weeks: Annotated[int, Within(1, 3)]
    unexplained_pct: Annotated[int, Within(1, 5)]
    unexplained_days: Days
    plateau_days: Days
    plateau_readings: Count
    plateau_kg: Kilograms
    trend_days: Days
