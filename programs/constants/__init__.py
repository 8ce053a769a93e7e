"""The numbers of the rules, typed and bounded: content may tune them, never past what the invariants allow.

Values, sources and confidence are in content/constants.yaml; a bound here is what no deployment may leave.
"""

from __future__ import annotations

from dataclasses import dataclass

from programs.constants.care import Card, Conditions, Entry, Instruments, Motor, Referrals, Response, Visits
from programs.constants.escalation import Escalation
from programs.constants.lifestyle import Belt, Posture, Weight
from programs.constants.training import (
    Adherence,
    Caps,
    Deload,
    Direction,
    Flare,
    Gap,
    HighPain,
    Leg,
    Morning,
    Overrides,
    Plateau,
    Progress,
    Session,
    Walking,
    Zone,
)


@dataclass(frozen=True, slots=True)
class Constants:
    """All of them, by subject."""

    zone: Zone
    morning: Morning
    pain: HighPain
    leg: Leg
    direction: Direction
    progress: Progress
    caps: Caps
    flare: Flare
    gap: Gap
    deload: Deload
    plateau: Plateau
    adherence: Adherence
    walking: Walking
    response: Response
    referrals: Referrals
    escalation: Escalation
    card: Card
    motor: Motor
    conditions: Conditions
    entry: Entry
    session: Session
    overrides: Overrides
    posture: Posture
    belt: Belt
    weight: Weight
    instruments: Instruments
    visits: Visits
