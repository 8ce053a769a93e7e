"""A look with all that an invariant may ask about it: the look before, what is known, and what the person may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from programs.catalog import Catalog
from programs.invariants.known import Known
from programs.invariants.look import OPENED, Look
from programs.invariants.person import Body, conditions
from programs.invariants.story import Story

# Kinds by which a human or the service sets something: loads around them are not compared.
SETS = frozenset({
    "intake", "assigned", "override", "withdrawn", "condition", "approval", "release", "locked", "away", "resumed",
    "absence", "measured", "closed", "rebased",
})  # fmt: skip


@dataclass(frozen=True)
class Moment:
    look: Look
    before: Look | None
    known: Known
    catalog: Catalog

    @property
    def day(self) -> date:
        return self.look.day

    @property
    def story(self) -> Story:
        return self.known.story

    @property
    def opened(self) -> bool:
        """Whether exercises can be had at this moment."""
        return self.look.status in OPENED

    @cached_property
    def body(self) -> Body:
        """What grades exercises for the person today, by the facts known."""
        person, plan = self.story.person, self.look.plan
        assert person is not None  # the first look has an intake
        found = conditions(person, self.day, self.catalog) | ({"IRR"} if self.story.irritable else set())
        direction, numbers = plan.direction, self.catalog.constants.direction
        last = max(plan.leg.below_day or date.min, direction.set_on or plan.began)
        recent = (self.day - last).days < numbers.opposite_free_days
        below = plan.leg.location >= numbers.leg_location_min
        return Body(
            conditions=frozenset(found),
            cleared=bool(person.surgery and person.surgery.cleared),
            direction=direction.value,
            opposite_closed=direction.value in ("extension", "flexion") and (below or recent),
        )

    @cached_property
    def names(self) -> list[str]:
        """Every exercise that any variant serves."""
        return sorted({step.exercise for steps in self.look.variants.values() for step in steps})

    @cached_property
    def set_by_hand(self) -> bool:
        """Whether a clinician, a new fact or the service has set something since the look before."""
        return any(event.kind in SETS for event in self.look.told)

    @cached_property
    def new_day(self) -> bool:
        return self.before is None or self.before.day < self.look.day

    def range(self, exercise: str) -> tuple[int, int, int]:
        """Lowest and highest amount, most sets; high blood pressure shortens what is held."""
        dose = self.catalog.exercises[exercise].dose
        low, high = dose.low, dose.high
        if "HTN" in self.body.conditions and dose.unit == "seconds":
            high = min(high, self.catalog.constants.conditions.pressure_hold_s)
        return min(low, high), high, dose.sets_max

    def free_days(self, day: date) -> int:
        """Whole days without a session before a day; 0 for who never did one.

        A day that closed and was released again counts: which session came after the release is not asked.
        """
        answered, shut = self.story.answered, self.known.shut_on
        trained = [d for d in self.story.sessions if d < day and answered.get(d) and not shut.get(d, True)]
        last = max(trained, default=None)
        return (day - last).days - 1 if last else 0

    def days_back(self, days: int) -> date:
        return self.day - timedelta(days=days)
