"""`coach cases` as a physiotherapist meets it: a line for each case, an exit status, one clear line for a slip."""

from pathlib import Path

import pytest

from coach.cli import main
from programs import catalog

FOLDER = catalog.PACKAGED / "cases"
FAILING = """
case: bridge-by-two
title: Two good sessions raise the repetitions
rules: [G2]
start: 2026-03-02
program: T05
state: {items: {bridge: {sets: 2, amount: 8, streak: 1}}, base_morning: 3}
events:
  - {day: 0, kind: session, pre: 2, peak: 3}
  - {day: 1, kind: morning, pain: 3}
expect:
  - {day: 1, is: dose, exercise: bridge, sets: 2, amount: 11}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cases that hold, one in a folder of its own, and one between them that does not."""
    (tmp_path / "later").mkdir()
    (tmp_path / "bridge-by-two.yaml").write_text(FAILING)
    for name in ("acute-back-pain.yaml", "later/walking-starts-at-half.yaml"):
        (tmp_path / name).write_bytes((FOLDER / Path(name).name).read_bytes())
    return tmp_path


def test_a_file_and_a_folder_are_run_a_line_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(folder / "acute-back-pain.yaml"), str(folder / "later")]) == 0
    *lines, summary = capsys.readouterr().out.splitlines()
    assert lines == ["PASS acute-back-pain", "PASS walking-starts-at-half"]
    assert summary.startswith("2 cases: 2 passed, 0 failed; ")


def test_a_case_that_fails_shows_its_first_difference_and_stops_nobody(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", str(folder)]) == 1
    *lines, summary = capsys.readouterr().out.splitlines()
    assert lines == [
        "PASS acute-back-pain",
        "FAIL bridge-by-two: day 1 dose exercise bridge, sets 2, amount 11: found exercise bridge, sets 2, amount 10",
        "PASS walking-starts-at-half",
    ]
    assert summary.startswith("3 cases: 2 passed, 1 failed; ")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("peak: 3", "peek: 3", "bridge-by-two.yaml: events.0.peek: is unknown"),
        ("{day: 0, kind: session", "{day: 0, kind: sesion", "bridge-by-two.yaml: events.0.kind: 'sesion' is no kind"),
        ("rules: [G2]", "rules: [G2", "bridge-by-two.yaml: line 5: "),
        ("exercise: bridge", "exercise: brigde", "'brigde'"),
    ],
)
def test_a_slip_in_a_file_is_one_clear_line_and_nothing_is_run(
    folder: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, said: str
) -> None:
    assert right in FAILING
    (folder / "bridge-by-two.yaml").write_text(FAILING.replace(right, wrong))
    assert main(["cases", str(folder / "bridge-by-two.yaml")]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert len(error.splitlines()) == 1
    assert said in error


def test_a_path_that_is_not_there_or_holds_no_case_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    for path, said in (("gone.yaml", "gone.yaml: file: cannot be read"), ("empty", "empty: holds no case")):
        assert main(["cases", str(folder / path)]) == 2
        out, error = capsys.readouterr()
        assert out == ""
        assert len(error.splitlines()) == 1
        assert said in error
