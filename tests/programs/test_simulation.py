"""Simulated patients keep every invariant, and the invariants catch what is planted against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach import cli
from programs import catalog, simulate
from programs.invariants import CHECKS
from programs.simulate.people import ARCHETYPES
from tests.programs.planted import PLANTED, Planted, lives_of

CONTENT = catalog.load()
SEED = 20
DAYS = 60
KINDS = [kind.name for kind in ARCHETYPES]
OF_THE_SIMULATION = {"I13", "I14"}  # checked by comparing whole folds


@pytest.mark.parametrize("kind", KINDS)
def test_every_invariant_holds_on_every_day_of_a_life(kind: str) -> None:
    lived = simulate.live((kind, 0), SEED, DAYS, CONTENT)
    assert lived.days == DAYS
    assert not [f"{breach.invariant} on {breach.day}: {breach.what}" for breach in lived.breaches]


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_planted_mistake_is_caught_by_its_invariant(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.plant(monkeypatch)
    for who in lives_of(planted, each=8):
        if planted.caught_by in broken(who, planted.days):
            monkeypatch.undo()
            assert planted.caught_by not in broken(who, planted.days), "broken without the mistake too"
            return
    pytest.fail(f"{planted.caught_by} did not catch it")


def broken(who: simulate.Who, days: int) -> set[str]:
    """The invariants that a life breaks."""
    return {breach.invariant for breach in simulate.live(who, SEED, days, CONTENT).breaches}


def test_something_is_planted_against_each_invariant() -> None:
    assert {planted.caught_by for planted in PLANTED} == {name for name, _ in CHECKS} | OF_THE_SIMULATION


def test_the_same_seed_lives_the_same_life_in_any_process() -> None:
    code = (
        "from programs import catalog, simulate\n"
        "print(simulate.live(('contradicts', 0), 3, 30, catalog.load()).digest)\n"
    )
    here = simulate.live(("contradicts", 0), 3, 30, CONTENT).digest
    for hash_seed in ("1", "2"):
        others = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, "-c", code], env=others, capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.strip() == here


def test_a_life_does_not_hang_on_how_long_it_is_watched() -> None:
    short = simulate.live(("disc-flexion", 1), SEED, 20, CONTENT)
    longer = simulate.live(("disc-flexion", 1), SEED, 30, CONTENT)
    assert short.loads == longer.loads[:20]


def test_the_list_of_what_must_fire_names_all_that_the_content_holds() -> None:
    flags = {name for name in simulate.EXPECTED["lock"] if name.startswith("RF")}
    assert flags == set(CONTENT.red_flags)
    assert {*simulate.EXPECTED["program"], *simulate.EXPECTED["adds"]} == set(CONTENT.programs)


def test_the_command_reports_and_a_rule_never_seen_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    asked = ["simulate", "--patients", "2", "--days", "5", "--processes", "1", "--json", str(figures)]
    assert cli.main(asked) == 1
    assert "Never at work" in capsys.readouterr().out
    told = json.loads(figures.read_text())
    assert told["breaches"] == []
    assert told["days"] == 10
    assert "rule E2" in told["never"]
    assert cli.main([*asked, "--archetype", "acute-fast"]) == 0


def test_the_command_lives_one_life_again_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", "--archetype", "cauda-equina", "--patient", "0", "--days", "10"]) == 0
    told = capsys.readouterr().out
    assert "'RF01': 'yes'" in told
    assert "locked" in told


@pytest.mark.parametrize(
    "asked",
    [["--archetype", "nobody"], ["--patients", "0"], ["--days", "0"], ["--patient", "1"]],
    ids=" ".join,
)
def test_a_request_that_cannot_be_is_refused_in_one_line(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate", *asked]) == 2
    assert capsys.readouterr().err.count("\n") == 1
