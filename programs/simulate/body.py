"""How a simulated back and leg answer to time, flares and exercises: no medicine, only a plausible echo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from programs.catalog import Catalog
from programs.entries import Session
from programs.invariants import Served
from programs.invariants.look import seconds
from programs.simulate.people import Archetype

FLARE_PAIN = 4.0
TOO_MUCH = 1.3  # an effort so far above what one is used to stays sore


@dataclass
class Body:
    """What a person feels; pain 0-10 as it is, before anyone tells it."""

    kind: Archetype
    back: float
    leg: float
    location: float
    used_to: float = 0.0  # the effort that is no strain, in seconds x level
    sore: float = 0.0
    flare_days: int = 0

    def night(self, random: Random) -> None:
        """A day goes by."""
        kind = self.kind
        self.back += (kind.floor - self.back) * kind.heals / 7
        self.leg += (kind.leg_floor - self.leg) * kind.leg_heals / 7
        if self.leg < 2 and kind.leg_heals:
            self.location = max(0.0, self.location - 0.1)
        if self.flare_days:
            self.flare_days -= 1
        elif random.random() < kind.flares / 7:
            self.flare_days = random.randint(2, 9)

    def pain(self, random: Random, more: float = 0.0) -> int:
        """Back pain as one would tell it."""
        flare = FLARE_PAIN if self.flare_days else 0.0
        return _nprs(self.back + self.sore + flare + more + random.gauss(0, self.kind.noise))

    def leg_pain(self, random: Random) -> int:
        return _nprs(self.leg + random.gauss(0, self.kind.noise)) if self.leg > 0.3 else 0

    def train(self, served: Sequence[Served], variant: str, random: Random, catalog: Catalog) -> Session:
        """Does what is served, and tells how it went."""
        effort = sum(seconds(step, catalog) * catalog.exercises[step.exercise].level for step in served)
        self.used_to = self.used_to or effort * random.uniform(0.9, 1.6) or 1.0
        strain = effort / self.used_to
        pre = self.pain(random)
        rise = max(0, round(random.gauss(strain, 0.8)))
        self.sore = max(0.0, (strain - TOO_MUCH) * 2) + (1.5 if random.random() < 0.05 else 0.0)
        self.used_to *= 1.02
        self.back = max(self.kind.floor, self.back * (1 - 0.01 * self.kind.heals))
        session = Session(
            pre=pre,
            peak=min(10, pre + rise),
            done=1.0 if random.random() < 0.9 else random.choice((0.5, 0.8)),
            rpe=min(10, max(1, round(random.gauss(2 + 3 * strain, 1)))) if random.random() < 0.95 else None,
            hurt=tuple(step.exercise for step in served[:1] if rise >= 3 and random.random() < 0.5),
            variant=variant,  # type: ignore[arg-type]
        )
        return self._leg(session, served, random, catalog) if self.leg > 0.3 or self.location >= 1 else session

    def _leg(self, session: Session, served: Sequence[Served], random: Random, catalog: Catalog) -> Session:
        """Where the leg's symptoms go: a direction may draw them up or send them down."""
        before, pain = round(self.location), self.leg_pain(random)
        bent = {catalog.exercises[step.exercise].direction: step.exercise for step in served}
        by, after, later = None, before, pain
        if self.kind.worsens in bent and random.random() < 0.35:
            by, after, later = bent[self.kind.worsens], min(4, before + 1), min(10, pain + random.choice((0, 1, 2)))
            self.location = min(4.0, self.location + 0.3)
        elif self.kind.eases in bent and random.random() < 0.4:
            by, after, later = bent[self.kind.eases], max(0, before - 1), max(0, pain - 1)
            self.location, self.leg = max(0.0, self.location - 0.2), self.leg * 0.98
        elif random.random() < 0.06:
            later = min(10, pain + random.choice((1, 2, 3)))
        told = random.random() < 0.95
        return replace(
            session,
            leg_pre=pain if told else None,
            leg_post=later if told else None,
            leg_minutes=random.choice((10, 40, 60)) if later != pain else 0,
            loc_pre=before,
            loc_post=after,
            loc_minutes=random.choice((5, 15, 45)) if after != before else 0,
            by=by,
        )


def _nprs(pain: float) -> int:
    return min(10, max(0, round(pain)))
