"""From a pose to points in space: the spine up from the hips, the limbs by angles or by where they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import acos, asin, atan2, degrees, sqrt

from programs.figure import body
from programs.figure.pose import Limb, Pose
from programs.figure.vectors import Frame, Vector, cross, dot, length, minus, plus, times, toward, unit

LIMBS = ("right_leg", "left_leg", "right_arm", "left_arm")
DOWN: Vector = (0.0, -1.0, 0.0)
PALM = 3.4  # from the wrist to the floor under a flat hand


class Impossible(ValueError):
    """A pose that no body can take, in one line."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A solved pose: where every point is, how the parts of the trunk are turned, and every limb by its angles."""

    points: Mapping[str, Vector]
    frames: Mapping[str, Frame]
    limbs: Mapping[str, Limb]
    missed: Mapping[str, float]  # limb -> centimetres by which it cannot reach its spot
    belly: float = 0.0


def solve(pose: Pose) -> Skeleton:
    """Raises Impossible for a point that does not exist."""
    points, frames = _trunk(pose)
    limbs = {name: _limb(pose, name) for name in LIMBS}
    for name, limb in limbs.items():
        if not limb.reaches:
            points |= _by_angles(name, limb, points, frames)
    shift = _shift(pose, points, frames)
    points = {name: plus(point, shift) for name, point in points.items()}
    missed: dict[str, float] = {}
    for name in sorted((each for each in LIMBS if limbs[each].reaches), key=lambda each: limbs[each].onto is not None):
        found, limbs[name], missed[name] = _by_reach(name, limbs[name], points, frames, pose.belly)
        points |= found
    return Skeleton(points | _landmarks(points, frames, pose.belly), frames, limbs, missed, pose.belly)


def _limb(pose: Pose, name: str) -> Limb:
    limb: Limb = getattr(pose, name)
    return limb


def _trunk(pose: Pose) -> tuple[dict[str, Vector], dict[str, Frame]]:
    frame = Frame().flexed(90 - pose.lean).leaned(pose.tilt).twisted(pose.roll).headed(pose.turn)
    points: dict[str, Vector] = {"hips": (0.0, 0.0, 0.0)}
    frames = {"hips": frame}
    half = {
        "lumbar": (pose.lumbar / 2, pose.lumbar_side / 2, pose.lumbar_turn / 2),
        "thoracic": (pose.thoracic / 2, pose.thoracic_side / 2, pose.thoracic_turn / 2),
    }
    steps = (
        ("waist", body.PELVIS, None), ("middle", body.LUMBAR, "lumbar"), ("chest", body.LUMBAR, "lumbar"),
        ("ribs", body.THORACIC, "thoracic"), ("neck", body.THORACIC, "thoracic"),
    )  # fmt: skip
    below = "hips"
    for name, long, part in steps:
        if part:
            flex, side, twist = half[part]
            frame = frame.flexed(flex).leaned(side).twisted(twist)
        points[name] = frame.place(points[below], up=long)
        frames[name], below = frame, name
    nape = frame.flexed(pose.neck / 2).twisted(pose.neck_turn)
    frames["head"] = nape.flexed(pose.neck / 2)
    points["skull"] = nape.place(points["neck"], up=body.NECK)
    points["head"] = frames["head"].place(points["skull"], up=body.HEAD, front=1.5)
    for hand, sign in (("right", 1), ("left", -1)):
        at = frame.place(points["neck"], up=-body.SHOULDER_BELOW_NECK, right=sign * body.SHOULDER_OUT)
        points[f"{hand}_shoulder"] = at
        points[f"{hand}_hip"] = frames["hips"].place(points["hips"], right=sign * body.HIP_OUT)
    return points, frames


def _shift(pose: Pose, points: Mapping[str, Vector], frames: Mapping[str, Frame]) -> Vector:
    """How the body as built about its hips must move to be where the pose says."""
    under = dict(_undersides(points, frames))
    z = pose.at[2] if len(pose.at) > 2 else 0.0
    if pose.pin is not None:
        if pose.pin.point not in under:
            raise Impossible(f"pin: {pose.pin.point} is no point that can rest on something")
        spot = pose.pin.at
        y = spot[1] - under[pose.pin.point] if len(spot) > 1 else -min(under.values())
        return (spot[0] - points[pose.pin.point][0], y, z)
    if pose.seat is not None:
        return (pose.at[0], pose.seat - under["hips"], z)
    return (pose.at[0], pose.at[1] if len(pose.at) > 1 else -min(under.values()), z)


def _undersides(points: Mapping[str, Vector], frames: Mapping[str, Frame]) -> Iterator[tuple[str, float]]:
    """The height of the skin under every point."""
    for name, ring in body.RINGS.items():
        frame = frames[name]
        reach = sqrt(
            (ring.depth * frame.front[1]) ** 2 + (ring.width * frame.right[1]) ** 2 + (ring.along * frame.up[1]) ** 2
        )
        yield name, points[name][1] - reach
    yield "head", points["head"][1] - body.HEAD_RADIUS
    for side in ("right", "left"):
        for bones in body.LIMBS.values():
            for bone in bones:
                for end, thick in ((bone.start, bone.thick_start), (bone.end, bone.thick_end)):
                    if f"{side}_{end}" in points:
                        yield f"{side}_{end}", points[f"{side}_{end}"][1] - thick


def undersides(skeleton: Skeleton) -> dict[str, float]:
    return dict(_undersides(skeleton.points, skeleton.frames))


def _root(name: str, frames: Mapping[str, Frame]) -> tuple[str, str, Frame, Vector]:
    side, _, kind = name.partition("_")
    frame = frames["neck" if kind == "arm" else "hips"]
    return side, kind, frame, times(frame.right, 1.0 if side == "right" else -1.0)


def _by_angles(name: str, limb: Limb, points: Mapping[str, Vector], frames: Mapping[str, Frame]) -> dict[str, Vector]:
    side, kind, frame, outward = _root(name, frames)
    long, fore = toward(times(frame.up, -1), frame.front, limb.flex), toward(frame.front, frame.up, limb.flex)
    long, aside = toward(long, outward, limb.out), toward(outward, long, -limb.out)
    fore = toward(fore, aside, limb.turn)
    if kind == "arm":
        elbow = plus(points[f"{side}_shoulder"], long, body.UPPER_ARM)
        lower, fore = toward(long, fore, limb.bend), toward(fore, long, -limb.bend)
        wrist = plus(elbow, lower, body.FOREARM)
        hand = plus(wrist, toward(lower, fore, limb.end), body.HAND)
        return {f"{side}_elbow": elbow, f"{side}_wrist": wrist, f"{side}_hand": hand}
    knee = plus(points[f"{side}_hip"], long, body.THIGH)
    lower, fore = toward(long, fore, -limb.bend), toward(fore, long, limb.bend)
    ankle = plus(knee, lower, body.SHANK)
    foot, sole = toward(fore, lower, -limb.end), toward(lower, fore, limb.end)
    return {f"{side}_knee": knee, f"{side}_ankle": ankle} | _foot(side, ankle, foot, sole)


def _foot(side: str, ankle: Vector, foot: Vector, sole: Vector) -> dict[str, Vector]:
    heel = plus(plus(ankle, foot, -body.HEEL_BACK), sole, body.HEEL_DOWN)
    return {f"{side}_heel": heel, f"{side}_toe": plus(plus(ankle, foot, body.TOE_FRONT), sole, body.TOE_DOWN)}


def _by_reach(
    name: str, limb: Limb, points: Mapping[str, Vector], frames: Mapping[str, Frame], belly: float
) -> tuple[dict[str, Vector], Limb, float]:
    side, kind, frame, outward = _root(name, frames)
    joint = ("shoulder", "elbow", "wrist") if kind == "arm" else ("hip", "knee", "ankle")
    upper, lower = (body.UPPER_ARM, body.FOREARM) if kind == "arm" else (body.THIGH, body.SHANK)
    root = points[f"{side}_{joint[0]}"]
    aim = aimed(limb, kind == "leg")
    target = _spot(limb, aim, kind, root, {**points, **_landmarks(points, frames, belly)}, frames)
    way = minus(target, root)
    far = length(way)
    reach = min(max(far, abs(upper - lower) + 0.5), upper + lower - 0.05)
    straight = unit(way)
    pole = _pole(limb, kind, frame, outward)
    bulge = unit(minus(pole, times(straight, dot(pole, straight))))
    angle = degrees(acos(max(-1.0, min(1.0, (upper**2 + reach**2 - lower**2) / (2 * upper * reach)))))
    middle = plus(root, toward(straight, bulge, angle), upper)
    end = plus(root, straight, reach)
    long, low = unit(minus(middle, root)), unit(minus(end, middle))
    fore = unit(minus(bulge, times(long, dot(bulge, long))))
    if kind == "arm":
        fore = times(fore, -1)
    solved = _angles(limb, kind, frame, outward, long, low, fore)
    found = {f"{side}_{joint[1]}": middle, f"{side}_{joint[2]}": end}
    front = toward(fore, long, solved.bend if kind == "leg" else -solved.bend)  # of shank or forearm
    if kind == "arm":
        hand = _pointing(aim, frames["hips"]) if aim is not None else toward(low, front, limb.end)
        found[f"{side}_hand"] = plus(end, hand, body.HAND)
        solved = replace(solved, end=degrees(asin(max(-1.0, min(1.0, dot(hand, front))))))
    else:
        foot = _pointing(aim, frames["hips"]) if aim is not None else toward(front, low, -limb.end)
        sole = _pointing(aim - 90, frames["hips"]) if aim is not None else toward(low, front, limb.end)
        found |= _foot(side, end, foot, sole)
        solved = replace(solved, end=degrees(atan2(-dot(foot, low), dot(foot, front))))
    return found, solved, max(0.0, far - (upper + lower))


def aimed(limb: Limb, is_leg: bool) -> float | None:
    """Where a hand or foot points; a foot that stands somewhere is flat unless it says otherwise."""
    return 0.0 if limb.aim is None and is_leg and not limb.onto else limb.aim


def _spot(
    limb: Limb, aim: float | None, kind: str, root: Vector, points: Mapping[str, Vector], frames: Mapping[str, Frame]
) -> Vector:
    """Where wrist or ankle must be, so that hand or foot touches what it shall."""
    off = (*(limb.to or ()), 0.0, 0.0, 0.0)
    if limb.onto:
        if limb.onto not in points:
            raise Impossible(f"onto: {limb.onto} is no point of the body")
        return plus(points[limb.onto], (off[0], off[1], off[2]))
    at: Vector = (off[0], off[1], off[2] if len(limb.to or ()) > 2 else root[2])
    if aim is None:
        return at
    along, sole = _pointing(aim, frames["hips"]), _pointing(aim - 90, frames["hips"])
    if kind == "arm":
        return (at[0], at[1] + max(PALM, 3.1 - body.HAND * along[1]), at[2])
    foot = _foot("", (0.0, 0.0, 0.0), along, sole)
    return (at[0], at[1] + max(3.6 - foot["_heel"][1], 2.4 - foot["_toe"][1]), at[2])


def _pointing(aim: float, hips: Frame) -> Vector:
    """Forward is where the person is headed, whatever way the trunk lies."""
    side = hips.right if abs(hips.right[1]) < 0.5 else (0.0, 0.0, 1.0)
    forward = unit(cross((0.0, 1.0, 0.0), (side[0], 0.0, side[2])))
    return toward(forward, (0.0, 1.0, 0.0), aim)


def _pole(limb: Limb, kind: str, frame: Frame, outward: Vector) -> Vector:
    if limb.elbow is not None:
        x, y, z = (*limb.elbow, 0.0, 0.0)[:3]
        return (x, y, z)
    if kind == "leg":
        return plus(plus(frame.front, frame.up, 0.7), outward, 0.08)  # knees go forward, also out of a deep bend
    return plus(plus(times(frame.front, -0.7), frame.up, -0.4), outward, 0.4)


def _angles(limb: Limb, kind: str, frame: Frame, outward: Vector, long: Vector, low: Vector, fore: Vector) -> Limb:
    """The joint angles that put a limb where it is."""
    flex = degrees(atan2(dot(long, frame.front), -dot(long, frame.up)))
    out = degrees(asin(max(-1.0, min(1.0, dot(long, outward)))))
    plain, aside = toward(frame.front, frame.up, flex), outward
    before = toward(times(frame.up, -1), frame.front, flex)
    aside = toward(outward, before, -out)
    turn = degrees(atan2(dot(fore, aside), dot(fore, plain)))
    bend = degrees(acos(max(-1.0, min(1.0, dot(long, low)))))
    return replace(limb, flex=flex, out=out, turn=turn, bend=bend)


def _landmarks(points: Mapping[str, Vector], frames: Mapping[str, Frame], belly: float) -> dict[str, Vector]:
    """Points on the skin, for arrows, hands and things."""
    found = {
        "belly": frames["middle"].place(points["middle"], front=body.RINGS["middle"].depth + belly),
        "back": frames["middle"].place(points["middle"], front=-body.RINGS["middle"].depth),
        "upper_back": frames["ribs"].place(points["ribs"], front=-body.RINGS["ribs"].depth),
        "breastbone": frames["ribs"].place(points["ribs"], front=body.RINGS["ribs"].depth),
        "buttocks": frames["hips"].place(points["hips"], front=-body.RINGS["hips"].depth),
        "groin": frames["hips"].place(points["hips"], front=body.RINGS["hips"].depth),
        "seat": frames["hips"].place(points["hips"], up=-6),
        # Where a stick along the back begins and ends.
        "tail": frames["hips"].place(points["hips"], up=-10, front=-12),
        "overhead": frames["hips"].place(points["hips"], up=84, front=-12),
        "crown": frames["head"].place(points["head"], up=body.HEAD_RADIUS),
        "nape": frames["head"].place(points["head"], front=-body.HEAD_RADIUS),
        "nose": frames["head"].place(points["head"], front=body.HEAD_RADIUS),
    }
    for side in ("right", "left"):
        for name, start, end in (("thigh", "hip", "knee"), ("shin", "knee", "ankle")):
            if f"{side}_{end}" in points:
                one, other = points[f"{side}_{start}"], points[f"{side}_{end}"]
                found[f"{side}_{name}"] = plus(times(one, 0.5), other, 0.5)
        if f"{side}_heel" in points:
            found[f"{side}_foot"] = plus(times(points[f"{side}_heel"], 0.5), points[f"{side}_toe"], 0.5)
    return found
