"""Faults in what people do: exercises, chains, programmes, red flags, conditions, constants, emergency numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from programs import words

if TYPE_CHECKING:
    from programs.catalog import Catalog, Exercise, Program, RedFlag

Fault = tuple[str, str, str]  # file, item, reason

SEVERITY = ("SOON", "SOON_HOLD", "URGENT", "EMERGENCY")


def found(catalog: Catalog) -> Iterator[Fault]:
    """In the order of the files."""
    for exercise in catalog.exercises.values():
        for reason in _of_exercise(exercise, catalog.exercises):
            yield "exercises.yaml", exercise.id, reason
    yield from _of_rings(catalog.exercises)
    for program in catalog.programs.values():
        for reason in _of_program(program, catalog.exercises):
            yield "programs.yaml", program.id, reason
    for flag in catalog.red_flags.values():
        for reason in _of_flag(flag, catalog):
            yield "red_flags.yaml", flag.id, reason
    yield from _of_conditions(catalog)
    yield from _of_constants(catalog)
    yield from _of_countries(catalog.countries)


def _of_exercise(exercise: Exercise, library: Mapping[str, Exercise]) -> Iterator[str]:
    dose = exercise.dose
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", exercise.id):
        yield "id must be small letters, digits and underscores"
    if dose.low > dose.high:
        yield f"dose.low {dose.low} is above dose.high {dose.high}"
    if dose.sets > dose.sets_max:
        yield f"dose.sets {dose.sets} is above dose.sets_max {dose.sets_max}"
    if not exercise.exercise_class.startswith(exercise.category):
        yield f"exercise_class {exercise.exercise_class} is not of category {exercise.category}"
    if len(set(exercise.equipment)) < len(exercise.equipment):
        yield "equipment names one thing twice"
    if exercise.chain:
        yield "chain is computed, not written"
    if exercise.easier and (exercise.easier not in library or library[exercise.easier].harder != exercise.id):
        yield f"easier {exercise.easier} does not name it as harder"
    if exercise.harder:
        harder = library.get(exercise.harder)
        if harder is None or harder.easier != exercise.id:
            yield f"harder {exercise.harder} does not name it as easier"
        elif harder.level - exercise.level not in (0, 1):
            yield f"harder {harder.id} changes the level by {harder.level - exercise.level}, not by 0 or 1"


def _of_rings(library: Mapping[str, Exercise]) -> Iterator[Fault]:
    reached = set()
    for exercise in library.values():
        step: Exercise | None = exercise if exercise.easier is None else None
        while step:
            reached.add(step.id)
            step = library[step.harder] if step.harder else None
    for key in sorted(library.keys() - reached):
        yield "exercises.yaml", key, "its chain is a ring without an easiest exercise"


def _of_program(program: Program, library: Mapping[str, Exercise]) -> Iterator[str]:
    if not re.fullmatch("[A-Z][A-Z0-9]{1,9}", program.id):
        yield "id must be capital letters and digits"
    next_week = 1
    for block in program.blocks:
        if block.first_week != next_week or block.last_week < block.first_week:
            yield f"weeks {block.first_week}-{block.last_week} do not follow on week {next_week - 1}"
        next_week = block.last_week + 1
        if len(set(block.exercises)) < len(block.exercises):
            yield f"weeks {block.first_week}-{block.last_week} name one exercise twice"
        for key in block.exercises:
            if key not in library:
                yield f"exercise {key} is not in the library"
            elif library[key].level > program.level_cap:
                yield f"exercise {key} is above level_cap {program.level_cap}"
    if next_week != program.weeks + 1:
        yield f"its blocks end in week {next_week - 1}, not {program.weeks}"


def _of_flag(flag: RedFlag, catalog: Catalog) -> Iterator[str]:
    if not re.fullmatch("RF[0-9]{2}[a-z]?", flag.id):
        yield "id must be RF, two digits and at most a letter"
    if not flag.ask and not flag.ask_if:
        yield "is asked of nobody"
    if flag.severe_level and SEVERITY.index(flag.severe_level) <= SEVERITY.index(flag.level):
        yield f"severe_level {flag.severe_level} is not worse than level {flag.level}"
    if flag.within_days is not None and flag.level != "SOON":
        yield "within_days is only for SOON"
    if flag.with_cancer and flag.with_cancer not in catalog.red_flags:
        yield f"with_cancer {flag.with_cancer} is no red flag"
    if flag.card and flag.card not in words.CARDS:
        yield f"card {flag.card} is none of {', '.join(words.CARDS)}"


def _of_conditions(catalog: Catalog) -> Iterator[Fault]:
    file = "conditions.yaml"
    used = {exercise.exercise_class for exercise in catalog.exercises.values()}
    for row in sorted(used - catalog.class_grades.keys()):
        yield file, "class_grades", f"{row} is missing"
    for condition in ("SURG", "IRR"):
        if condition not in catalog.allow_lists:
            yield file, "allow_lists", f"{condition} is missing"
    for level in SEVERITY:
        if level not in catalog.level_days:
            yield "red_flags.yaml", "level_days", f"{level} is missing"
    for condition, allowed in catalog.allow_lists.items():
        for key in allowed:
            if key not in catalog.exercises:
                yield file, "allow_lists", f"{condition} names {key}, which is not in the library"
            elif catalog.exercises[key].contraindications.get(condition, "C") != "C":
                yield file, "allow_lists", f"{condition} allows {key}, which the library blocks"
    for key in catalog.fallback:
        if key not in catalog.exercises:
            yield file, "fallback", f"{key} is not in the library"


def _of_constants(catalog: Catalog) -> Iterator[Fault]:
    c = catalog.constants
    rising: dict[str, tuple[float, ...]] = {
        "zone: amber_peak, red_peak, abs_red_peak": (c.zone.amber_peak, c.zone.red_peak, c.zone.abs_red_peak),
        "zone: amber_delta_low, red_delta_low": (c.zone.amber_delta_low, c.zone.red_delta_low),
        "zone: amber_delta_high, red_delta_high": (c.zone.amber_delta_high, c.zone.red_delta_high),
        "morning: settled_max, bad_min": (c.morning.settled_max, c.morning.bad_min),
        "gap: same_dose_max, repeat_max, minus1_max, minus40_max": (
            c.gap.same_dose_max, c.gap.repeat_max, c.gap.minus1_max, c.gap.minus40_max),
        "adherence: low, ok, high": (c.adherence.low, c.adherence.ok, c.adherence.high),
        "flare: min_days, max_days": (c.flare.min_days, c.flare.max_days),
        "plateau: days, second_days": (c.plateau.days, c.plateau.second_days),
        "response: check_weeks": c.response.check_weeks,
        "instruments: odi_bands": c.instruments.odi_bands,
        "posture: bending.free_degrees, bending.limit_degrees": (
            c.posture.bending.free_degrees, c.posture.bending.limit_degrees),
    }  # fmt: skip
    for names, values in rising.items():
        if any(low >= high for low, high in pairwise(values)):
            item, _, fields = names.partition(": ")
            yield "constants.yaml", item, f"{fields} must rise, not {', '.join(f'{v:g}' for v in values)}"
    for name in ("who", "asian", "wpro", "china", "japan"):
        scheme = getattr(c.weight.schemes, name)
        limits = [at for at in (scheme.healthy_from, scheme.overweight_from, scheme.obesity_from) if at]
        if limits != sorted(set(limits)):
            yield "constants.yaml", "weight", f"schemes.{name}: its limits must rise"


def _of_countries(countries: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    for country, numbers in countries.items():
        if not re.fullmatch("[A-Z]{2}", country):
            yield "emergency_numbers.yaml", country, "must be a country's two capital letters"
        if not all(number.isdigit() for number in numbers):
            yield "emergency_numbers.yaml", country, "numbers must be digits"
