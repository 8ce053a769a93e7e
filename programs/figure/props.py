"""The things a person exercises with: solids that stand, and what is held and moves along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from programs.figure import shapes
from programs.figure.camera import Camera, Point
from programs.figure.pose import Prop
from programs.figure.shapes import Piece, numbers
from programs.figure.skeleton import Skeleton
from programs.figure.vectors import Vector, plus

# Long (the way a standing person looks), high, wide.
SIZES: dict[str, tuple[float, float, float]] = {
    "mat": (186, 2, 56), "pillow": (30, 9, 34), "chair": (42, 41, 40), "wall": (6, 180, 90), "step": (34, 13, 44),
    "bench": (42, 42, 90), "box": (30, 26, 34), "bed": (196, 46, 84), "pool": (230, 112, 80), "bike": (100, 84, 0),
    "slope": (220, 40, 60), "counter": (40, 92, 70),
}  # fmt: skip
THICK = {"band": 1.7, "strap": 1.5, "stick": 1.4}  # half, of what is stretched between points
LYING = ("mat", "bed", "pool", "slope")  # whoever has these stands on no plain floor
Solid = tuple[Vector, Vector]  # the lowest corner, the highest corner


def standing(prop: Prop) -> list[Solid]:
    """The boxes a thing is made of. A body's weight may rest on any of them."""
    x, y, z = (*prop.at, 0.0, 0.0)[:3]
    long, high, wide = prop.size or SIZES[prop.kind]

    def box(x0: float, x1: float, y0: float, y1: float, w: float = wide, z0: float = 0.0) -> Solid:
        low, top = sorted((x + x0 * prop.faces, x + x1 * prop.faces))
        return ((low, y + y0, z + z0 - w / 2), (top, y + y1, z + z0 + w / 2))

    half = long / 2
    if prop.kind == "mat":
        return [box(-half, half, -high, 0)]
    if prop.kind == "chair":
        legs = [
            box(end, end + 3, 0, high - 4, 3, side * (wide / 2 - 1.5)) for side in (-1, 1) for end in (-half, half - 3)
        ]
        return [*legs, box(-half, half, high - 4, high), box(-half, 3 - half, high, high + 42)]
    if prop.kind == "bed":
        return [box(-half, half, 0, 22, wide - 8), box(-half, half, 22, high)]
    if prop.kind == "bench":
        return [box(-half, half, high - 9, high), box(-half + 4, half - 4, 0, high - 9, wide - 16)]
    return [box(-half, half, 0, high)]


def corners(prop: Prop) -> Iterator[Vector]:
    if prop.points:
        return
    for low, top in standing(prop):
        yield from ((x, y, z) for x in (low[0], top[0]) for y in (low[1], top[1]) for z in (low[2], top[2]))


def behind(prop: Prop, eye: Camera) -> Iterator[Piece]:
    """What is drawn before the person."""
    if prop.kind == "bike":
        yield from _bike(prop, eye)
    elif prop.kind == "slope":
        x, y = (*prop.at, 0.0)[:2]
        long, high, wide = prop.size or SIZES["slope"]
        near, far = (
            [(x - long / 2, y, s), (x + long / 2, y, s), (x + long / 2, y + high, s)] for s in (wide / 2, -wide / 2)
        )
        yield Piece("q2", shapes.polygon([eye.flat(p) for p in (near[0], near[2], far[2], far[0])]))
        yield Piece("q1", shapes.polygon([eye.flat(p) for p in near]))
    elif prop.kind == "pillow":
        (x0, y0, z0), (x1, y1, z1) = standing(prop)[0]
        middle, thick = (z0 + z1) / 2, (y1 - y0) / 2
        a, b = eye.flat((x0 + thick, y0 + thick, middle)), eye.flat((x1 - thick, y0 + thick, middle))
        yield shapes.limb("q3", [(a, b)], [(thick * eye.scale * 1.15, thick * eye.scale * 1.15)], 0)
    elif prop.kind == "pool":
        (x0, _, z0), (x1, _, z1) = standing(prop)[0]
        yield Piece("q1", shapes.polygon([eye.flat(p) for p in ((x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1))]))
    elif prop.kind == "chair":
        *legs, seat, rest = standing(prop)
        ways = [[eye.flat(_foot(leg)), eye.flat(plus(_foot(leg), (0.0, leg[1][1] - leg[0][1], 0.0)))] for leg in legs]
        path = "".join(shapes.line(way) for way in ways)
        yield from (Piece("c1", path, outlined=False), Piece("c2", path, outlined=False))
        for solid in (rest, seat):
            yield from _faces(solid, eye, "q")
    else:
        soft = "m" if prop.kind == "mat" else "q"
        for solid in sorted(standing(prop), key=lambda box: eye.depth(plus(*box))):
            yield from _faces(solid, eye, soft)


def before(prop: Prop, eye: Camera) -> Iterator[Piece]:
    """What is drawn over the person: water."""
    if prop.kind == "pool":
        (x0, y0, _), (x1, y1, z1) = standing(prop)[0]
        waves = [(x0 + (x1 - x0) * step / 16, y1 + (1.5 if step % 2 else -1.5), z1) for step in range(17)]
        top = [eye.flat(point) for point in waves]
        yield Piece("wa", shapes.polygon([eye.flat((x0, y0, z1)), *top, eye.flat((x1, y0, z1))]), outlined=False)
        yield Piece("wl", shapes.line(top), outlined=False)


def _foot(leg: Solid) -> Vector:
    (x0, y0, z0), (x1, _, z1) = leg
    return ((x0 + x1) / 2, y0, (z0 + z1) / 2)


def _faces(solid: Solid, eye: Camera, soft: str) -> Iterator[Piece]:
    (x0, y0, z0), (x1, y1, z1) = solid
    end = x1 if eye.near[0] > 0 else x0
    sides: list[tuple[str, list[Vector]]] = [
        ("1", [(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)]),
        ("2", [(end, y0, z0), (end, y0, z1), (end, y1, z1), (end, y1, z0)]),
        ("3", [(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)]),
    ]
    for shade, face in sides:
        yield Piece(soft + shade, shapes.polygon([eye.flat(point) for point in face]))


def _bike(prop: Prop, eye: Camera) -> Iterator[Piece]:
    """A stationary bike: crank at its middle, saddle behind, handlebar in front."""
    x, y, z = (*prop.at, 0.0, 0.0)[:3]

    def at(dx: float, dy: float) -> Point:
        return eye.flat((x + dx, y + dy, z))

    for a, b, thick in (
        ((-38, 3), (62, 3), 2.5), ((0, 32), (-24, 84), 2.2), ((0, 32), (46, 32), 2.2), ((46, 32), (36, 108), 2.2),
        ((0, 3), (0, 32), 2.2), ((46, 3), (46, 32), 2.2), ((36, 108), (24, 112), 2.0), ((-38, 87), (-14, 87), 3.2),
    ):  # fmt: skip
        ways, thicks = [(at(*a), at(*b))], [(thick * eye.scale, thick * eye.scale)]
        yield shapes.limb("q2", ways, thicks, 0)
    yield shapes.dot("q1", [at(46, 32)], 21 * eye.scale)
    yield shapes.dot("q2", [at(46, 32)], 6 * eye.scale)
    yield shapes.dot("q3", [at(0, 32)], 7 * eye.scale)


def held(prop: Prop, shots: Sequence[Skeleton], eye: Camera, shown: int) -> Iterator[Piece]:
    """What moves with the body, between or at points of it."""
    spots = [[eye.flat(shot.points[name]) for shot in shots] for name in prop.points]
    s, (x0, y0, z0) = eye.scale, (*prop.at, 0.0, 0.0, 0.0)[:3]
    aside = replace(eye, left=0.0, top=0.0).flat((x0, y0, z0))
    middle = [_middle(each, aside) for each in zip(*spots, strict=True)]
    if prop.kind in THICK:
        thick = THICK[prop.kind] * s
        for one, other in pairwise(spots):
            ways = list(zip(one, other, strict=True))
            yield shapes.limb("w" if prop.kind == "stick" else "e", ways, [(thick, thick)] * len(shots), shown)
    elif prop.kind == "box":
        x, y, z = (side / 2 for side in prop.size or SIZES["box"])
        here = replace(eye, left=0.0, top=0.0)
        for face in _faces(((-x, -y, -z), (x, y, z)), here, "q"):
            yield replace(face, track=tuple(shapes.Place(*point) for point in middle))
    elif prop.kind == "kettlebell":
        handle = f"M{numbers(-5 * s, 10 * s)}C{numbers(-10 * s, -6 * s, 10 * s, -6 * s, 5 * s, 10 * s)}"
        yield Piece("h", handle, tuple(shapes.Place(*point) for point in middle), outlined=False)
        yield shapes.dot("w", [(x, y + 16 * s) for x, y in middle], 9 * s)
    else:
        radius = (prop.size[1] / 2 if prop.size else 22.0 if prop.kind == "barbell" else 6.5) * s
        yield shapes.dot("b" if prop.kind == "barbell" else "w", middle, radius)
        yield shapes.dot("q3", middle, 2.2 * s)


def _middle(points: Sequence[Point], aside: Point) -> Point:
    return (sum(x for x, _ in points) / len(points) + aside[0], sum(y for _, y in points) / len(points) + aside[1])
