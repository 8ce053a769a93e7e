"""The web app passes the vectors that are published for every app."""

import json
from pathlib import Path
from typing import Any

from tests.phone.test_rules import DAY, _phone

VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
EARLIER = "2026-03-01"
ALL: dict[str, list[Any]] = {name: [] for name in ("full", "short", "calm", "neutral")}


def test_the_gate_vectors_hold() -> None:
    published = _read("gate.json")
    cases = [case for case in published["cases"] if case["standing"] == "none"]  # the app adds the standing lock later
    cards = [
        {
            "gate": {"items": published["items"][case["items"]]},
            "answers": case["answers"],
            "severe": case["severe"],
            "unsure": dict.fromkeys(case["unsure_before"], EARLIER),
            "day": DAY.isoformat(),
        }
        for case in cases
    ]
    assert len(cases) > 200
    assert _phone(cards=cards) == [case["expect"]["level"] for case in cases]


def test_the_variant_vectors_hold() -> None:
    published = _read("variants.json")
    days = [{"rules": published["rules"], "variants": ALL, "facts": case["told"]} for case in published["cases"]]
    assert len(days) > 50
    assert _phone(days=days) == [case["expect"] for case in published["cases"]]


def _read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("utf-8"))
