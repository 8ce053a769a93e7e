"""Flat pieces of a drawing: round-ended limbs, polygons, and the tracks on which they move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, atan2, cos, degrees, hypot, sin

from programs.figure.camera import Point

LEAST_SHARE = 0.35  # a limb that points at the viewer is drawn at least this long, and squeezed


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece is at one moment: its origin, its turn in degrees, and how it is stretched."""

    x: float
    y: float
    angle: float = 0.0
    along: float = 1.0
    across: float = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A shape with its class; a track of one place stands still."""

    looks: str
    path: str
    track: tuple[Place, ...] = ()
    outlined: bool = True


def number(value: float) -> str:
    """As short as it goes, at a tenth of a unit."""
    text = f"{value:.1f}".removesuffix(".0")
    text = "0" if text == "-0" else text
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def numbers(*values: float) -> str:
    found = ""
    for value in values:
        text = number(value)
        found += text if not found or text.startswith("-") else f" {text}"
    return found


def capsule(long: float, start: float, end: float) -> str:
    """A limb from the origin along x, round at both ends."""
    if long <= abs(start - end):
        return circle(max(start, end), 0.0 if start >= end else long)
    tilt = asin((start - end) / long)
    x1, y1, x2, y2 = start * sin(tilt), start * cos(tilt), long + end * sin(tilt), end * cos(tilt)
    return (
        f"M{numbers(x1, -y1)}L{numbers(x2, -y2)}A{numbers(end, end)} 0 {int(end > start)} 1 {numbers(x2, y2)}"
        f"L{numbers(x1, y1)}A{numbers(start, start)} 0 {int(start > end)} 1 {numbers(x1, -y1)}"
    )


def circle(radius: float, x: float = 0.0) -> str:
    r = number(radius)
    return f"M{numbers(x - radius, 0)}a{r} {r} 0 1 1 {number(2 * radius)} 0a{r} {r} 0 1 1 {number(-2 * radius)} 0Z"


def polygon(points: Sequence[Point]) -> str:
    return f"M{'L'.join(numbers(*point) for point in points)}Z"


def line(points: Sequence[Point]) -> str:
    return f"M{'L'.join(numbers(*point) for point in points)}"


def limb(looks: str, ways: Sequence[tuple[Point, Point]], thick: Sequence[tuple[float, float]], shown: int) -> Piece:
    """A piece from one moving point to another; it is true to scale at the moment `shown`."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in ways]
    base = float(round(max(lengths[shown], LEAST_SHARE * max(lengths), 1.0)))  # so that both sides share a shape
    width = sum(thick[shown])
    track = [
        Place(a[0], a[1], degrees(atan2(b[1] - a[1], b[0] - a[0])), long / base, sum(now) / width)
        for (a, b), long, now in zip(ways, lengths, thick, strict=True)
    ]
    return Piece(looks, capsule(base, *thick[shown]), tuple(unwound(track)))


def unwound(track: Iterable[Place]) -> Iterable[Place]:
    """Angles without jumps from one place to the next, so that a limb never swings the long way round."""
    last = None
    for place in track:
        angle = place.angle
        if last is not None:
            angle -= 360 * round((angle - last) / 360)
        last = angle
        yield Place(place.x, place.y, angle, place.along, place.across)


def dot(looks: str, spots: Iterable[Point], radius: float) -> Piece:
    return Piece(looks, circle(radius), tuple(Place(x, y) for x, y in spots))


def arrow(way: Sequence[Point], both: bool) -> str:
    """A line with a head at its end, or at both; its points may be close together."""
    ends = [way, way[::-1]] if both else [way]
    return line(way) + "".join(_head(each) for each in ends)


def _head(way: Sequence[Point]) -> str:
    tip = way[-1]
    tail = next((p for p in reversed(way) if hypot(p[0] - tip[0], p[1] - tip[1]) >= 5), way[0])
    heading = atan2(tip[1] - tail[1], tip[0] - tail[0])
    barbs = [(tip[0] - 6 * cos(heading + turn), tip[1] - 6 * sin(heading + turn)) for turn in (0.5, -0.5)]
    return line([barbs[0], tip, barbs[1]])
