"""Draws an exercise from joint angles: a moving SVG for every screen, a still one for paper, key poses for apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from programs.figure import drawing, film, svg
from programs.figure.camera import Point
from programs.figure.pose import Figure, Limb, View
from programs.figure.skeleton import LIMBS


@dataclass(frozen=True, slots=True)
class Joints:
    """The angles of one limb in degrees."""

    flex: float
    out: float
    turn: float
    bend: float
    end: float


@dataclass(frozen=True, slots=True)
class KeyPose:
    """One key pose: its points on the sheet of the drawing, y down, and the joint angles of every limb."""

    points: Mapping[str, Point]
    joints: Mapping[str, Joints]


@dataclass(frozen=True, slots=True)
class Moment:
    """When the film is at a key pose, which is counted from 1."""

    at_s: float
    pose: int


@dataclass(frozen=True, slots=True)
class KeyPoses:
    """What an app needs to draw an exercise itself."""

    view: View
    width: float
    height: float
    seconds: float
    still: int
    moments: tuple[Moment, ...]
    poses: tuple[KeyPose, ...]
    props: tuple[str, ...]


def draw(figure: Figure, tempo: str, name: str, cues: Sequence[str]) -> str:
    """The SVG of an exercise, with its name and instructions for who cannot see it."""
    moving = film.shoot(figure, tempo)
    return svg.write(figure.id, name, cues, moving, drawing.lay_out(figure, moving))


def stills(figure: Figure, tempo: str, name: str) -> list[str]:
    """Every key pose as a drawing that stands still, for who reviews them."""
    found = []
    for place in range(1, len(figure.poses) + 1):
        posed = replace(figure, id=f"{figure.id} {place}", still=place)
        moving = film.shoot(posed, tempo)
        found.append(svg.write(posed.id, name, (), moving, drawing.lay_out(posed, moving), moves=False))
    return found


def key_poses(figure: Figure, tempo: str) -> KeyPoses:
    moving = film.shoot(figure, tempo)
    drawn = drawing.lay_out(figure, moving)
    return KeyPoses(
        view=figure.view,
        width=drawn.eye.width,
        height=drawn.eye.height,
        seconds=moving.seconds,
        still=figure.still,
        moments=tuple(Moment(key.at_s, key.pose + 1) for key in moving.keys),
        poses=tuple(
            KeyPose(
                {name: _rounded(drawn.eye.flat(point)) for name, point in sorted(still.points.items())},
                {name: _joints(still.limbs[name]) for name in LIMBS},
            )
            for still in moving.stills
        ),
        props=tuple(dict.fromkeys(prop.kind for prop in figure.props)),
    )


def _rounded(point: Point) -> Point:
    return (round(point[0], 1), round(point[1], 1))


def _joints(limb: Limb) -> Joints:
    return Joints(*(round(angle, 1) for angle in (limb.flex, limb.out, limb.turn, limb.bend, limb.end)))
