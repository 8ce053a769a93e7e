"""Charts as SVG for pages and print: pure, without inline style or script, with words for who cannot see them.

Colours are classes of the page's own stylesheet; lines differ in their dashes and points too, never in colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from typing import Literal

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 26, 30
GAP = timedelta(days=7)  # a line does not claim to know what lies between points farther apart
DOTS_MOST = 60
TICK_DAYS = (1, 2, 7, 14, 28, 56, 112)
TICKS_MOST = 8

Point = tuple[date, float]


@dataclass(frozen=True)
class Series:
    """One line, or one row of bars. `days`: how wide a bar is."""

    name: str
    points: Sequence[Point]
    shape: Literal["line", "bar", "stairs"] = "line"
    days: int = 7
    gap: timedelta = GAP


@dataclass(frozen=True)
class Chart:
    """`aim` is a level to compare with, `marks` are days on which something happened; both with a name."""

    id: str
    title: str
    unit: str
    first: date
    last: date
    series: Sequence[Series]
    low: float | None = None
    high: float | None = None
    aim: tuple[float, str] | None = None
    marks: Sequence[tuple[date, str]] = ()
    empty: str = ""


def draw(chart: Chart, tick: Callable[[date], str]) -> str:
    """The SVG. `tick` writes a date under the axis."""
    low, high, step = _scale(chart)
    x, y = _places(chart, low, high)
    parts = [*_grid(chart, low, high, step, y), *_days(chart, x, tick), *_marks(chart, x)]
    if chart.aim is not None and low <= chart.aim[0] <= high:
        parts.append(
            f'<line class="aim" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(chart.aim[0])}" y2="{y(chart.aim[0])}"/>'
        )
        parts.append(
            f'<text x="{WIDTH - RIGHT}" y="{y(chart.aim[0]) - 4:g}" text-anchor="end">{escape(chart.aim[1])}</text>'
        )
    for number, series in enumerate(chart.series):
        parts += _drawn(series, number, x, y, y(low))
    parts += _legend(chart)
    name, about = f"{chart.id}-title", f"{chart.id}-about"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name} {about}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{name}">{escape(chart.title)}</title><desc id="{about}">{escape(describe(chart))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def describe(chart: Chart) -> str:
    """The chart in a few numbers: first, last, least and most of each series."""
    said = []
    for series in chart.series:
        values = [value for _, value in series.points]
        if values:
            said.append(f"{series.name}: {values[0]:g} → {values[-1]:g} {chart.unit} ({min(values):g}–{max(values):g})")
    return "; ".join(said) or chart.empty


def table(chart: Chart) -> list[tuple[date, list[float | None]]]:
    """The same values by day, the newest first: one column for each series."""
    known = [dict(series.points) for series in chart.series]
    days = sorted({day for each in known for day in each}, reverse=True)
    return [(day, [each.get(day) for each in known]) for day in days]


def _scale(chart: Chart) -> tuple[float, float, float]:
    values = [value for series in chart.series for _, value in series.points]
    values += [chart.aim[0]] if chart.aim else []
    low = chart.low if chart.low is not None else min(values, default=0)
    high = chart.high if chart.high is not None else max(values, default=1)
    rough = max(high - low, 1e-9) / 5
    unit = 10 ** floor(log10(rough))
    step = next(each * unit for each in (1, 2, 2.5, 5, 10) if each * unit >= rough - 1e-12)
    if chart.low is None:
        low = floor(low / step) * step
    top = high if chart.high is not None else max(ceil(high / step) * step, low + step)
    return low, top, step


def _places(chart: Chart, low: float, high: float) -> tuple[Callable[[date], float], Callable[[float], float]]:
    days = max((chart.last - chart.first).days, 1)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(day: date) -> float:
        return round(LEFT + wide * (day - chart.first).days / days, 1)

    def y(value: float) -> float:
        return round(TOP + tall * (1 - (min(max(value, low), high) - low) / (high - low)), 1)

    return x, y


def _grid(chart: Chart, low: float, high: float, step: float, y: Callable[[float], float]) -> Iterator[str]:
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value)}" y2="{y(value)}"/>'
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:g}" text-anchor="end">{value:g}</text>'
    yield f'<text class="name" x="4" y="14">{escape(chart.unit)}</text>'
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(low)}" y2="{y(low)}"/>'


def _days(chart: Chart, x: Callable[[date], float], tick: Callable[[date], str]) -> Iterator[str]:
    days = (chart.last - chart.first).days
    step = next((each for each in TICK_DAYS if days <= each * TICKS_MOST), 224)
    for number in range(0, days + 1, step):
        day = chart.first + timedelta(days=number)
        anchor = "start" if number == 0 else "end" if days - number < step / 2 else "middle"
        yield f'<text x="{x(day)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="{anchor}">{escape(tick(day))}</text>'


def _marks(chart: Chart, x: Callable[[date], float]) -> Iterator[str]:
    for day, name in chart.marks:
        if chart.first <= day <= chart.last:
            yield f'<line class="mark" x1="{x(day)}" x2="{x(day)}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            near_end = x(day) > WIDTH * 0.8
            place = f'x="{x(day) - 4:g}" text-anchor="end"' if near_end else f'x="{x(day) + 4:g}"'
            yield f'<text {place} y="{TOP + 11}">{escape(name)}</text>'


def _drawn(
    series: Series, number: int, x: Callable[[date], float], y: Callable[[float], float], floor_: float
) -> Iterator[str]:
    points = sorted(series.points)
    if series.shape == "bar":
        for day, value in points:
            wide = max(min(x(day + timedelta(days=series.days)), WIDTH - RIGHT) - x(day) - 2, 1.5)
            size = f'width="{wide:g}" height="{floor_ - y(value):g}"'
            yield f'<rect class="bar{number}" x="{x(day)}" y="{y(value)}" {size}/>'
        return
    for run in _runs(points, series.gap):
        places = [(x(day), y(value)) for day, value in run]
        if series.shape == "stairs":
            places = [place for one, two in pairwise(places) for place in (one, (two[0], one[1]))] + places[-1:]
        if len(places) > 1:
            path = " ".join(f"{'L' if place else 'M'}{px:g} {py:g}" for place, (px, py) in enumerate(places))
            yield f'<path class="line s{number}" d="{path}"/>'
    if len(points) <= DOTS_MOST and series.shape == "line":
        yield from (_dot(x(day), y(value), number) for day, value in points)


def _dot(x: float, y: float, number: int) -> str:
    """A round, a square and a corner for the first, second and third series."""
    shapes = (
        f'<circle class="d0" cx="{x:g}" cy="{y:g}" r="3"/>',
        f'<rect class="d1" x="{x - 3:g}" y="{y - 3:g}" width="6" height="6"/>',
        f'<path class="d2" d="M{x:g} {y - 4:g}L{x + 4:g} {y + 3:g}L{x - 4:g} {y + 3:g}Z"/>',
    )
    return shapes[number % len(shapes)]


def _runs(points: Sequence[Point], gap: timedelta) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in points:
        if run and point[0] - run[-1][0] > gap:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _legend(chart: Chart) -> Iterator[str]:
    """Names over the plot, each with its line, where there is more than one."""
    if len(chart.series) < 2:
        return
    right = float(WIDTH - RIGHT)
    for number, series in reversed(list(enumerate(chart.series))):
        right -= 13 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in series.name) * 0.55 + 40
        yield _dot(right + 10, 10, number) if series.shape == "line" else ""
        yield f'<line class="line s{number}" x1="{right:g}" x2="{right + 20:g}" y1="10" y2="10"/>'
        yield f'<text class="t{number}" x="{right + 25:g}" y="14">{escape(series.name)}</text>'
