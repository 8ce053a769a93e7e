"""From a film to flat pieces, far ones first: the body's parts, the things, arrows and a glow where the work is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import hypot, sqrt

from programs.figure import body, props, shapes
from programs.figure.camera import Camera, Point, camera, fitted
from programs.figure.film import Film, between
from programs.figure.pose import Arrow, Figure
from programs.figure.shapes import Piece
from programs.figure.skeleton import LIMBS, Skeleton, solve
from programs.figure.vectors import Vector, cross, dot, minus, plus, unit

FAR = 9.0  # centimetres behind the other side's limb, from which a limb is drawn paler
ARROW_LEAST = 15.0  # units; a shorter way is drawn longer, to be seen at all
BROAD = 10.0  # centimetres from side to side, as seen, from which hips and shoulders are drawn
EYE_SEEN = 2.0  # centimetres in front of the middle of the head
GLOWS = {
    "belly": ("middle", 5.0), "waist": ("middle", 0.0), "buttocks": ("hips", -6.0), "pelvic_floor": ("hips", 0.0),
    "chest": ("ribs", 3.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """Pieces in the order in which they are drawn, each with a place for every shot."""

    eye: Camera
    shown: int  # which shot is the still one
    pieces: tuple[Piece, ...]
    arrows: tuple[str, ...]


def lay_out(figure: Figure, film: Film) -> Drawing:
    shots = [shot.skeleton for shot in film.shots]
    ways = [_way(arrow, figure, film) for arrow in figure.arrows]
    eye = _eye(figure, shots, ways)
    shown = next(i for i, shot in enumerate(shots) if shot is film.stills[figure.still - 1])
    pieces: list[Piece] = []
    if not any(prop.kind in props.LYING for prop in figure.props):
        pieces.append(_shadow(shots, eye))
    for prop in figure.props:
        if not prop.points:
            pieces += props.behind(prop, eye)
    units = [*_limbs(shots, eye, shown), (_depth(shots, ("hips", "chest"), eye), _trunk(shots, eye, shown))]
    units.append((_depth(shots, ("neck", "chest"), eye) + 3.0, _head(shots, eye, shown)))
    units.sort(key=lambda unit: unit[0])
    things = [piece for prop in figure.props if prop.points for piece in props.held(prop, shots, eye, shown)]
    for place, (_, parts) in enumerate(units):
        if place == len(units) - 1:  # the nearest limb holds what is held
            pieces += things
        pieces += parts
    for prop in figure.props:
        if not prop.points:
            pieces += props.before(prop, eye)
    if figure.glow:
        name, front = GLOWS[figure.glow]
        spots = [eye.flat(shot.frames[name].place(shot.points[name], front=front)) for shot in shots]
        pieces.append(Piece("gl", shapes.circle(8 * eye.scale), tuple(shapes.Place(x, y) for x, y in spots), False))
    return Drawing(
        eye,
        shown,
        tuple(pieces),
        tuple(
            _arrow([eye.flat(point) for point in way], arrow.both)
            for way, arrow in zip(ways, figure.arrows, strict=True)
        ),
    )


def _eye(figure: Figure, shots: Sequence[Skeleton], ways: Sequence[Sequence[Vector]]) -> Camera:
    solid: list[tuple[Vector, float]] = [(corner, 0.0) for prop in figure.props for corner in props.corners(prop)]
    solid += [(point, 3.0) for way in ways for point in way]
    for shot in shots:
        for name, point in shot.points.items():
            solid.append((point, body.HEAD_RADIUS if name == "head" else 8.0 if name in body.RINGS else 4.0))
    return fitted(camera(figure.view), solid)


def _depth(shots: Sequence[Skeleton], names: Sequence[str], eye: Camera) -> float:
    return sum(eye.depth(shot.points[name]) for shot in shots for name in names) / (len(shots) * len(names))


def _shadow(shots: Sequence[Skeleton], eye: Camera) -> Piece:
    """The floor, where there is no mat."""
    xs = [
        shot.points[name][0] for shot in shots for name in ("right_toe", "right_heel", "left_toe", "left_heel", "hips")
    ]
    x0, x1 = min(xs) - 14, max(xs) + 14
    ring = [
        eye.flat(((x0 + x1) / 2 + (x1 - x0) / 2 * c, 0.0, 26 * s))
        for c, s in ((1, 0), (0.71, 0.71), (0, 1), (-0.71, 0.71), (-1, 0), (-0.71, -0.71), (0, -1), (0.71, -0.71))
    ]
    return Piece("g", shapes.polygon(ring), outlined=False)


def _limbs(shots: Sequence[Skeleton], eye: Camera, shown: int) -> Iterator[tuple[float, list[Piece]]]:
    for name in LIMBS:
        side, _, kind = name.partition("_")
        other = "left" if side == "right" else "right"
        root, ends = body.LIMBS[kind][0].start, ("knee", "ankle") if kind == "leg" else ("elbow", "wrist")
        far = _depth(shots, [f"{side}_{root}"], eye) < _depth(shots, [f"{other}_{root}"], eye) - FAR
        parts = []
        for bone in body.LIMBS[kind]:
            ways = [
                (eye.flat(shot.points[f"{side}_{bone.start}"]), eye.flat(shot.points[f"{side}_{bone.end}"]))
                for shot in shots
            ]
            thick = (bone.thick_start * eye.scale, bone.thick_end * eye.scale)
            parts.append(shapes.limb(_looks(bone.cloth, far), ways, [thick] * len(shots), shown))
        yield _depth(shots, [f"{side}_{each}" for each in (root, *ends)], eye), _outlined(parts[::-1])


def _looks(cloth: str, far: bool) -> str:
    return {"shirt": "s", "trousers": "t", "skin": "k", "shoe": "f", "hair": "r"}[cloth] + ("9" if far else "")


def _outlined(parts: Sequence[Piece]) -> list[Piece]:
    """Outlines below all fillings, so that parts of one limb melt into each other."""
    lines = [Piece("o", part.path, part.track, False) for part in parts]
    return [*lines, *(Piece(part.looks, part.path, part.track, False) for part in parts)]


def _trunk(shots: Sequence[Skeleton], eye: Camera, shown: int) -> list[Piece]:
    parts = []
    for low, high in zip(body.SPINE, body.SPINE[1:], strict=False):
        ways, thick = [], []
        for shot in shots:
            a, b = _middle(low, shot), _middle(high, shot)
            across = unit(cross(eye.near, minus(b, a)))
            ways.append((eye.flat(a), eye.flat(b)))
            thick.append((_half(low, shot, across) * eye.scale, _half(high, shot, across) * eye.scale))
        parts.append(shapes.limb("t" if low == "hips" else "s", ways, thick, shown))
    for pair, looks, radius, place in (("hip", "t", 8.4, 1), ("shoulder", "s", 5.6, len(parts) + 1)):
        ways = [(eye.flat(shot.points[f"left_{pair}"]), eye.flat(shot.points[f"right_{pair}"])) for shot in shots]
        if max(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in ways) > BROAD * eye.scale:  # else the trunk hides it
            parts.insert(
                place, shapes.limb(looks, ways, [(radius * eye.scale, radius * eye.scale)] * len(shots), shown)
            )
    return _outlined(parts)


def _middle(name: str, shot: Skeleton) -> Vector:
    """The middle of a ring; breath moves only its front."""
    return shot.frames[name].place(shot.points[name], front=body.BREATH.get(name, 0.0) * shot.belly / 2)


def _half(name: str, shot: Skeleton, across: Vector) -> float:
    """Half the width of the trunk as seen, at one of its rings."""
    ring, frame = body.RINGS[name], shot.frames[name]
    depth = ring.depth + body.BREATH.get(name, 0.0) * shot.belly / 2
    return sqrt((depth * dot(frame.front, across)) ** 2 + (ring.width * dot(frame.right, across)) ** 2)


def _head(shots: Sequence[Skeleton], eye: Camera, shown: int) -> list[Piece]:
    s = eye.scale

    def spots(up: float, front: float, right: float = 0.0) -> list[Point]:
        return [eye.flat(shot.frames["head"].place(shot.points["head"], up, front, right)) for shot in shots]

    ways = [(eye.flat(shot.points["neck"]), eye.flat(shot.points["skull"])) for shot in shots]
    neck = shapes.limb("k", ways, [(5.2 * s, 5.0 * s)] * len(shots), shown)
    hair = shapes.dot("r", spots(1.6, -1.8), 10.4 * s)
    face = shapes.dot("k", spots(-1.4, 1.6), 9.4 * s)
    looks = []
    nose = shapes.dot("k", spots(-1.8, 10.6), 1.9 * s)
    head = shots[shown].points["head"]
    for side in (4.0, -4.0):
        seen = eye.depth(shots[shown].frames["head"].place(head, front=8.0, right=side)) - eye.depth(head)
        if seen > EYE_SEEN:
            looks.append(shapes.dot("y", spots(0.6, 8.2, side), 1.0 * s))
    away = eye.depth(shots[shown].frames["head"].front) < -0.45
    eyes = [replace(each, outlined=False) for each in looks]
    return _outlined([neck, nose, face, hair] if away else [neck, hair, nose, face]) + eyes


def _way(arrow: Arrow, figure: Figure, film: Film) -> list[Vector]:
    """The points along which an arrow goes."""
    if arrow.push is not None:
        start = plus(film.stills[figure.still - 1].points[arrow.of], arrow.aside)
        return [start, plus(start, arrow.push)]
    first, last = (film.stills[place - 1] for place in arrow.poses)
    low, high = (place - 1 for place in arrow.poses)
    midway = [solve(between(figure, film.stills, low, high, step / 8)) for step in range(1, 8)]
    return [plus(skeleton.points[arrow.of], arrow.aside) for skeleton in (first, *midway, last)]


def _arrow(way: list[Point], both: bool) -> str:
    (x0, y0), (x1, y1) = way[0], way[-1]
    long = hypot(x1 - x0, y1 - y0)
    if 0 < long < ARROW_LEAST:
        grow = ARROW_LEAST / long
        way = [(x1 + (x - x1) * grow, y1 + (y - y1) * grow) for x, y in way]
    return shapes.arrow(way, both)
