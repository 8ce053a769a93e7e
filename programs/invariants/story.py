"""What a log says by itself, read apart from the engine: facts, flags, sessions, mornings, a clinician's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from programs.catalog import Catalog
from programs.events import (
    Checkin,
    Condition,
    DirectionTest,
    Event,
    Flare,
    Intake,
    Locked,
    Morning,
    Motor,
    Override,
    Questionnaire,
    Release,
    Session,
)
from programs.invariants.look import CLOSING, HARDNESS
from programs.invariants.person import irritable
from programs.patient import Patient


@dataclass(frozen=True, slots=True)
class Row:
    """A clinician's exception as told."""

    day: date
    override: Override

    def live(self, day: date) -> bool:
        return self.day <= day and (self.override.until is None or day <= self.override.until)


@dataclass
class Story:
    """What a log tells, taken in line by line in the order of (day, at, id)."""

    catalog: Catalog
    person: Patient | None = None
    irritable: bool = False
    flags: dict[str, str] = field(default_factory=dict)
    closed_on: set[date] = field(default_factory=set)  # a flag that takes exercises away was raised on that day
    answered: dict[date, bool] = field(default_factory=dict)
    sessions: dict[date, list[Session]] = field(default_factory=dict)
    mornings: dict[date, Morning] = field(default_factory=dict)
    tests: list[tuple[date, DirectionTest]] = field(default_factory=list)
    declared: set[date] = field(default_factory=set)  # flares
    rows: list[Row] = field(default_factory=list)
    legs: list[tuple[date, int]] = field(default_factory=list)
    scores: list[tuple[date, str, int]] = field(default_factory=list)
    _unsure: dict[str, date] = field(default_factory=dict)
    _motor: Motor | None = None
    _best: tuple[int, int] = (0, 0)

    def take(self, event: Event, body: object, *, only_safety: bool = False) -> None:
        """Takes in one line; an entry that was corrected speaks only for safety."""
        self._safety(event, body)
        if not only_safety:
            self._rest(event, body)

    def _safety(self, event: Event, body: object) -> None:
        day = event.day
        if isinstance(body, Intake):
            self.person = body.patient
            self.answered[day] = not self._answers(day, body.red_flags, body.severe, onboarding=True)
        elif isinstance(body, Checkin):
            again = self._answers(day, body.answers, body.severe)
            if body.answered:
                self.answered[day] = not again
        elif isinstance(body, Release) and event.author == "clinician":
            self.flags.pop(body.flag, None)
        elif isinstance(body, Locked):
            self.raise_flag(body.flag, body.level, day)
        elif isinstance(body, Morning) and body.numbness != "same":
            self._answers(day, {"RF23": "yes"}, {"RF23"} if body.numbness == "spreading" else ())
        elif isinstance(body, Motor):
            self._strength(day, body)
        elif isinstance(body, Questionnaire) and body.name == "PHQ9" and len(body.items) > 8 and body.items[8]:
            self._answers(day, {"RF24": "yes"}, ())

    def _rest(self, event: Event, body: object) -> None:
        day = event.day
        if isinstance(body, Intake):
            self.irritable = irritable(body.patient, self.catalog)
            self.legs.append((day, body.patient.leg))
        elif isinstance(body, Condition) and self.person is not None:
            before = irritable(self.person, self.catalog)
            self.person = body.changes.on(self.person)
            if irritable(self.person, self.catalog) != before:
                self.irritable = not before
        elif isinstance(body, Session):
            if not any(level in CLOSING for level in self.flags.values()):
                self.sessions.setdefault(day, []).append(body)
        elif isinstance(body, Morning):
            self.mornings[day] = body
            if body.leg is not None:
                self.legs.append((day, body.leg))
            self.irritable = self.irritable and not self._calms(day)
        elif isinstance(body, Questionnaire):
            self._score(day, body)
        elif isinstance(body, DirectionTest):
            self.tests.append((day, body))
        elif isinstance(body, Flare):
            self.declared.add(day)
        elif isinstance(body, Override) and event.author == "clinician":
            self.rows.append(Row(day, body))

    def raise_flag(self, flag: str, level: str, day: date) -> None:
        if HARDNESS.index(level) > HARDNESS.index(self.flags.get(flag, "SOON")) or flag not in self.flags:
            self.flags[flag] = level
        if level in CLOSING:
            self.closed_on.add(day)

    def _answers(self, day: date, given: Mapping[str, str], severe: Iterable[str], *, onboarding: bool = False) -> bool:
        """Raises what the answers of a card mean; whether something has to be asked again today."""
        again = False
        for key in {*given, *severe}:
            flag, answer = self.catalog.red_flags[key], "yes" if key in severe else given[key]
            counts = flag.unsure_is_yes or flag.level == "EMERGENCY"
            if answer == "no":
                continue
            if answer == "known" and onboarding:
                self.raise_flag(key, "SOON", day)
            elif answer == "unsure" and not counts and self._unsure.get(key, day) >= day:
                self._unsure.setdefault(key, day)
                again = True
            else:
                self.raise_flag(key, (flag.severe_level if key in severe else None) or flag.level, day)
                if flag.with_cancer and self.person is not None and self.person.cancer_ever:
                    self.raise_flag(flag.with_cancer, self.catalog.red_flags[flag.with_cancer].level, day)
        return again

    def _strength(self, day: date, check: Motor) -> None:
        """RF06a when a leg cannot, RF06b when it has become weaker than at the last check."""
        numbers, last = self.catalog.constants.motor, self._motor
        for side, leg, other in ((0, check.left, check.right), (1, check.right, check.left)):
            if "cannot" in (leg.heel_walk, leg.chair):
                self._answers(day, {}, {"RF06a"})
            elif last is not None:
                was = (last.left, last.right)[side]
                weak = (was.heel_walk, leg.heel_walk) == ("ok", "weak") or (was.chair, leg.chair) == ("ok", "weak")
                fallen = self._best[side] - leg.raises >= numbers.raises_fall
                if weak or (fallen and other.raises - leg.raises >= numbers.raises_behind):
                    self._answers(day, {"RF06b": "yes"}, ())
        left, right = check.left.raises, check.right.raises
        self._best = (max(self._best[0], left), max(self._best[1], right)) if last else (left, right)
        self._motor = check

    def _calms(self, day: date) -> bool:
        numbers = self.catalog.constants.conditions
        nights = [self.mornings.get(day - timedelta(days=back)) for back in range(numbers.irritable_end_mornings)]
        told = [night for night in nights if night is not None and night.leg is not None]
        if len(told) < len(nights) or any((night.leg or 0) > numbers.irritable_end_leg for night in told):
            return False
        return sum(night.sleep_lost for night in told) <= numbers.irritable_end_nights

    def _score(self, day: date, sheet: Questionnaire) -> None:
        if sheet.score is not None and sheet.name in ("NPRS_BACK", "NPRS_LEG", "RMDQ"):
            self.scores.append((day, sheet.name, sheet.score))
            if sheet.name == "NPRS_LEG":
                self.legs.append((day, sheet.score))
