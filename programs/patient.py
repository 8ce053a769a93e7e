"""Facts about a person: what the intake asks and what a clinician adds. Days are dates, so facts grow with time."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from programs import canonical
from programs.canonical import Within
from programs.catalog import Catalog, Equipment, Position

LIFE_LONGEST, PREGNANCY_LONGEST = timedelta(days=365 * 100), timedelta(weeks=45)

Pain = Annotated[int, Within(0, 10)]  # numeric rating 0-10
Location = Annotated[int, Within(0, 4)]  # 0 back, 1 buttock, 2 thigh, 3 calf, 4 foot
Diagnosis = Literal["RAD", "STEN", "SPLI", "OSTP", "BAL", "HTN"]
Scheme = Literal["who", "asian", "wpro", "china", "japan"]
WeightGoal = Literal["none", "lose", "maintain"]
Pressure = Annotated[int, Within(40, 300)]  # mmHg
Hours = Annotated[float, Within(0, 24)]
Tools = Annotated[frozenset[Equipment], Within(0, 30)]
Positions = Annotated[frozenset[Position], Within(0, 9)]
Exercises = Annotated[frozenset[Annotated[str, Within(1, 40)]], Within(0, 100)]


@dataclass(frozen=True, slots=True)
class Birth:
    """The last birth."""

    day: date
    mode: Literal["vaginal", "caesarean"]


@dataclass(frozen=True, slots=True)
class Surgery:
    """The last lumbar operation; `cleared`: the surgeon allows exercise beyond the allow-list."""

    day: date
    cleared: bool


@dataclass(frozen=True, slots=True)
class Patient:
    """The answers of the intake, as changed by later facts. Raises ValueError for contradictions.

    `leg` and `provoked_minutes` speak of the worse leg; pain is of the last week; hours are of a working day.
    """

    age: Annotated[int, Within(0, 120)]
    height_cm: Annotated[float, Within(100, 250)]
    weight_kg: Annotated[float, Within(20, 400)] | None
    back_average: Pain
    back_worst: Pain
    leg: Pain
    location: Location
    episode_day: date  # on which this episode began
    diagnoses: Annotated[frozenset[Diagnosis], Within(0, 6)]
    pregnancy_day: date | None  # first day of week 0
    birth: Birth | None
    surgery: Surgery | None
    cancer_ever: bool
    equipment: Tools
    minutes: Annotated[int, Within(5, 120)]
    provoked_minutes: Annotated[int, Within(0, 1440)] = 0
    sleep_lost_nights: Annotated[int, Within(0, 7)] = 0
    eased_by_sitting: bool = False
    slip_grade: Annotated[int, Within(1, 5)] = 1
    systolic: Pressure = 130
    diastolic: Pressure = 80
    eating_disorder: bool = False
    lifting_goal: bool = False
    sit_h: Hours = 0.0
    stand_h: Hours = 0.0
    bend_h: Hours = 0.0
    weight_consent: bool = False
    weight_scheme: Scheme = "who"
    weight_goal: WeightGoal = "none"
    avoids: Positions = frozenset()  # positions that do not work for the person
    swapped: Exercises = frozenset()  # exercises the person asked to have replaced

    def __post_init__(self) -> None:
        if self.sit_h + self.stand_h + self.bend_h > 24:
            raise ValueError("sit_h: sitting, standing and bending take more than a day")
        if self.diastolic > self.systolic:
            raise ValueError("diastolic: is above systolic")

    def conditions(self, day: date, catalog: Catalog) -> frozenset[str]:
        """The conditions that hold on a day by these facts alone; a plan may know that IRR has ended since.

        Known diagnoses, else RAD and STEN from where the leg symptoms are; the rest follows days and scores
        (contraindications by exercise class, NICE NG59, ACOG CO 804).
        """
        found: set[str] = set(self.diagnoses) | self._from_symptoms(catalog)
        numbers = catalog.constants.conditions
        if (day - self.episode_day).days < numbers.acute_days or self.back_average >= numbers.acute_pain:
            found.add("ACU")
        if self.pregnant and self.pregnancy_week(day) >= numbers.pregnancy_week:
            found.add("PREG")
        if self.birth and 0 <= (day - self.birth.day).days < numbers.postpartum_days:
            found.add("POST")
        if self.surgery and 0 <= (day - self.surgery.day).days < numbers.surgery_days:
            found.add("SURG")
        if self.irritable(catalog):
            found.add("IRR")
        return frozenset(found)

    def irritable(self, catalog: Catalog) -> bool:
        """Whether the leg nerve is easily provoked: strong pain, long after-pain or lost sleep."""
        numbers = catalog.constants.conditions
        return (
            self.leg >= numbers.irritable_leg
            or self.provoked_minutes > numbers.irritable_minutes
            or self.sleep_lost_nights >= numbers.irritable_nights
        )

    @property
    def pregnant(self) -> bool:
        """In any week; a birth ends the pregnancy it follows."""
        if self.pregnancy_day is None:
            return False
        return self.birth is None or self.birth.day < self.pregnancy_day

    def pregnancy_week(self, day: date) -> int:
        """The week of pregnancy on a day; -1 when not pregnant."""
        return (day - self.pregnancy_day).days // 7 if self.pregnancy_day else -1

    def _from_symptoms(self, catalog: Catalog) -> set[str]:
        numbers = catalog.constants.conditions
        if self.age >= numbers.stenosis_age and self.location >= numbers.stenosis_location and self.eased_by_sitting:
            return {"STEN"}
        if self.location >= numbers.radicular_location and not self.diagnoses & {"RAD", "STEN", "SPLI"}:
            return {"RAD"}
        return set()


@dataclass(frozen=True, slots=True)
class Changes:
    """Facts told later: what is None stays as it was; `ended` takes a pregnancy, birth or operation out again."""

    age: Annotated[int, Within(0, 120)] | None = None
    height_cm: Annotated[float, Within(100, 250)] | None = None
    weight_kg: Annotated[float, Within(20, 400)] | None = None
    back_average: Pain | None = None
    back_worst: Pain | None = None
    leg: Pain | None = None
    location: Location | None = None
    episode_day: date | None = None
    diagnoses: Annotated[frozenset[Diagnosis], Within(0, 6)] | None = None
    pregnancy_day: date | None = None
    birth: Birth | None = None
    surgery: Surgery | None = None
    cancer_ever: bool | None = None
    equipment: Tools | None = None
    minutes: Annotated[int, Within(5, 120)] | None = None
    provoked_minutes: Annotated[int, Within(0, 1440)] | None = None
    sleep_lost_nights: Annotated[int, Within(0, 7)] | None = None
    eased_by_sitting: bool | None = None
    slip_grade: Annotated[int, Within(1, 5)] | None = None
    systolic: Pressure | None = None
    diastolic: Pressure | None = None
    eating_disorder: bool | None = None
    lifting_goal: bool | None = None
    sit_h: Hours | None = None
    stand_h: Hours | None = None
    bend_h: Hours | None = None
    weight_consent: bool | None = None
    weight_scheme: Scheme | None = None
    weight_goal: WeightGoal | None = None
    avoids: Positions | None = None
    swapped: Exercises | None = None
    ended: frozenset[Literal["pregnancy_day", "birth", "surgery"]] = frozenset()

    def on(self, patient: Patient) -> Patient:
        """The person with these facts. Raises ValueError where they contradict the others."""
        told: dict[str, Any] = {name: getattr(self, name) for name in _FACTS if getattr(self, name) is not None}
        told |= {name: None for name in self.ended}
        return replace(patient, **told)


_FACTS = tuple(field.name for field in fields(Patient))


def check(patient: Patient) -> None:
    """Raises ValueError naming the first field that no person can have; being 12 years old is possible."""
    canonical.from_json(Patient, canonical.to_json(patient))


def impossible_days(facts: Patient | Changes, day: date) -> dict[str, str]:
    """Dates that lie in the future or too far back, by field."""
    told: dict[str, tuple[date | None, timedelta]] = {
        "episode_day": (facts.episode_day, LIFE_LONGEST),
        "pregnancy_day": (facts.pregnancy_day, PREGNANCY_LONGEST),
        "birth.day": (facts.birth.day if facts.birth else None, LIFE_LONGEST),
        "surgery.day": (facts.surgery.day if facts.surgery else None, LIFE_LONGEST),
    }
    return {
        path: "This day lies in the future." if when > day else "This day lies too far back."
        for path, (when, longest) in told.items()
        if when is not None and not day - longest <= when <= day
    }
