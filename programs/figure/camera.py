"""Where a figure is seen from, and how it fits its sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians, sin

from programs.figure.pose import View
from programs.figure.vectors import Vector, cross, dot

Point = tuple[float, float]

WIDTH, HEIGHT, LOWEST = 240.0, 180.0, 110.0  # of the sheet; a lying person needs less height
MARGIN = 9.0
LARGEST = 1.3  # times a centimetre; a small figure is not blown up further

# Degrees round the vertical from a person's right side to their front, and degrees from above.
VIEWS: dict[View, tuple[float, float]] = {
    "side": (14.0, 9.0),
    "half": (42.0, 14.0),
    "front": (84.0, 6.0),
    "above": (0.0, 58.0),
    "lying": (12.0, 30.0),
    "feet": (76.0, 36.0),
}


@dataclass(frozen=True, slots=True)
class Camera:
    """Parallel light from afar: lengths do not shrink with distance."""

    right: Vector
    up: Vector
    near: Vector
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    width: float = WIDTH
    height: float = HEIGHT

    def flat(self, point: Vector) -> Point:
        """On the sheet, whose y goes down."""
        return (
            self.left + self.scale * dot(point, self.right),
            self.top - self.scale * dot(point, self.up),
        )

    def depth(self, point: Vector) -> float:
        """The larger, the nearer to whoever looks."""
        return dot(point, self.near)


def camera(view: View) -> Camera:
    yaw, pitch = (radians(angle) for angle in VIEWS[view])
    near = (sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch))
    right = (cos(yaw), 0.0, -sin(yaw))
    return Camera(right, cross(near, right), near)


def fitted(plain: Camera, points: Iterable[tuple[Vector, float]]) -> Camera:
    """The same view, moved and scaled so that all points with their thickness are on the sheet."""
    spots = [(plain.flat(point), thick) for point, thick in points]
    low_x, high_x = min(x - r for (x, _), r in spots), max(x + r for (x, _), r in spots)
    low_y, high_y = min(y - r for (_, y), r in spots), max(y + r for (_, y), r in spots)
    scale = min((WIDTH - 2 * MARGIN) / (high_x - low_x), (HEIGHT - 2 * MARGIN) / (high_y - low_y), LARGEST)
    height = min(HEIGHT, max(LOWEST, scale * (high_y - low_y) + 2 * MARGIN))
    left = WIDTH / 2 - scale * (low_x + high_x) / 2
    top = height - MARGIN - scale * high_y  # a low figure stands at the foot of its sheet
    return Camera(plain.right, plain.up, plain.near, scale, left, top, WIDTH, float(round(height)))
