"""Test vectors for the rules a phone applies by itself, made from the rules: any app can check its own with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from programs import canonical, gate, triage, variants
from programs.catalog import Catalog, When
from programs.triage import Answer, Level, Question
from programs.variants import Input

MOMENTS: tuple[When, ...] = ("D", "W", "M", "session", "event")
PEOPLE: Mapping[str, tuple[frozenset[str], bool]] = {  # conditions, and whether they ever had cancer
    "plain": (frozenset(), False),
    "disc": (frozenset({"RAD"}), False),
    "cancer": (frozenset(), True),
    "operation": (frozenset({"SURG"}), False),
    "pregnancy": (frozenset({"PREG"}), False),
}
PAIRS_EVERY = 29  # of all pairs of answers, every so many
FIRST_DAY = date(2026, 3, 2)


def all_of(catalog: Catalog) -> dict[str, Any]:
    """The content of each file by its name."""
    return {"gate.json": of_gate(catalog), "asks.json": of_asks(catalog), "variants.json": of_variants(catalog)}


def of_gate(catalog: Catalog) -> dict[str, Any]:
    """`items` by person, and `cases`: answers in, level and opening out."""
    tables: dict[str, Any] = {}
    cases: list[dict[str, Any]] = []
    for name, (conditions, cancer) in PEOPLE.items():
        asked = triage.questions(MOMENTS, conditions, catalog, "en", cancer_ever=cancer)
        tables[name] = [{"flag": each.flag, "when": list(each.when), "levels": dict(each.levels)} for each in asked]
        cases += [{"items": name} | case for case in _gate_cases(asked)]
    return {"levels": list(triage.LEVELS), "open_levels": list(triage.OPEN), "items": tables, "cases": cases}


def of_asks(catalog: Catalog) -> dict[str, Any]:
    """Which questions a day still holds after some were answered on the phone."""
    numbers = catalog.constants.card
    every = {"W": numbers.weekly_days, "M": numbers.monthly_days}
    cases = []
    for asks in (("D",), ("D", "W"), ("D", "W", "M")):
        for ago in (None, 0, 1, numbers.weekly_days - 1, numbers.weekly_days, numbers.monthly_days):
            here = {} if ago is None else {"W": FIRST_DAY - timedelta(days=ago), "M": FIRST_DAY - timedelta(days=ago)}
            left = gate.asked_on(asks, FIRST_DAY, here, every)
            cases.append(canonical.to_json({"asks": asks, "day": FIRST_DAY, "answered_here": here, "expect": left}))
    return {"every_days": every, "cases": cases}


def of_variants(catalog: Catalog) -> dict[str, Any]:
    """The rules, and `cases`: what is told in, the variant out."""
    by = variants.rules(catalog)
    told = list(_told(by))
    cases = [{"told": each, "expect": canonical.to_json(variants.pick(each, by))} for each in told]
    return {"rules": canonical.to_json(by), "cases": cases}


def _gate_cases(asked: Sequence[Question]) -> Iterator[dict[str, Any]]:
    yield _gate_case(asked, {})
    for item in asked:
        for answer in ("yes", "unsure"):
            yield _gate_case(asked, {item.flag: answer})
        yield _gate_case(asked, {item.flag: "unsure"}, unsure_before=[item.flag])
        if "severe" in item.levels:
            yield _gate_case(asked, {item.flag: "yes"}, severe=[item.flag])
            yield _gate_case(asked, {}, severe=[item.flag])
    for one, other in list(combinations(asked, 2))[::PAIRS_EVERY]:
        yield _gate_case(asked, {one.flag: "unsure", other.flag: "yes"})
    for standing in triage.LEVELS:
        yield _gate_case(asked, {}, standing=standing)
        yield _gate_case(asked, {asked[0].flag: "yes"}, standing=standing)


def _gate_case(
    asked: Sequence[Question],
    answers: dict[str, Answer],
    *,
    severe: Sequence[str] = (),
    unsure_before: Sequence[str] = (),
    standing: Level = "none",
) -> dict[str, Any]:
    found = gate.judge(asked, answers, severe, unsure_before, standing)
    told = {"answers": answers, "severe": list(severe), "unsure_before": list(unsure_before), "standing": standing}
    return told | {"expect": canonical.to_json(found)}


def _told(by: variants.VariantRules) -> Iterator[dict[str, Input]]:
    """Nothing, each rule at and below its bounds, and each pair of rules that both hold."""
    yield {}
    holding = [_holding(rule) for rule in by.rules]
    for rule, held in zip(by.rules, holding, strict=True):
        yield held
        for test in rule.tests:
            below: Input = False if test.at_least is None else test.at_least - 1
            yield held | {test.input: below}
            yield held | {test.input: None}
            if test.at_least is not None:
                yield held | {test.input: test.at_least + 1}
    for one, other in combinations(holding, 2):
        yield other | one


def _holding(rule: variants.VariantRule) -> dict[str, Input]:
    return {test.input: True if test.at_least is None else test.at_least for test in rule.tests}
