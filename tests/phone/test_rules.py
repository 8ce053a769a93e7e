"""The phone's pure rules in JavaScript, and that they say what the service says."""

import json
import subprocess
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

from programs import canonical, catalog, routine, triage, variants
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
            written = {"items": [{"flag": each.flag, "levels": dict(each.levels)} for each in gate.items]}
            for answers, severe, unsure in _cards([question.flag for question in gate.items]):
                cards.append(_card(written, answers, severe, unsure))
                expected.append(_service(answers, severe, unsure, cancer))
    assert len(expected) > 4_000
    assert {level for level in expected} == {"none", "SOON", "unanswered", "SOON_HOLD", "URGENT", "EMERGENCY"}
    assert _phone(cards=cards) == expected


def test_the_phone_picks_every_variant_as_the_service_does() -> None:
    rules = variants.rules(CATALOG)
    told: dict[str, tuple[Any, ...]] = {
        "days_alone": (0, 6, 7), "flare": (None, True), "pre": (None, 6, 7), "peak": (None, 7, 8),
        "stopped": (False, True),
        "bad_day": (False, True), "moved_down": (None, 0, 1), "moved_down_minutes": (9, 10), "leg_rise": (1, 2),
        "leg_rise_minutes": (29, 30), "in_a_hurry": (None, True),
    }  # fmt: skip
    facts = [dict(zip(told, each, strict=True)) for each in product(*told.values())]
    served = dict.fromkeys(routine.VARIANTS, ())
    days = [{"rules": canonical.to_json(rules), "variants": served, "facts": each} for each in facts[::7]]
    expected = [canonical.to_json(variants.pick(each, rules)) for each in facts[::7]]
    assert {each["variant"] for each in expected} == set(routine.VARIANTS)
    assert _phone(days=days) == expected


def test_the_phone_knows_the_levels_of_the_service() -> None:
    script = f"import {{ LEVELS }} from '{(APP / 'gate.js').as_uri()}'; console.log(JSON.stringify(LEVELS))"
    run = subprocess.run([NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    assert tuple(json.loads(run.stdout)) == triage.LEVELS


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


def _phone(**asked: Any) -> list[Any]:
    run = subprocess.run(
        [NODE, HERE / "judge.mjs"], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))
