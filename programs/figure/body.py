"""The body that is drawn: lengths in centimetres of a person of 170 cm, the joints' ranges, and the parts to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PELVIS, LUMBAR, THORACIC = 11.0, 9.0, 13.5  # from the hips up; lumbar and thoracic spine have two such parts each
SHOULDER_BELOW_NECK, SHOULDER_OUT = 6.0, 16.0
HIP_OUT = 8.0
NECK, HEAD = 8.0, 7.5  # to the base of the skull, and on to the middle of the head
UPPER_ARM, FOREARM, HAND = 30.0, 25.0, 9.0
THIGH, SHANK = 42.0, 40.0
HEEL_BACK, HEEL_DOWN, TOE_FRONT, TOE_DOWN = 4.5, 3.4, 15.0, 4.7  # from the ankle
HEAD_RADIUS = 10.5

Cloth = Literal["shirt", "trousers", "skin", "shoe", "hair"]


@dataclass(frozen=True, slots=True)
class Bone:
    """A limb's part between two points, round at both ends."""

    start: str
    end: str
    thick_start: float
    thick_end: float
    cloth: Cloth


@dataclass(frozen=True, slots=True)
class Ring:
    """A cross-section of the trunk: half its depth, half its width, and how far it reaches along the spine."""

    depth: float
    width: float
    along: float


RINGS = {
    "hips": Ring(10.0, 14.5, 9.0),
    "waist": Ring(9.6, 13.0, 9.0),
    "middle": Ring(9.2, 12.4, 8.5),
    "chest": Ring(10.0, 13.6, 9.0),
    "ribs": Ring(10.0, 15.0, 9.0),
    "neck": Ring(5.5, 8.5, 4.0),
}
SPINE = tuple(RINGS)
BREATH = {"waist": 0.6, "middle": 1.0, "chest": 0.6}  # how much of a breath into the belly each ring shows

LIMBS = {
    "arm": (
        Bone("shoulder", "elbow", 5.6, 4.3, "shirt"),
        Bone("elbow", "wrist", 4.2, 3.1, "skin"),
        Bone("wrist", "hand", 3.3, 3.1, "skin"),
    ),
    "leg": (
        Bone("hip", "knee", 8.6, 6.0, "trousers"),
        Bone("knee", "ankle", 5.9, 4.2, "trousers"),
        Bone("heel", "toe", 3.6, 2.4, "shoe"),
    ),
}

# What healthy joints do, a little widened, since a drawing bends one joint where a person shares it among several.
RANGES = {
    "leg": {"flex": (-35, 140), "out": (-40, 65), "bend": (-1, 160), "end": (-65, 45)},
    "arm": {"flex": (-200, 200), "out": (-75, 181), "bend": (-1, 155), "end": (-95, 95)},
}
SHOULDER_BACK = 70.0  # degrees behind the trunk that an arm reaches
