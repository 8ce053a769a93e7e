"""Points and directions in space, in centimetres: x is where a standing person looks, y is up, z is to their right."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin

Vector = tuple[float, float, float]


def plus(one: Vector, other: Vector, times: float = 1.0) -> Vector:
    return (one[0] + times * other[0], one[1] + times * other[1], one[2] + times * other[2])


def minus(one: Vector, other: Vector) -> Vector:
    return plus(one, other, -1.0)


def times(vector: Vector, factor: float) -> Vector:
    return (vector[0] * factor, vector[1] * factor, vector[2] * factor)


def dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vector, other: Vector) -> Vector:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def length(vector: Vector) -> float:
    return hypot(*vector)


def unit(vector: Vector) -> Vector:
    return times(vector, 1 / (length(vector) or 1.0))


def between(one: Vector, other: Vector, share: float) -> Vector:
    return plus(times(one, 1 - share), other, share)


def toward(one: Vector, other: Vector, degrees: float) -> Vector:
    """A direction turned toward another that stands at a right angle to it."""
    return plus(times(one, cos(radians(degrees))), other, sin(radians(degrees)))


@dataclass(frozen=True, slots=True)
class Frame:
    """How a part of the body is turned: three directions at right angles to each other."""

    up: Vector = (0.0, 1.0, 0.0)
    front: Vector = (1.0, 0.0, 0.0)
    right: Vector = (0.0, 0.0, 1.0)

    def flexed(self, degrees: float) -> Frame:
        """Bent forward."""
        return Frame(toward(self.up, self.front, degrees), toward(self.front, self.up, -degrees), self.right)

    def leaned(self, degrees: float) -> Frame:
        """Bent to its right."""
        return Frame(toward(self.up, self.right, degrees), self.front, toward(self.right, self.up, -degrees))

    def twisted(self, degrees: float) -> Frame:
        """Turned about its own length, the front toward its right."""
        return Frame(self.up, toward(self.front, self.right, degrees), toward(self.right, self.front, -degrees))

    def headed(self, degrees: float) -> Frame:
        """Turned about the vertical, the front toward the right of someone who looks along x."""

        def turned(v: Vector) -> Vector:
            c, s = cos(radians(degrees)), sin(radians(degrees))
            return (v[0] * c - v[2] * s, v[1], v[0] * s + v[2] * c)

        return Frame(turned(self.up), turned(self.front), turned(self.right))

    def place(self, origin: Vector, up: float = 0.0, front: float = 0.0, right: float = 0.0) -> Vector:
        return plus(plus(plus(origin, self.up, up), self.front, front), self.right, right)
