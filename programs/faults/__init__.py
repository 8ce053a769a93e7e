"""What must hold across the content beyond each value's own type: references, chains, ranges, words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from programs.faults import education, training, words
from programs.figure import reading as poses

if TYPE_CHECKING:
    from programs.catalog import Catalog


def found(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Every fault of a catalogue as (file, item, reason)."""
    yield from training.found(catalog)
    yield from education.found(catalog)
    yield from poses.found(catalog.figures, catalog.exercises)
    yield from words.found(catalog)
