"""From key poses to a film: when each pose is reached by the exercise's tempo, and the poses in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import acos, ceil, pi
from typing import Any

from programs.figure.pose import Figure, Limb, Pose
from programs.figure.skeleton import LIMBS, Skeleton, aimed, solve

REST_S = 0.6  # at the first pose, before the next repetition
HOLD_IN_PLACE = (2, 4, 2)  # for the tempo "hold": the film must not stand still for half a minute
STEP_DEGREES = 28.0  # straight lines between frames this near look like an arc
STEPS_MOST = 5


@dataclass(frozen=True, slots=True)
class Key:
    """A key pose by its place in the figure, and when the film is there."""

    pose: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Shot:
    at_s: float
    skeleton: Skeleton


@dataclass(frozen=True, slots=True)
class Film:
    """One round of an exercise; `keys` are the poses in their order with the time of each."""

    seconds: float
    keys: tuple[Key, ...]
    shots: tuple[Shot, ...]
    stills: tuple[Skeleton, ...]  # the key poses


def shoot(figure: Figure, tempo: str) -> Film:
    stills = tuple(solve(pose) for pose in figure.poses)
    keys = tuple(_keys(figure, tempo))
    return Film(keys[-1].at_s, keys, tuple(_shots(figure, keys, stills)), stills)


def counted(tempo: str) -> tuple[int, int, int] | None:
    """Seconds to lift, hold and lower; nothing when the tempo is a word."""
    if tempo == "hold":
        return HOLD_IN_PLACE
    parts = tempo.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    return (int(parts[0]), int(parts[1]), int(parts[2]))


def _keys(figure: Figure, tempo: str) -> Iterator[Key]:
    last = len(figure.poses) - 1
    beats = counted(tempo)
    if figure.seconds is not None or beats is None:
        seconds = figure.seconds or 2.0
        if figure.round:
            yield from (Key(step % (last + 1), round(seconds * step / (last + 1), 2)) for step in range(last + 2))
            return
        beats_s = (seconds * 0.4, seconds * 0.1, seconds * 0.4)
        rest = seconds * 0.1
    else:
        beats_s, rest = (float(beats[0]), float(beats[1]), float(beats[2])), REST_S
    lift, hold, lower = beats_s
    if figure.round:  # there by all poses but the first, and back in one go
        now = rest
        yield Key(0, 0.0)
        yield Key(0, now)
        for step in range(1, last + 1):
            now += (lift + hold + lower) / (last + 1)
            yield Key(step, round(now, 2))
        yield Key(0, round(rest + lift + hold + lower, 2))
        return
    yield Key(0, 0.0)
    yield Key(0, round(rest, 2))
    for step in range(1, last + 1):
        yield Key(step, round(rest + lift * step / last, 2))
    if hold:
        yield Key(last, round(rest + lift + hold, 2))
    for step in range(1, last + 1):
        yield Key(last - step, round(rest + lift + hold + lower * step / last, 2))


def _shots(figure: Figure, keys: tuple[Key, ...], stills: tuple[Skeleton, ...]) -> Iterator[Shot]:
    for before, after in pairwise(keys):
        yield Shot(before.at_s, stills[before.pose])
        if before.pose == after.pose:
            continue
        # Always worked out in the same direction, so that the way back meets the very same shots.
        low, high = sorted((before.pose, after.pose))
        steps = _steps(stills[low], stills[high])
        for step in range(1, steps):
            share = step / steps
            mixed = between(figure, stills, low, high, share if before.pose == low else 1 - share)
            eased = acos(1 - 2 * share) / pi  # slow at both ends
            yield Shot(before.at_s + (after.at_s - before.at_s) * eased, solve(mixed))
    yield Shot(keys[-1].at_s, stills[keys[-1].pose])


def _steps(one: Skeleton, other: Skeleton) -> int:
    turned: float = max(
        abs(getattr(one.limbs[name], joint) - getattr(other.limbs[name], joint))
        for name in LIMBS
        for joint in ("flex", "bend")
    )
    return min(STEPS_MOST, max(2, ceil(turned / STEP_DEGREES)))


def between(figure: Figure, stills: tuple[Skeleton, ...], low: int, high: int, share: float) -> Pose:
    """The pose part of the way from one key pose to another. What rests in both goes on resting."""
    one, other = figure.poses[low], figure.poses[high]
    plain = (
        "lean", "tilt", "roll", "turn", "lumbar", "thoracic", "neck", "lumbar_side", "thoracic_side", "lumbar_turn",
        "thoracic_turn", "neck_turn", "belly",
    )  # fmt: skip
    changed: dict[str, Any] = {name: _mix(getattr(one, name), getattr(other, name), share) for name in plain}
    for name in LIMBS:
        solved = stills[low].limbs[name], stills[high].limbs[name]
        changed[name] = _limb(getattr(one, name), getattr(other, name), *solved, name.endswith("leg"), share)
    whole = replace(one, **changed)
    if one.pin and other.pin and one.pin.point == other.pin.point and len(one.pin.at) == len(other.pin.at):
        return replace(whole, pin=replace(one.pin, at=_mixed(one.pin.at, other.pin.at, share)))
    if one.pin is None and other.pin is None:
        if one.seat is not None and other.seat is not None:
            return replace(whole, seat=_mix(one.seat, other.seat, share), at=_mixed(one.at, other.at, share))
        if one.seat is None and other.seat is None and len(one.at) == len(other.at):
            return replace(whole, at=_mixed(one.at, other.at, share))
    hips = _mixed(stills[low].points["hips"], stills[high].points["hips"], share)
    return replace(whole, pin=None, seat=None, at=hips)


def _limb(one: Limb, other: Limb, solved: Limb, next_solved: Limb, is_leg: bool, share: float) -> Limb:
    aim, next_aim = (aimed(each, is_leg) for each in (one, other))
    if one.reaches and other.reaches and one.onto == other.onto and (aim is None) == (next_aim is None):
        to, next_to = (one.to or (0.0, 0.0, 0.0)), (other.to or (0.0, 0.0, 0.0))
        if len(to) == len(next_to):
            aim = None if aim is None or next_aim is None else _mix(aim, next_aim, share)
            elbow = one.elbow or other.elbow
            if one.elbow and other.elbow and len(one.elbow) == len(other.elbow):
                elbow = _mixed(one.elbow, other.elbow, share)
            return replace(one, to=_mixed(to, next_to, share), aim=aim, elbow=elbow)
    turn, next_turn = solved.turn, next_solved.turn
    if solved.bend < 3:  # a straight limb's turn is nobody's choice
        turn = next_turn
    elif next_solved.bend < 3:
        next_turn = turn
    return Limb(
        flex=_shortest(solved.flex, next_solved.flex, share),
        out=_mix(solved.out, next_solved.out, share),
        turn=_shortest(turn, next_turn, share),
        bend=_mix(solved.bend, next_solved.bend, share),
        end=_mix(solved.end, next_solved.end, share),
    )


def _mix(one: float, other: float, share: float) -> float:
    return one + (other - one) * share


def _mixed(one: tuple[float, ...], other: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(_mix(a, b, share) for a, b in zip(one, other, strict=True))


def _shortest(one: float, other: float, share: float) -> float:
    if abs(other - one) <= 181:  # as written: an arm goes over the head by the front
        return _mix(one, other, share)
    return _mix(one, other - 360 if other > one else other + 360, share)
