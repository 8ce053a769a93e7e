"""Questionnaires: scores, bands, and what counts as a meaningful change (Ostelo 2008)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import TYPE_CHECKING, Literal

from programs.catalog import Catalog
from programs.constants.care import Instruments

if TYPE_CHECKING:
    from programs.plan import Plan

ResponseClass = Literal["responder", "partial", "non", "worse"]
ODI_BANDS = ("minimal", "moderate", "severe", "crippling", "bedbound")


@dataclass(frozen=True, slots=True)
class Result:
    """A score; `value` is None when too much was left out. `psych`: STarT Back's second score."""

    value: float | None
    band: str | None = None
    psych: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Answers as given: a finished score, items, or "applies" of "answered"."""

    name: str
    score: int | None = None
    items: tuple[int | None, ...] = ()
    applies: int | None = None
    answered: int | None = None


def score(sheet: Sheet, catalog: Catalog) -> Result:
    """The result of one questionnaire. Raises ValueError for answers that its form cannot give."""
    result = SCORED.get(sheet.name)
    if result is None:
        raise ValueError(f"name: {sheet.name!r} is no questionnaire")
    return result(sheet, catalog.constants.instruments)


def asked(plan: Plan, after: date, catalog: Catalog) -> tuple[str, ...]:
    """The questionnaires that the calendar asks for later than `after`, up to the plan's day, and are not answered.

    Only what we may ask in words and can score; those of the start are asked on the next day at the earliest.
    """
    found = []
    for name, each in catalog.education.questionnaires.items():
        concerned = not each.only_for or not plan.conditions.isdisjoint(each.only_for)
        due = [week * 7 for week in each.weeks if (after - plan.began).days < max(week * 7, 1) <= _course_day(plan)]
        told = plan.scores.get(name)
        askable = each.words == "shipped" and name in SCORED and concerned
        if askable and due and (told is None or (told.day - plan.began).days < max(due)):
            found.append(name)
    return tuple(found)


def _course_day(plan: Plan) -> int:
    return (plan.day - plan.began).days


def half_up(value: float, digits: int = 0) -> float:
    """Rounded, a half up."""
    scale = 10**digits
    return float(floor(value * scale + 0.5 + 1e-9) / scale)


def response(first: Mapping[str, float], latest: Mapping[str, float], catalog: Catalog) -> ResponseClass:
    """E1: how pain (NPRS_BACK) and function (RMDQ, ODI) have changed; a score not given again has not changed.

    Minimal important change: NPRS 2, RMDQ 5, ODI 10, or 30 % (Ostelo, Spine 2008).
    """
    numbers = catalog.constants.response
    drops = {name: value - latest.get(name, value) for name, value in first.items()}
    pain, function, odi = drops.get("NPRS_BACK", 0.0), drops.get("RMDQ", 0.0), drops.get("ODI", 0.0)
    if -pain >= numbers.worse_nprs or -function >= numbers.worse_rmdq:
        return "worse"
    pain_better = pain >= numbers.nprs_abs or (
        pain >= numbers.nprs_min_abs and enough(pain, first.get("NPRS_BACK", 0.0), numbers.pct)
    )
    function_better = (
        function >= numbers.rmdq_abs
        or (function >= numbers.rmdq_min_abs and enough(function, first.get("RMDQ", 0.0), numbers.pct))
        or odi >= numbers.odi_abs
        or (odi > 0 and enough(odi, first.get("ODI", 0.0), numbers.pct))
    )
    if pain_better and function_better:
        return "responder"
    return "partial" if pain_better or function_better else "non"


def enough(drop: float, first: float, share: float) -> bool:
    """Whether a drop is at least that share of the first value."""
    return first > 0 and drop >= share * first - 1e-9


def _plain(sheet: Sheet, numbers: Instruments) -> Result:
    most = 240 if sheet.name == "WALK_TIME" else 10
    return Result(float(_given(sheet.score, 0, most, "score")))


def _psfs(sheet: Sheet, numbers: Instruments) -> Result:
    answered = [item for item in sheet.items if item is not None]
    return Result(half_up(sum(answered) / len(answered), 1) if answered else None)


def _phq9(sheet: Sheet, numbers: Instruments) -> Result:
    return Result(_complete(_items(sheet, 9, 3)))


def _rmdq(sheet: Sheet, numbers: Instruments) -> Result:
    """One point each item; up to five left out are made up in proportion (Kent & Lauridsen)."""
    if sheet.score is not None:
        return Result(float(_given(sheet.score, 0, numbers.rmdq_items, "score")))
    answered = _given(sheet.answered, 0, numbers.rmdq_items, "answered")
    applies = _given(sheet.applies, 0, answered, "applies")
    if numbers.rmdq_items - answered > numbers.rmdq_missing_max:
        return Result(None)
    return Result(half_up(numbers.rmdq_items * applies / answered))


def _odi(sheet: Sheet, numbers: Instruments) -> Result:
    items = _items(sheet, numbers.odi_items, 5)
    answered = [item for item in items if item is not None]
    if len(items) - len(answered) > numbers.odi_missing_max:
        return Result(None)
    value = half_up(100 * sum(answered) / (5 * len(answered)))
    return Result(value, ODI_BANDS[sum(value > last for last in numbers.odi_bands)])


def _startback(sheet: Sheet, numbers: Instruments) -> Result:
    """Hill 2008: items 5-9 are the psychological part."""
    items = _items(sheet, 9, 1)
    total = _complete(items)
    if total is None:
        return Result(None)
    psych = sum(item or 0 for item in items[4:])
    if total < numbers.startback_medium:
        return Result(total, "low", psych)
    return Result(total, "high" if psych >= numbers.startback_psych_high else "medium", psych)


def _pseq2(sheet: Sheet, numbers: Instruments) -> Result:
    total = _complete(_items(sheet, 2, 6))
    if total is None:
        return Result(None)
    low, good = total <= numbers.pseq2_low_max, total >= numbers.pseq2_good_min
    return Result(total, "low" if low else "good" if good else "middle")


def _complete(items: Sequence[int | None]) -> float | None:
    return None if any(item is None for item in items) else float(sum(item or 0 for item in items))


def _items(sheet: Sheet, count: int, most: int) -> Sequence[int | None]:
    if len(sheet.items) != count:
        raise ValueError(f"items: {sheet.name} has {count}, not {len(sheet.items)}")
    for place, item in enumerate(sheet.items):
        if item is not None:
            _given(item, 0, most, f"items.{place}")
    return sheet.items


def _given(value: int | None, low: int, high: int, field: str) -> int:
    if value is None:
        raise ValueError(f"{field}: is missing")
    if not low <= value <= high:
        raise ValueError(f"{field}: {value} is not within {low} to {high}")
    return value


SCORED: Mapping[str, Callable[[Sheet, Instruments], Result]] = {
    "NPRS_BACK": _plain,
    "NPRS_LEG": _plain,
    "WALK_TIME": _plain,
    "RMDQ": _rmdq,
    "ODI": _odi,
    "PSFS": _psfs,
    "STARTBACK": _startback,
    "PSEQ2": _pseq2,
    "PHQ9": _phq9,
}
