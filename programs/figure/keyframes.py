"""How pieces move, as CSS: those that move as one together, each with only the frames that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from programs.figure.film import Film
from programs.figure.shapes import Piece, Place, number

Track = tuple[Place, ...]

SLACK, SLACK_DEGREES, SLACK_STRETCH = 1.2, 2.5, 0.06  # of a moving piece, what no eye sees
STILL = 0.05
LOOSE, LOOSE_DEGREES = 0.8, 2.0  # pieces that keep their places to each other this well move as one


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces drawn one after another that move as one: their common track, and where each is within it."""

    track: Track
    pieces: tuple[tuple[Piece, Place], ...]


def runs(pieces: Iterable[Piece], shown: int) -> Iterator[Run]:
    track: Track = ()
    found: list[tuple[Piece, Place]] = []
    for piece in pieces:
        own = piece.track or (Place(0, 0),)
        if moves(own) and moves(track) and _as_one(track, own, shown):
            found.append((piece, _within(track[shown], own[shown])))
            continue
        if found:
            yield Run(track, tuple(found))
        track, found = (own, [(piece, Place(0, 0))]) if moves(own) else ((own[0],) * (shown + 1), [(piece, own[0])])
    if found:
        yield Run(track, tuple(found))


def moves(track: Track) -> bool:
    return any(_off(place, track[0]) > 0.2 for place in track)


def css(mark: str, moving: dict[Track, int], film: Film, shown: int) -> str:
    if not moving:
        return ""
    begin = film.shots[shown].at_s  # so that the film starts where the still is
    films = "".join(
        f".{mark} .i{place}{{animation-name:{mark}{place}}}@keyframes {mark}{place}{{{_frames(track, film)}}}"
        for track, place in moving.items()
    )
    return (
        "@media screen and (prefers-reduced-motion:no-preference){"
        f".{mark} .z{{animation:{number(film.seconds)}s linear {number(-begin)}s infinite}}{films}}}"
    )


def _within(leader: Place, place: Place) -> Place:
    """Where a piece is, seen from its leader."""
    c, s = cos(radians(-leader.angle)), sin(radians(-leader.angle))
    dx, dy = place.x - leader.x, place.y - leader.y
    return Place(dx * c - dy * s, dx * s + dy * c, place.angle - leader.angle, place.along, place.across)


def _as_one(track: Track, own: Track, shown: int) -> bool:
    if any(abs(part - 1) > SLACK_STRETCH for at in (*track, *own) for part in (at.along, at.across)):
        return False
    there = _within(track[shown], own[shown])
    for leader, place in zip(track, own, strict=True):
        now = _within(leader, place)
        turned = (now.angle - there.angle + 180) % 360 - 180
        if max(abs(now.x - there.x), abs(now.y - there.y)) > LOOSE or abs(turned) > LOOSE_DEGREES:
            return False
    return True


def _frames(track: Track, film: Film) -> str:
    turns = any(abs(place.angle) >= STILL for place in track)
    stretches = any(abs(part - 1) > SLACK_STRETCH for place in track for part in (place.along, place.across))
    times: dict[str, list[str]] = {}
    for shot in _needed(track, [shot.at_s for shot in film.shots]):
        place = track[shot]
        text = f"translate({place.x:.0f}px,{place.y:.0f}px)"
        if turns:
            text += f"rotate({place.angle:.0f}deg)"
        if stretches:
            text += f"scale({_short(place.along)},{_short(place.across)})"
        times.setdefault(text, []).append(f"{100 * film.shots[shot].at_s / film.seconds:.0f}%")
    return "".join(f"{','.join(dict.fromkeys(at))}{{transform:{text}}}" for text, at in times.items())


def _short(share: float) -> str:
    return f"{share:.2f}".rstrip("0").removesuffix(".").removeprefix("0") or "0"


def _needed(track: Track, times: Sequence[float]) -> list[int]:
    """The shots from which straight lines in time give all the others."""

    def split(first: int, last: int) -> list[int]:
        worst, most = 0, 1.0
        for shot in range(first + 1, last):
            share = (times[shot] - times[first]) / ((times[last] - times[first]) or 1.0)
            off = _off(track[shot], _midway(track[first], track[last], share))
            if off > most:
                worst, most = shot, off
        return [*split(first, worst), *split(worst, last)] if worst else [last]

    return [0, *split(0, len(track) - 1)]


def _midway(one: Place, other: Place, share: float) -> Place:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return Place(
        mix(one.x, other.x), mix(one.y, other.y), mix(one.angle, other.angle), mix(one.along, other.along),
        mix(one.across, other.across),
    )  # fmt: skip


def _off(one: Place, other: Place) -> float:
    return max(
        abs(one.x - other.x) / SLACK,
        abs(one.y - other.y) / SLACK,
        abs(one.angle - other.angle) / SLACK_DEGREES,
        abs(one.along - other.along) / SLACK_STRETCH,
        abs(one.across - other.across) / SLACK_STRETCH,
    )
