"""The worked cases: every one of them holds, and a file with a slip is refused."""

from pathlib import Path

import pytest

from programs import cases, catalog
from programs.cases import BadCase

FOLDER = catalog.PACKAGED / "cases"
FILES = sorted(FOLDER.glob("*.yaml"))
CASE = """
case: slip
title: Two good sessions raise the repetitions
rules: [P1]
start: 2026-03-02
program: T05
state: {items: {bridge: {sets: 2, amount: 8, streak: 1}}, base_morning: 3}
events:
  - {day: 0, kind: session, pre: 2, peak: 3}
  - {day: 1, kind: morning, pain: 3}
expect:
  - {day: 1, is: dose, exercise: bridge, sets: 2, amount: 10}
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_holds(path: Path) -> None:
    assert cases.run(cases.load(path), catalog.load()) is None


def test_there_are_cases_at_all() -> None:
    assert len(FILES) > 130


def _written(folder: Path, text: str) -> Path:
    path = folder / "slip.yaml"
    path.write_text(text)
    return path


def test_a_difference_is_said_with_what_was_found(tmp_path: Path) -> None:
    case = cases.load(_written(tmp_path, CASE.replace("amount: 10", "amount: 11")))
    assert cases.run(case, catalog.load()) == (
        "day 1 dose exercise bridge, sets 2, amount 11: found exercise bridge, sets 2, amount 10"
    )


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("case: slip", "case: slop", "not the file's name"),
        ("title:", "titel:", "case.titel: is unknown"),
        ("rules: [P1]", "rules: [Q1]", "'Q1' is no rule"),
        ("kind: session, pre: 2", "kind: session, before: 2", "events.0.before: is unknown"),
        ("kind: morning", "kind: evening", "events.1.kind"),
        ("pre: 2", "pre: 11", "events.0.pre: 11 is not within 0 to 10"),
        ("pre: 2, ", "", "events.0.pre: is missing"),
        ("is: dose", "is: doze", "expect.0.is: 'doze' is unknown"),
        ("sets: 2, amount: 10", "sets: 2, reps: 10", "expect.0.reps: is unknown"),
        ("base_morning: 3", "base: 3", "state.base: is unknown"),
        ("start: 2026-03-02", "start: yesterday", "date"),
        ("program: T05", "program: T05\npatient: {agee: 40}", "patient.agee: is unknown"),
        ("program: T05", "program: T05\npatient: {spli_grade: 2}", "only with SPLI"),
        ("program: T05", "program: T05\npatient: {height_cm: 20}", "height_cm: 20"),
        ("streak: 1}}", "streak: 1, set: 2}}", "state.items.bridge.set: is unknown"),
    ],
)
def test_a_slip_is_refused_with_its_place(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in CASE
    with pytest.raises(BadCase) as refused:
        cases.load(_written(tmp_path, CASE.replace(right, wrong, 1)))
    assert said in str(refused.value)
    assert str(refused.value).startswith("slip.yaml: ")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("exercise: bridge, sets", "exercise: brigde, sets", "'brigde' is no exercise"),
        ("items: {bridge", "items: {brigde", "state.items: 'brigde' is no exercise"),
        ("peak: 3}", "peak: 3, hurt: [brigde]}", "events of day 0: 'brigde' is no exercise"),
        ("program: T05", "program: T50", "program: 'T50' is no program"),
        ("events:", "events:\n  - {day: 0, kind: checkin, answers: {RF99: no}}", "'RF99' is no flag"),
    ],
)
def test_a_word_the_content_does_not_know_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    case = cases.load(_written(tmp_path, CASE.replace(right, wrong)))
    with pytest.raises(BadCase) as refused:
        cases.run(case, catalog.load())
    assert said in str(refused.value)


def test_answers_no_form_can_give_are_a_difference(tmp_path: Path) -> None:
    odd = "events:\n  - {day: 0, kind: instrument, name: ODI, items: [6, 0, 0, 0, 0, 0, 0, 0, 0, 0]}"
    case = cases.load(_written(tmp_path, CASE.replace("events:", odd)))
    assert cases.run(case, catalog.load()) == "day 0: items.0: 6 is not within 0 to 5"
