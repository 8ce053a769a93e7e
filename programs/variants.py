"""Which variant a phone serves at once, before any server knows: the published rules, as data and as a function.

They only ever choose something easier than what was served. A value that nobody told matches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from programs.catalog import Catalog
from programs.entries import Variant

DAYS_ALONE = 7  # a phone may work so long without the service; after that only what is calm
Input = int | bool | None


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one input: at least a number, or exactly true."""

    input: str
    at_least: int | None = None
    is_true: bool = False


@dataclass(frozen=True, slots=True)
class VariantRule:
    """Where all tests hold the variant is served; with `ask_again` the gate closes until its card is answered anew."""

    rule: str
    tests: tuple[Test, ...]
    variant: Variant
    ask_again: bool = False


@dataclass(frozen=True, slots=True)
class VariantRules:
    """The first rule that holds decides, else `otherwise`. A day without the variant named serves `missing`'s."""

    inputs: tuple[str, ...]
    rules: tuple[VariantRule, ...]
    otherwise: Variant
    missing: Mapping[Variant, Variant]


@dataclass(frozen=True, slots=True)
class Picked:
    """What a phone serves, by which rule ("" = as planned), and whether the gate's card comes first again."""

    variant: Variant
    rule: str
    ask_again: bool


# What each input means: docs/phone-api.md says it in the same words.
INPUTS: Mapping[str, str] = {
    "days_alone": "whole local days since the last answer of the service",
    "flare": "the routine's mode is flare, or a flare was told on this phone since",
    "pre": "back pain just before the session, 0-10",
    "peak": "worst back pain of a session of today, 0-10",
    "stopped": "a session of today was stopped because of symptoms",
    "bad_day": "the person says that this is a bad day",
    "moved_down": "by how many places the furthest symptom moved down in the last session of the last 7 days",
    "moved_down_minutes": "how long that lasted",
    "leg_rise": "by how much leg pain rose in the last session",
    "leg_rise_minutes": "how long that lasted",
    "soon": "an answer on this phone has raised a SOON that the service has not heard of: only level 1 is open then",
    "in_a_hurry": "the person wants the short one",
}


def rules(catalog: Catalog) -> VariantRules:
    """The rules with the numbers of the content."""
    numbers = catalog.constants
    leg = numbers.leg
    moved = (Test("moved_down", at_least=1), Test("moved_down_minutes", at_least=leg.peripheralised_minutes))
    rose = (Test("leg_rise", at_least=leg.rise), Test("leg_rise_minutes", at_least=leg.rise_minutes))
    return VariantRules(
        inputs=tuple(INPUTS),
        rules=(
            VariantRule("P5", (Test("stopped", is_true=True),), "calm", ask_again=True),
            VariantRule("P5", (Test("peak", at_least=numbers.zone.abs_red_peak),), "calm", ask_again=True),
            VariantRule("SOON", (Test("soon", is_true=True),), "calm"),
            VariantRule("ALONE", (Test("days_alone", at_least=DAYS_ALONE),), "calm"),
            VariantRule("F1", (Test("flare", is_true=True),), "calm"),
            VariantRule("P4", (Test("pre", at_least=numbers.pain.calm_pre),), "calm"),
            VariantRule("F1", (Test("bad_day", is_true=True),), "calm"),
            VariantRule("C2", moved, "neutral", ask_again=True),
            VariantRule("C3", rose, "neutral"),
            VariantRule("CHOICE", (Test("in_a_hurry", is_true=True),), "short"),
        ),
        otherwise="full",
        missing={"neutral": "full"},  # a day that bends nowhere has no neutral one of its own
    )


def pick(told: Mapping[str, Input], by: VariantRules) -> Picked:
    """The variant for what is told; what is not named is not known. Raises ValueError for an unknown input."""
    if unknown := sorted(told.keys() - set(by.inputs)):
        raise ValueError(f"{unknown[0]}: is no input of these rules")
    for rule in by.rules:
        if all(_holds(test, told.get(test.input)) for test in rule.tests):
            return Picked(rule.variant, rule.rule, rule.ask_again)
    return Picked(by.otherwise, "", False)


def _holds(test: Test, value: Input) -> bool:
    if value is None:
        return False
    return value is True if test.at_least is None else value >= test.at_least
