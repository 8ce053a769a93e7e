"""The phone's pure rules in JavaScript, and that they say what the service says."""

import json
import subprocess
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from programs import canonical, catalog, triage
from tests.receivers.node import NODE

HERE = Path(__file__).parent
APP = HERE.parents[1] / "coach" / "phone" / "app"
CATALOG = catalog.load()
DAY = date(2026, 3, 4)
PEOPLE = [frozenset(), frozenset({"RAD"}), frozenset({"STEN"}), frozenset({"SURG"}), frozenset({"PREG", "RAD"})]


def test_the_phones_rules_hold() -> None:
    run = subprocess.run([NODE, "--test", HERE / "rules.test.mjs"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_phone_judges_every_answer_as_the_service_does() -> None:
    cards, expected = [], []
    for conditions in PEOPLE:
        for cancer in (False, True):
            gate = triage.gate(conditions, CATALOG, "en", cancer_ever=cancer, when=("D", "W", "M"))
            written = canonical.to_json(gate)
            for answers, severe, unsure in _cards([question.flag for question in gate.items]):
                cards.append(_card(written, answers, severe, unsure))
                expected.append(_service(answers, severe, unsure, cancer))
    assert len(expected) > 4_000
    assert {level for level in expected} == {"none", "SOON", "unanswered", "SOON_HOLD", "URGENT", "EMERGENCY"}
    assert _phone(cards) == expected


def test_the_phones_numbers_are_those_of_the_content() -> None:
    script = f"import * as gate from '{(APP / 'gate.js').as_uri()}'; console.log(JSON.stringify(gate))"
    run = subprocess.run([NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)
    assert told["CALM_PRE"] == CATALOG.constants.pain.calm_pre
    assert tuple(told["LEVELS"]) == triage.LEVELS


def _cards(flags: list[str]) -> list[tuple[dict[str, str], list[str], dict[str, str]]]:
    """Every answer of every question alone, with its worse branch and on a second day, and all pairs of two."""
    found: list[tuple[dict[str, str], list[str], dict[str, str]]] = [({}, [], {})]
    for flag in flags:
        found += [({flag: answer}, [], {}) for answer in ("no", "yes", "unsure")]
        found += [({flag: "unsure"}, [], {flag: "2026-03-03"}), ({flag: "unsure"}, [], {flag: "2026-03-04"})]
        if CATALOG.red_flags[flag].severe_level:
            found.append(({flag: "yes"}, [flag], {}))
    for one, other in combinations(flags, 2):
        found += [({one: "yes", other: "unsure"}, [], {}), ({one: "unsure", other: "yes"}, [], {})]
    return found


def _card(gate: Any, answers: dict[str, str], severe: list[str], unsure: dict[str, str]) -> dict[str, Any]:
    return {"gate": gate, "answers": answers, "severe": severe, "unsure": unsure, "day": DAY.isoformat()}


def _service(answers: dict[str, Any], severe: list[str], unsure: dict[str, str], cancer: bool) -> str:
    earlier = frozenset(flag for flag, day in unsure.items() if day < DAY.isoformat())
    found = triage.raised(
        answers,
        frozenset(severe),
        day=DAY,
        cancer_ever=cancer,
        unsure_before=earlier,
        onboarding=False,
        catalog=CATALOG,
    )
    asked: list[triage.Level] = ["unanswered"] if found.ask_again else []
    return triage.worst([*(lock.level for lock in found.locks), *asked])


def _phone(cards: list[dict[str, Any]]) -> list[str]:
    run = subprocess.run(
        [NODE, HERE / "judge.mjs"], input=json.dumps(cards), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))
