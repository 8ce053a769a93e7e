"""What a healthy body cannot do: joints too far, limbs through the floor or through the chair, floating in the air."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from programs.figure import body, props
from programs.figure.pose import Prop
from programs.figure.skeleton import LIMBS, Skeleton, undersides
from programs.figure.vectors import Vector

SHORT_MOST = 1.0  # centimetres by which a hand or foot may miss its spot
SUNK_MOST = 2.0  # centimetres of flesh that the floor or a seat presses in
SOFT = {"bed": 4.0}
FLOATS_FROM = 3.0
SOLID = ("chair", "bench", "bed", "step", "box", "wall", "counter")
CARRIED_BY = ("bike", "slope", "pool")  # whoever is on these rests on no flat thing


def found(skeleton: Skeleton, things: Sequence[Prop]) -> Iterator[str]:
    """One line for everything that is wrong with a solved pose among its things."""
    for name, short in skeleton.missed.items():
        if short > SHORT_MOST:
            yield f"{name} is {short:.0f} cm too short for its spot"
    yield from _joints(skeleton)
    standing = [thing for thing in things if thing.kind in SOLID and not thing.points]
    low = undersides(skeleton)
    for point, height in low.items():
        if height < -SUNK_MOST:
            yield f"{point} is {-height:.0f} cm below the floor"
        for thing in standing:
            for solid in props.standing(thing):
                depth = _inside(skeleton.points[point], height, solid)
                if depth > SOFT.get(thing.kind, SUNK_MOST):
                    yield f"{point} is {depth:.0f} cm inside the {thing.kind}"
    if not any(thing.kind in CARRIED_BY for thing in things) and not _rests(skeleton, low, standing):
        yield "nothing of the body rests on anything"


def _joints(skeleton: Skeleton) -> Iterator[str]:
    for name in LIMBS:
        for joint, (lowest, highest) in body.RANGES[name.partition("_")[2]].items():
            angle = getattr(skeleton.limbs[name], joint)
            if not lowest <= angle <= highest:
                yield f"{name}.{joint} {angle:.0f} is not within {lowest} to {highest}"


def _inside(point: Vector, under: float, solid: props.Solid) -> float:
    """How deep a point's skin is in a solid, from above or, for what is as high as a person, from the side."""
    (x0, y0, z0), (x1, y1, z1) = solid
    x, y, z = point
    if not (x0 < x < x1 and z0 < z < z1 and under < y1 and y > y0):
        return 0.0
    return min(y1 - under, x - x0, x1 - x, z - z0, z1 - z)


def _rests(skeleton: Skeleton, low: dict[str, float], standing: Sequence[Prop]) -> bool:
    tops = [solid for thing in standing for solid in props.standing(thing)]
    for point, height in low.items():
        x, _, z = skeleton.points[point]
        if height < FLOATS_FROM:
            return True
        if any(a[0] <= x <= b[0] and a[2] <= z <= b[2] and abs(height - b[1]) < FLOATS_FROM for a, b in tops):
            return True
    return False
