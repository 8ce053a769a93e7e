"""What poses.yaml says, as typed values: joint angles in degrees, places in centimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from programs.canonical import Within

Side = Literal["right", "left"]
View = Literal["side", "half", "front", "above", "lying", "feet"]
Kind = Literal[
    "mat", "pillow", "chair", "wall", "step", "bench", "box", "bed", "bike", "pool", "slope", "counter",
    "band", "stick", "weight", "kettlebell", "barbell", "strap",
]  # fmt: skip
HELD = ("band", "stick", "weight", "kettlebell", "barbell", "strap")  # move with the body; the rest stands still
Glow = Literal["belly", "buttocks", "pelvic_floor", "chest", "waist"]

Angle = Annotated[float, Within(-200, 200)]
Turn = Annotated[float, Within(-360, 360)]
Place = Annotated[tuple[Annotated[float, Within(-400, 400)], ...], Within(1, 3)]
Size = Annotated[float, Within(1, 400)]


@dataclass(frozen=True, slots=True)
class Limb:
    """An arm or a leg: by its joint angles, or by where its hand or foot is, and the angles follow.

    `flex` forward, `out` away from the middle, `turn` outward about its own length, `bend` at elbow or knee,
    `end` at wrist or ankle (up, toward the shin, is positive).
    """

    flex: Angle = 0.0
    out: Angle = 0.0
    turn: Angle = 0.0
    bend: Angle = 0.0
    end: Angle = 0.0
    to: Place | None = None  # the spot that hand or foot touches; with `onto`, measured from that point
    onto: str | None = None
    aim: Turn | None = None  # where hand or foot points: 0 forward along the floor, -90 down
    elbow: Place | None = None  # the direction in which elbow or knee sticks out

    @property
    def reaches(self) -> bool:
        return self.to is not None or self.onto is not None


@dataclass(frozen=True, slots=True)
class Pin:
    """A point of the body and the spot on which its skin rests; x alone lets the body sink to the floor."""

    point: str
    at: Place


@dataclass(frozen=True, slots=True)
class Pose:
    """One position of the whole body. `lean` is where the trunk points from the hips: 90 up, 180 supine, 0 prone."""

    lean: Turn = 90.0
    tilt: Angle = 0.0  # the whole body leaned to its right
    roll: Turn = 0.0  # about its own length, the front toward its right
    turn: Turn = 0.0  # about the vertical
    at: Place = (0.0,)
    seat: Size | None = None
    pin: Pin | None = None
    lumbar: Annotated[float, Within(-35, 60)] = 0.0
    thoracic: Annotated[float, Within(-30, 50)] = 0.0
    neck: Annotated[float, Within(-60, 60)] = 0.0
    lumbar_side: Annotated[float, Within(-30, 30)] = 0.0
    thoracic_side: Annotated[float, Within(-30, 30)] = 0.0
    lumbar_turn: Annotated[float, Within(-20, 20)] = 0.0
    thoracic_turn: Annotated[float, Within(-60, 60)] = 0.0
    neck_turn: Annotated[float, Within(-85, 85)] = 0.0
    belly: Annotated[float, Within(-3, 6)] = 0.0  # centimetres of breath
    right_arm: Limb = field(default_factory=Limb)
    left_arm: Limb = field(default_factory=Limb)
    right_leg: Limb = field(default_factory=Limb)
    left_leg: Limb = field(default_factory=Limb)


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing: one that stands has a place and a size (long, high, wide); one that is held has points (`at`: aside)."""

    kind: Kind
    at: Place = (0.0, 0.0, 0.0)
    size: tuple[Size, Size, Size] | None = None
    faces: Literal[1, -1] = 1
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """Along the way of a point from one key pose to another, or a push from a point by centimetres."""

    of: str
    poses: tuple[Annotated[int, Within(1, 4)], Annotated[int, Within(1, 4)]] = (1, 2)
    push: tuple[Angle, Angle, Angle] | None = None
    aside: tuple[Angle, Angle, Angle] = (0.0, 0.0, 0.0)
    both: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """How one exercise is drawn. `still` is the key pose that tells most: it is printed, and the film starts there."""

    id: str
    view: View
    poses: Annotated[tuple[Pose, ...], Within(2, 4)]
    still: Annotated[int, Within(1, 4)] = 2
    round: bool = False  # from the last pose straight to the first, as in walking; else back the same way
    seconds: Annotated[float, Within(0.5, 30)] | None = None  # one round, where the exercise's tempo is a word
    props: tuple[Prop, ...] = ()
    arrows: Annotated[tuple[Arrow, ...], Within(0, 4)] = ()
    glow: Glow | None = None


HOLDS = {"at", "seat", "pin"}
PAIRS = {"arms": ("right_arm", "left_arm"), "legs": ("right_leg", "left_leg")}


def spelled_out(rows: list[Any], positions: Mapping[str, Any]) -> list[Any]:
    """Key poses in full: each goes on from the one before it, or from the position that `from` names.

    Raises KeyError for a position that does not exist.
    """
    full: list[Any] = []
    for row in rows:
        written = {"from": row} if isinstance(row, str) else dict(row)
        start = written.pop("from", None)
        found = dict(full[-1]) if full else {}
        if start is not None:
            found = _both_sides(positions[start])
        if HOLDS & written.keys():  # a new hold on the body lets go of the old one
            found = {key: value for key, value in found.items() if key not in HOLDS}
        full.append(found | _both_sides(written))
    return full


def _both_sides(written: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in written.items() if key not in PAIRS}
    both = {limb: written[pair] for pair, limbs in PAIRS.items() if pair in written for limb in limbs}
    return both | found
