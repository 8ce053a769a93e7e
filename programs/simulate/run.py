"""Which lives a simulation lives, and one of them."""

from __future__ import annotations

from collections.abc import Sequence

from programs.catalog import Catalog
from programs.events import Event
from programs.simulate.life import Life, Lived
from programs.simulate.people import archetypes

PATIENTS_MOST, DAYS_MOST = 100_000, 400

Who = tuple[str, int]  # archetype, number


def lives(patients: int, names: tuple[str, ...] = ()) -> Sequence[Who]:
    """So many people, the archetypes taking turns. Raises ValueError for numbers or names that cannot be."""
    if not 1 <= patients <= PATIENTS_MOST:
        raise ValueError(f"patients: {patients} is not within 1 to {PATIENTS_MOST}")
    kinds = archetypes(names)
    return [(kinds[place % len(kinds)].name, place // len(kinds)) for place in range(patients)]


def begin(who: Who, seed: int, catalog: Catalog) -> Life:
    """One person before their first day; the same seed and person give the same life."""
    return Life(archetypes((who[0],))[0], who[1], seed, catalog)


def check_days(days: int) -> None:
    """Raises ValueError for days that cannot be."""
    if not 1 <= days <= DAYS_MOST:
        raise ValueError(f"days: {days} is not within 1 to {DAYS_MOST}")


def live(who: Who, seed: int, days: int, catalog: Catalog) -> Lived:
    """Lives one life."""
    check_days(days)
    return begin(who, seed, catalog).live(days)


def log(who: Who, seed: int, days: int, catalog: Catalog) -> list[Event]:
    """All that one life has told, for measuring the fold alone."""
    one = begin(who, seed, catalog)
    one.live(days)
    return [event for events in one.log.values() for event in events]
