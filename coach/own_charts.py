"""A person's own progress as pictures that need nothing else: their words, their units, light or dark."""

from datetime import date

from coach import charts
from coach.charts import Chart, Series
from coach.services.progress import Points, Progress
from programs.words import CHARTS, Words

POUNDS = 2.20462262  # a kilogram
STYLE = """<style>
svg { color-scheme: light dark; background: #fbfaf7; font: 12px system-ui, sans-serif; }
text { fill: #1d2a2e; } .grid { stroke: #d5d9d4; } .axis { stroke: #1d2a2e; } .line { fill: none; stroke-width: 2; }
.s0 { stroke: #00607a; } .s1 { stroke: #8a3b00; stroke-dasharray: 6 3; } .s2 { stroke: #5b2a86; stroke-dasharray: 2 3; }
.d0, .bar0 { fill: #00607a; } .d1 { fill: #8a3b00; } .d2 { fill: #5b2a86; }
.aim { stroke: #1d2a2e; stroke-dasharray: 4 4; } .mark { stroke: #b3261e; stroke-dasharray: 2 2; }
@media (prefers-color-scheme: dark) {
svg { background: #14191b; } text { fill: #e6ebe8; } .grid { stroke: #36413f; } .axis, .aim { stroke: #e6ebe8; }
.s0 { stroke: #7fd0e8; } .s1 { stroke: #ffb787; } .s2 { stroke: #d0b3f0; }
.d0, .bar0 { fill: #7fd0e8; } .d1 { fill: #ffb787; } .d2 { fill: #d0b3f0; } .mark { stroke: #ff8a80; } }
</style>"""


def draw(found: Progress, name: str, words: Words, weight_unit: str) -> str:
    """One of CHARTS. Raises ValueError for another name."""
    if name not in CHARTS:
        raise ValueError(f"{name}: is no chart")
    drawn = charts.draw(_chart(found, name, words, weight_unit), date.isoformat)
    head, _, rest = drawn.partition(">")
    return f"{head}>{STYLE}{rest}"


def _chart(found: Progress, name: str, words: Words, weight_unit: str) -> Chart:
    def said(key: str) -> str:
        return words.word(f"progress.{key}")

    series, low, high, aim = _series(found, name, words, weight_unit)
    return Chart(
        id=f"progress-{name}",
        title=said(f"{name}.title"),
        unit=said(weight_unit) if name == "weight" else said(f"{name}.unit"),
        first=found.first,
        last=found.last,
        series=series,
        low=low,
        high=high,
        aim=aim,
        marks=[(day, said("flare")) for day in found.flares] if name == "pain" else (),
        empty=said("empty"),
    )


def _series(
    found: Progress, name: str, words: Words, weight_unit: str
) -> tuple[list[Series], float | None, float | None, tuple[float, str] | None]:
    def line(key: str, points: Points) -> Series:
        return Series(words.word(f"progress.{key}"), points)

    title = words.word(f"progress.{name}.title")
    if name == "pain":
        return [line("back", found.back), line("leg", found.leg), line("worst", found.worst)], 0, 10, None
    if name == "sessions":
        aim = (float(found.planned), words.word("progress.planned")) if found.planned else None
        return [Series(title, found.sessions, "bar")], 0, max([7.0, *(n for _, n in found.sessions)]), aim
    if name == "steps":
        aim = (float(found.step_goal), words.word("progress.goal")) if found.step_goal else None
        return [Series(title, found.steps, "bar", days=1)], 0, None, aim
    factor = POUNDS if weight_unit == "lb" else 1.0
    return [Series(title, tuple((day, round(kg * factor, 1)) for day, kg in found.weight))], None, None, None
