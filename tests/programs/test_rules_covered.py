"""Every rule is covered by a worked case: taking the rule out turns at least one of them red."""

from __future__ import annotations

from functools import cache

import pytest

from programs import cases, catalog
from programs.cases import Case
from programs.catalog import Catalog
from tests.programs.removals import CONTENT, Removal, every

REMOVALS = [pytest.param(rule, removal, id=f"{rule}: {removal.what}") for rule, removal in every()]


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(cases.load(path) for path in sorted((catalog.PACKAGED / "cases").glob("*.yaml")))


def is_red(case: Case, content: Catalog) -> bool:
    """Whether a case fails; a rule whose absence ends in an error is missed all the same."""
    try:
        return cases.run(case, content) is not None
    except (ValueError, AttributeError, TypeError):
        return True


@pytest.mark.parametrize(("rule", "removal"), REMOVALS)
def test_taking_the_rule_out_turns_a_case_red(rule: str, removal: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    content = removal.apply(monkeypatch) or CONTENT
    named_first = sorted(all_cases(), key=lambda case: rule not in case.rules)
    assert any(is_red(case, content) for case in named_first)


def test_nothing_is_red_while_all_rules_are_in() -> None:
    assert [case.name for case in all_cases() if is_red(case, CONTENT)] == []


def test_every_rule_of_the_content_is_taken_out_once() -> None:
    """I12 has no function of its own: it is how a plan is filled, and a property test holds it."""
    assert set(CONTENT.education.rules) - {rule for rule, _ in every()} == {"I12"}
