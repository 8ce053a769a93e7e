"""How alike drawings are: two exercises must not look the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import combinations
from math import hypot

from programs.figure.camera import Point, camera
from programs.figure.pose import Figure
from programs.figure.skeleton import solve

TOO_NEAR = 5.0  # centimetres by which the points that differ most differ on average, as seen
LOOKED_AT = 4
THING = 4.0  # centimetres for every thing or glow that only one of two drawings has
SEEN = (
    "hips", "chest", "neck", "head", "right_elbow", "left_elbow", "right_wrist", "left_wrist", "right_knee",
    "left_knee", "right_ankle", "left_ankle", "right_toe", "left_toe",
)  # fmt: skip

Vector = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures and how far apart they are, in centimetres: bodies alone, and with what is drawn beside them."""

    apart: float
    bodies: float
    first: str
    second: str


def nearest(figures: Mapping[str, Figure], most: int) -> list[Pair]:
    """The pairs most alike, the nearest first."""
    vectors = {name: _vectors(figure) for name, figure in figures.items()}
    things = {name: _things(figure) for name, figure in figures.items()}
    pairs = []
    for one, other in combinations(figures, 2):
        bodies = _apart(vectors[one], vectors[other])
        pairs.append(Pair(bodies + THING * len(things[one] ^ things[other]), bodies, one, other))
    return nsmallest(most, pairs, key=lambda pair: (pair.apart, pair.first, pair.second))


def _vectors(figure: Figure) -> list[Vector]:
    """The points of each key pose as seen, from the middle of the first."""
    eye = camera(figure.view)
    poses = [[eye.flat(solve(pose).points[name]) for name in SEEN] for pose in figure.poses]
    x, y = (sum(point[axis] for point in poses[0]) / len(SEEN) for axis in (0, 1))
    return [tuple((px - x, py - y) for px, py in pose) for pose in poses]


def _things(figure: Figure) -> set[str]:
    return {prop.kind for prop in figure.props} | ({f"glow {figure.glow}"} if figure.glow else set())


def _apart(one: Sequence[Vector], other: Sequence[Vector]) -> float:
    """How far each pose is from the most alike of the other figure, on average over both."""
    ways = [min(_distance(pose, there) for there in other) for pose in one]
    back = [min(_distance(pose, here) for here in one) for pose in other]
    return (sum(ways) / len(ways) + sum(back) / len(back)) / 2


def _distance(one: Vector, other: Vector) -> float:
    """Of the points that differ most: an eye sees the one arm that is elsewhere, not the mean."""
    apart = nlargest(LOOKED_AT, (hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(one, other, strict=True)))
    return sum(apart) / len(apart)
