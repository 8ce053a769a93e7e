"""What a person may do, read from facts and content a second time, apart from the engine's own reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from programs.catalog import Catalog, Exercise
from programs.patient import Patient

GRADES = ("", "C", "S", "H")
OPPOSITE = {"extension": "flex", "flexion": "ext"}
CAPPED = {
    "ACU": "level_cap_acute",
    "IRR": "level_cap_irritable",
    "BAL": "level_cap_balance",
    "SURG": "level_cap_surgery",
}


def conditions(person: Patient, day: date, catalog: Catalog) -> frozenset[str]:
    """The conditions that follow from facts on a day; IRR, which ends by its own rule, is not among them."""
    numbers = catalog.constants.conditions
    found: set[str] = set(person.diagnoses)
    below_knee, elderly = person.location >= numbers.radicular_location, person.age >= numbers.stenosis_age
    if elderly and person.eased_by_sitting and person.location >= numbers.stenosis_location:
        found.add("STEN")
    elif below_knee and not found & {"RAD", "STEN", "SPLI"}:
        found.add("RAD")
    if (day - person.episode_day).days < numbers.acute_days or person.back_average >= numbers.acute_pain:
        found.add("ACU")
    ended = person.birth is not None and person.pregnancy_day is not None and person.birth.day >= person.pregnancy_day
    if person.pregnancy_day is not None and not ended:
        weeks = (day - person.pregnancy_day).days // 7
        if weeks >= numbers.pregnancy_week:
            found.add("PREG")
    if person.birth is not None and 0 <= (day - person.birth.day).days < numbers.postpartum_days:
        found.add("POST")
    if person.surgery is not None and 0 <= (day - person.surgery.day).days < numbers.surgery_days:
        found.add("SURG")
    return frozenset(found)


def irritable(person: Patient, catalog: Catalog) -> bool:
    """Whether facts say that the nerve is easily provoked."""
    numbers = catalog.constants.conditions
    return (
        person.leg >= numbers.irritable_leg
        or person.provoked_minutes > numbers.irritable_minutes
        or person.sleep_lost_nights >= numbers.irritable_nights
    )


@dataclass(frozen=True, slots=True)
class Body:
    """All that grades an exercise for a person on a day."""

    conditions: frozenset[str]
    cleared: bool  # by the surgeon
    direction: str
    opposite_closed: bool

    def grade(self, exercise: Exercise, catalog: Catalog) -> str:
        """The worst contraindication grade: H, S, C or nothing."""
        found = [self._of(condition, exercise, catalog) for condition in self.conditions]
        if self.opposite_closed and exercise.direction == OPPOSITE.get(self.direction):
            found.append("S")
        return max(found, key=GRADES.index, default="")

    def _of(self, condition: str, exercise: Exercise, catalog: Catalog) -> str:
        own: str = cast(Mapping[str, str], exercise.contraindications).get(condition, "")
        table = cast(Mapping[str, str], catalog.class_grades[exercise.exercise_class]).get(condition, "")
        if condition == "SURG":
            listed = exercise.id in catalog.allow_lists["SURG"]
            after = "C" if table == "S" else table
            return "H" if not self.cleared and not listed else own or after
        if condition == "IRR":
            return own or ("" if exercise.id in catalog.allow_lists["IRR"] else "S") or table
        if condition == "ACU":
            return own or table
        if condition == "RAD" and exercise.category == "DPX":
            if exercise.direction == "flex" and own == "S" and self.direction == "flexion":
                return "C"
            if exercise.direction == "ext" and own != "H" and self.direction in ("none", "flexion"):
                return "S"
        return own


def level_cap(held: Iterable[str], program: str | None, caps: Iterable[int], catalog: Catalog) -> int:
    """The highest level allowed: the least of the programme's, the conditions' and the clinician's."""
    numbers = catalog.constants.conditions
    chosen = catalog.programs.get(program or "")
    own = [chosen.level_cap if chosen else 1, *caps]
    return min(own + [int(getattr(numbers, CAPPED[name])) for name in held if name in CAPPED])
