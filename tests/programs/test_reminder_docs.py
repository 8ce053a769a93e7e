"""The page on reminders says what the code does: its tables are compared with it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from programs.schedule import KINDS, OWN_KINDS, REASONS, Kind
from tests.programs.test_reminder_stories import STORIES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reminders.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def row(name: str, kind: Kind) -> list[str]:
    hours, minutes = divmod(kind.ttl, timedelta(hours=1))
    return [
        f"`{name}`",
        ("free", "first", "second")[kind.rank],
        f"{hours} h" if hours else f"{minutes // timedelta(minutes=1)} min",
        "waits for their end" if kind.waits else "waits while of use",
        "comes" if kind.locked else "is left out",
        kind.urgency,
        "person" if name in OWN_KINDS else "plan, clinic",
    ]


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    assert table("Kinds") == [row(name, kind) for name, kind in KINDS.items()]


def test_the_reasons_are_those_of_the_code_in_their_order() -> None:
    assert [reason.strip("`") for reason, _ in table("Why something was left out")] == list(REASONS)


def test_every_rule_of_the_stories_is_explained() -> None:
    explained = {rule for rule, *_ in table("Rules")}
    assert {rule for story in STORIES for rule in story.data["rule"].split()} <= explained


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (DOCS / link).exists()
