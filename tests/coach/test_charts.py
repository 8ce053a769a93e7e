"""Charts can be read with eyes, with a screen reader and as a table, and hold nothing that a strict page forbids."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

from coach import charts
from coach.charts import Chart, Series

FIRST = date(2026, 3, 2)
TEXT = "{http://www.w3.org/2000/svg}text"


def days(*values: float, apart: int = 1) -> list[tuple[date, float]]:
    return [(FIRST + timedelta(days=place * apart), value) for place, value in enumerate(values)]


def chart(*series: Series, **more: object) -> Chart:
    span = {"first": FIRST, "last": FIRST + timedelta(days=41), "empty": "Nothing reported."}
    return Chart(id="pain", title="Pain", unit="0-10", series=series, **span | more)  # type: ignore[arg-type]


def drawn(one: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(charts.draw(one, lambda day: f"{day:%d.%m.}"))


def test_a_chart_names_itself_its_unit_its_days_and_what_it_shows() -> None:
    svg = drawn(chart(Series("Back", days(6, 5, 3)), Series("Leg", days(2, 2, 1)), low=0, high=10))
    said = [each.text for each in svg.iter(TEXT)]
    assert {"0-10", "0", "10", "02.03.", "Back", "Leg"} <= set(said)
    title, about = svg[0].text, svg[1].text
    assert title == "Pain"
    assert about is not None and "Back: 6 → 3 0-10 (3–6)" in about
    assert svg.get("aria-labelledby") == "pain-title pain-about"


def test_an_empty_chart_says_so() -> None:
    assert charts.describe(chart(Series("Back", []))) == "Nothing reported."
    drawn(chart(Series("Back", [])))


def test_a_line_does_not_claim_to_know_what_lies_in_a_gap() -> None:
    points = [*days(3, 3, 3), *((day + timedelta(days=20), value) for day, value in days(5, 5))]
    svg = charts.draw(chart(Series("Back", points)), str)
    assert len(re.findall(r'<path class="line', svg)) == 2


def test_the_table_holds_every_value_by_day() -> None:
    rows = charts.table(chart(Series("Back", days(6, 5)), Series("Leg", days(2))))
    assert rows == [(FIRST + timedelta(days=1), [5, None]), (FIRST, [6, 2])]


def test_nothing_is_drawn_beyond_its_frame() -> None:
    bars = Series("Sessions", days(3, 9, 2, 4, 5, 6, apart=7), shape="bar")
    svg = drawn(chart(bars, low=0, high=5))
    for bar in svg.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, wide, tall = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= charts.LEFT and x + wide <= charts.WIDTH - charts.RIGHT
        assert y >= charts.TOP and y + tall <= charts.HEIGHT - charts.BOTTOM + 0.1


def test_names_are_escaped_and_no_style_or_script_is_inside() -> None:
    evil = '"><script>alert(1)</script>'
    svg = charts.draw(chart(Series(evil, days(1, 2)), Series("b", days(2)), marks=[(FIRST, evil)], aim=(1, evil)), str)
    assert "<script" not in svg and "style=" not in svg
    ElementTree.fromstring(svg)
