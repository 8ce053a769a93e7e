"""What many simulated lives add up to, and what is missing among it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from programs.invariants import Breach
from programs.simulate.fired import EXPECTED
from programs.simulate.life import Lived

BREACHES_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Found:
    """A breach, and whose life shows it."""

    kind: str
    number: int
    day: int
    breach: Breach

    def replay(self, seed: int) -> str:
        """The command that lives this one life again, up to that day."""
        life = f"--archetype {self.kind} --patient {self.number}"
        return f"coach simulate {life} --days {self.day + 1} --seed {seed}"


@dataclass
class Tally:
    """Sums over lives."""

    lives: int = 0
    days: int = 0
    entries: int = 0
    breaches: list[Found] = field(default_factory=list)
    fired: Counter[tuple[str, str]] = field(default_factory=Counter)  # days of lives
    loads: dict[str, list[list[int]]] = field(default_factory=dict)  # archetype -> week -> loads served
    called: dict[str, list[int]] = field(default_factory=dict)  # referral or level -> day of each life

    def add(self, lived: Lived) -> None:
        """Takes in a life."""
        self.lives, self.days, self.entries = self.lives + 1, self.days + lived.days, self.entries + lived.entries
        self.fired.update(lived.fired)
        room = BREACHES_KEPT - len(self.breaches)
        for breach in lived.breaches[:room]:
            self.breaches.append(Found(lived.kind, lived.number, (breach.day - lived.start).days, breach))
        weeks = self.loads.setdefault(lived.kind, [])
        for day, load in enumerate(lived.loads):
            if day // 7 == len(weeks):
                weeks.append([])
            weeks[day // 7].append(load)
        for name, day in lived.called.items():
            self.called.setdefault(name, []).append(day)

    @property
    def never(self) -> list[str]:
        """What should have been at work and never was, as "kind name"."""
        return [f"{kind} {name}" for kind, names in EXPECTED.items() for name in names if not self.fired[kind, name]]

    def weekly(self) -> Mapping[str, list[int]]:
        """The mean load served a day, week by week, of each archetype."""
        return {kind: [round(sum(week) / len(week)) for week in weeks] for kind, weeks in self.loads.items()}

    def escalations(self) -> Mapping[str, tuple[int, float, int]]:
        """Referral or level -> in how many lives, on which day for half of them, and at the latest."""
        return {name: (len(days), median(days), max(days)) for name, days in sorted(self.called.items())}

    def as_json(self, seed: int) -> dict[str, Any]:
        """All of it in plain values."""
        fired: dict[str, dict[str, int]] = {}
        for (kind, name), count in sorted(self.fired.items()):
            fired.setdefault(kind, {})[name] = count
        return {
            "lives": self.lives,
            "days": self.days,
            "entries": self.entries,
            "breaches": [
                {
                    "invariant": found.breach.invariant,
                    "archetype": found.kind,
                    "patient": found.number,
                    "day": found.day,
                    "what": found.breach.what,
                    "replay": found.replay(seed),
                }
                for found in self.breaches
            ],
            "never": self.never,
            "fired": fired,
            "escalations": self.escalations(),
            "weekly_load": self.weekly(),
        }
