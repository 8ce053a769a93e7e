"""Worked cases lived over HTTP, with a real worker and a moved clock: they end as the pure fold does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from programs import catalog

FOLDER = catalog.PACKAGED / "cases"
TIMEOUT_S = 240
# One for each kind of call, and the longest of two weeks that counts adherence, steps and referrals.
PLAYED = (
    "acute-back-pain",
    "adherence-is-counted-from-sessions",
    "belt-stopped-and-never-in-pregnancy",
    "each-flag-ends-by-itself",
    "first-step-goal-and-raises",
    "less-pain-for-nine-minutes-is-no-direction",
    "newly-weak-at-the-chair",
    "override-bounds",
    "pregnant-in-mid-week",
    "questionnaire-scores",
    "stray-reading-confirmed",
    "thoughts-of-self-harm",
    "unsure-twice-counts-as-yes",
)
FROM_STATE = "good-sessions-raise-reps"
FAILING = """
case: calls-it-a-flare
title: A quiet person three weeks later, while the clocks change, and a wrong expectation
rules: [F1]
start: 2026-03-27
events: []
expect:
  - {day: 0, is: program, id: T05}
  - {day: 2, is: mode, value: flare}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of one run of the command; its exit status last."""
    failing = tmp_path_factory.mktemp("cases") / "calls-it-a-flare.yaml"
    failing.write_text(FAILING)
    files = [*(FOLDER / f"{name}.yaml" for name in (*PLAYED, FROM_STATE)), failing]
    run = subprocess.run(
        [sys.executable, "-m", "coach.cli", "cases", "--through-api", *map(str, files)],
        cwd=Path(__file__).parents[2],
        env={name: text for name, text in os.environ.items() if not name.startswith("COACH_")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert run.stderr == ""
    return [*run.stdout.splitlines(), str(run.returncode)]


@pytest.mark.parametrize("name", PLAYED)
def test_the_case_holds_and_its_plan_is_the_pure_runs(said: list[str], name: str) -> None:
    assert [line for line in said if name in line] == [f"PASS {name}"]


def test_a_case_that_starts_in_mid_course_is_run_pure_and_says_so(said: list[str]) -> None:
    assert f"PASS {FROM_STATE} (pure: starts from a given state, or holds what only the service itself writes)" in said


def test_a_case_that_fails_does_so_in_the_same_words_as_pure(said: list[str]) -> None:
    assert [line for line in said if "calls-it-a-flare" in line] == [
        "FAIL calls-it-a-flare: day 2 mode value flare: found value normal"
    ]
    assert said[-1] == "1"


def test_the_last_line_counts_them(said: list[str]) -> None:
    number = len(PLAYED)
    assert said[-2].startswith(
        f"{number + 2} cases: {number + 1} passed, 1 failed; {number + 1} through the API, 1 pure; "
    )
