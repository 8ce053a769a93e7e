"""What one person may do: contraindications, level cap, equipment. The only code that grades an exercise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from programs.catalog import Catalog, Exercise
from programs.plan import Dose

Grade = Literal["H", "S", "C"]
ORDER = ("", "C", "S", "H")
CLASS_GRADED = ("SURG", "ACU", "IRR")
OPPOSITE = {"extension": "flex", "flexion": "ext"}


@dataclass(frozen=True, slots=True)
class Person:
    """What decides about exercises. `opposite_closed`: the direction against the preferred one is not yet free (C5)."""

    conditions: frozenset[str]
    cleared: bool  # by the surgeon
    direction: str
    opposite_closed: bool
    equipment: frozenset[str]
    cap: int
    included: frozenset[str] = frozenset()
    avoids: frozenset[str] = frozenset()  # positions
    swapped: frozenset[str] = frozenset()  # exercises the person does not want
    withheld: frozenset[str] = frozenset()  # exercises that a clinician or a recall has taken out


@dataclass(frozen=True, slots=True)
class Block:
    """Why an exercise is not done: graded H or S for a condition, above the cap, without its equipment, unwanted, or
    taken out by the clinic."""

    kind: Literal["replaced", "capped", "equipment", "position", "swapped", "withheld"]
    rule: str
    because: str
    grade: Grade | None = None


class Allowed:
    """Answers about one person and one catalogue, remembered."""

    def __init__(self, person: Person, catalog: Catalog) -> None:
        self.person, self.catalog = person, catalog
        self._table = cast(Mapping[str, Mapping[str, Grade]], catalog.class_grades)
        self._blocks: dict[str, Block | None] = {}

    def block(self, exercise: str) -> Block | None:
        """Why the exercise may not be done; None when it may."""
        try:
            return self._blocks[exercise]
        except KeyError:
            block = self._blocks[exercise] = self._find_block(self.catalog.exercises[exercise])
            return block

    def fits(self, exercise: str) -> bool:
        return self.block(exercise) is None

    def grade(self, exercise: str) -> Grade | None:
        """The worst grade over the person's conditions, as if nothing were included by a clinician."""
        return max(
            (grade for grade, _ in self._grades(self.catalog.exercises[exercise])),
            key=ORDER.index,
            default=None,
        )

    def harder(self, exercise: str) -> str | None:
        """The next level, if it is open to the person."""
        harder = self.catalog.exercises[exercise].harder
        return harder if harder and self.fits(harder) else None

    def easier(self, exercise: str) -> Iterator[str]:
        """The open exercises down the chain, the next one first."""
        step = self.catalog.exercises[exercise].easier
        while step:
            if self.fits(step):
                yield step
            step = self.catalog.exercises[step].easier

    def range(self, exercise: str) -> tuple[int, int, int]:
        """Lowest amount, highest amount and most sets; high blood pressure shortens what is held (HTN)."""
        dose = self.catalog.exercises[exercise].dose
        low, high = dose.low, dose.high
        if "HTN" in self.person.conditions and dose.unit == "seconds":
            high = min(high, self.catalog.constants.conditions.pressure_hold_s)
            low = min(low, high)
        return low, high, dose.sets_max

    def start(self, exercise: str) -> Dose:
        """The start dose: the library's, or one set at the low end where care is needed (grade C)."""
        low, _, _ = self.range(exercise)
        careful = self.grade(exercise) == "C"
        return Dose(1 if careful else self.catalog.exercises[exercise].dose.sets, low)

    def instead(self, exercise: str, taken: Iterable[str]) -> str | None:
        """What stands in for a blocked exercise: down its own chain, else its category at no higher level.

        Of the category: a chain not taken yet, the highest level first, then library order.
        """
        taken = set(taken)
        for step in self.easier(exercise):
            if step not in taken:
                return step
        return self.peer(exercise, taken)

    def peer(self, exercise: str, taken: Iterable[str]) -> str | None:
        """Another of an exercise's category at no higher level: a chain not taken yet, the highest level first."""
        library = self.catalog.exercises
        blocked = library[exercise]
        chains = {library[other].chain for other in taken} | {blocked.chain}
        peers = [
            peer
            for peer in library.values()
            if peer.category == blocked.category
            and peer.level <= blocked.level
            and peer.chain not in chains
            and not peer.only_assigned
            and self.fits(peer.id)
        ]
        return max(peers, key=lambda peer: peer.level).id if peers else None

    def _find_block(self, exercise: Exercise) -> Block | None:
        person = self.person
        worst: tuple[Grade, str] | None = None
        for grade, condition in self._grades(exercise):
            if grade != "C" and (worst is None or ORDER.index(grade) > ORDER.index(worst[0])):
                worst = grade, condition
        if worst and (worst[0] == "H" or exercise.id not in person.included):
            return Block("replaced", "C5" if worst[1] == person.direction else "I2", worst[1], worst[0])
        if exercise.id in person.withheld:
            return Block("withheld", "O", exercise.id)
        if exercise.level > person.cap:
            return Block("capped", "I3", str(person.cap))
        absent = next((tool for tool in exercise.equipment if tool not in person.equipment), None)
        if absent:
            return Block("equipment", "I2", absent)
        if exercise.position in person.avoids:
            return Block("position", "I2", exercise.position)
        return Block("swapped", "I2", exercise.id) if exercise.id in person.swapped else None

    def _grades(self, exercise: Exercise) -> Iterator[tuple[Grade, str]]:
        person = self.person
        for condition in sorted(person.conditions):
            grade = self._grade(exercise, condition)
            if grade:
                yield grade, condition
        if person.opposite_closed and exercise.direction == OPPOSITE.get(person.direction):
            yield "S", person.direction

    def _grade(self, exercise: Exercise, condition: str) -> Grade | None:
        grade = cast(Mapping[str, Grade], exercise.contraindications).get(condition)
        if condition in CLASS_GRADED:
            table = self._table[exercise.exercise_class].get(condition)
            if condition == "SURG":
                return self._surgical(exercise, grade, table)
            if condition == "IRR" and exercise.id not in self.catalog.allow_lists["IRR"]:
                return grade or "S"
            return grade or table
        if condition == "RAD":
            return self._radicular(exercise, grade)
        return grade

    def _surgical(self, exercise: Exercise, grade: Grade | None, table: Grade | None) -> Grade | None:
        if not self.person.cleared and exercise.id not in self.catalog.allow_lists["SURG"]:
            return "H"
        return grade or ("C" if table == "S" else table)

    def _radicular(self, exercise: Exercise, grade: Grade | None) -> Grade | None:
        direction = self.person.direction
        if exercise.category != "DPX":
            return grade
        if exercise.direction == "flex" and grade == "S" and direction == "flexion":
            return "C"
        if exercise.direction == "ext" and direction in ("none", "flexion"):
            return "H" if grade == "H" else "S"
        return grade
