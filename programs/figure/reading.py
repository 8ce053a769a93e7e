"""Reads poses.yaml and says in one line what no person could do or what nobody would understand."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.figure import strains
from programs.figure.film import counted
from programs.figure.pose import HELD, Figure, spelled_out
from programs.figure.skeleton import Impossible, solve
from programs.yaml_file import BadContent, ContentFile

if TYPE_CHECKING:
    from programs.catalog import Exercise

FILE = "poses.yaml"
STANDS_FOR = {"kettlebell": "weight"}


def read(root: Path) -> dict[str, Figure]:
    """The figures by exercise. Raises BadContent."""
    file = ContentFile(root / FILE, "positions", "figures")
    positions = file.data["positions"]
    if not isinstance(positions, Mapping) or not all(isinstance(each, Mapping) for each in positions.values()):
        raise BadContent(f"{FILE}: positions: must be a mapping of positions")
    rows = file.data["figures"]
    if isinstance(rows, list):
        file.data = {**file.data, "figures": [_in_full(row, positions) for row in rows]}
    return file.items("figures", Figure)


def _in_full(row: Any, positions: Mapping[str, Any]) -> Any:
    if not isinstance(row, Mapping) or not isinstance(row.get("poses"), list):
        return row  # refused where it is read as a value
    if not all(isinstance(pose, str | Mapping) for pose in row["poses"]):
        return row
    try:
        return {**row, "poses": spelled_out(row["poses"], positions)}
    except KeyError as error:
        raise BadContent(f"{FILE}: {row.get('id')}: from: {error.args[0]} is none of positions") from error


def found(figures: Mapping[str, Figure], exercises: Mapping[str, Exercise]) -> Iterator[tuple[str, str, str]]:
    """Every fault as (file, item, reason)."""
    for missing in exercises.keys() - figures.keys():
        yield FILE, missing, "has no figure"
    for figure in figures.values():
        if figure.id not in exercises:
            yield FILE, figure.id, "is no exercise"
            continue
        for reason in _faults(figure, exercises[figure.id]):
            yield FILE, figure.id, reason


def _faults(figure: Figure, exercise: Exercise) -> Iterator[str]:
    most = len(figure.poses)
    if figure.still > most:
        yield f"still {figure.still} is none of its {most} poses"
    if (figure.seconds is None) != (counted(exercise.tempo) is not None):
        yield f"seconds are for a tempo in words, and then needed; its tempo is {exercise.tempo}"
    shown = {STANDS_FOR.get(prop.kind, prop.kind) for prop in figure.props}
    for thing in exercise.equipment:
        if thing not in shown:
            yield f"props: {thing} is part of the exercise"
    try:
        solved = [solve(pose) for pose in figure.poses]
    except Impossible as fault:
        yield str(fault)
        return
    for place, skeleton in enumerate(solved, 1):
        for reason in strains.found(skeleton, figure.props):
            yield f"pose {place}: {reason}"
    yield from _beside(figure, solved[0].points)


def _beside(figure: Figure, known: Container[str]) -> Iterator[str]:
    """Faults of what is drawn beside the body."""
    most = len(figure.poses)
    for prop in figure.props:
        for point in prop.points:
            if point not in known:
                yield f"props: {prop.kind}: {point} is no point of the body"
        if (prop.kind in HELD) > bool(prop.points):
            yield f"props: {prop.kind} needs points of the body"
    for arrow in figure.arrows:
        if arrow.of not in known:
            yield f"arrows: {arrow.of} is no point of the body"
        if max(arrow.poses) > most:
            yield f"arrows: {arrow.of} goes to pose {max(arrow.poses)} of {most}"
