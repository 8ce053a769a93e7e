"""Red flags in an entry that cannot be read as a whole: what can be read of them must not be refused.

Where an answer is not clear the graver reading counts: too much alarm, not too little.
"""

from dataclasses import dataclass
from typing import Any

from programs.catalog import Catalog

FLAGS_MOST = 60
PHQ9_ITEMS = 9  # the last asks about thoughts of death or self-harm


@dataclass(frozen=True)
class Dangers:
    """Flags answered yes or unsure, and those whose worse branch applies."""

    answers: dict[str, str]
    severe: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.answers)


def found(raw: dict[str, Any], catalog: Catalog) -> Dangers:
    """What a raw entry of any kind says of red flags, as answers to the card."""
    body = raw.get("body")
    if not isinstance(body, dict):
        return Dangers({}, ())
    match raw.get("kind"):
        case "checkin":
            return _of_card(body, catalog)
        case "morning" if body.get("numbness") in ("more", "spreading"):
            return Dangers({"RF23": "yes"}, ("RF23",) if body["numbness"] == "spreading" else ())
        case "motor":
            return _of_strength(body)
        case "questionnaire" if body.get("name") == "PHQ9":
            items = body.get("items")
            harm = isinstance(items, list) and len(items) >= PHQ9_ITEMS and items[PHQ9_ITEMS - 1] not in (0, None)
            return Dangers({"RF24": "yes"} if harm else {}, ())
        case "correction":
            return found({"kind": body.get("kind"), "body": body.get("body")}, catalog)
    return Dangers({}, ())


def _of_card(body: dict[str, Any], catalog: Catalog) -> Dangers:
    told = body.get("answers")
    answers: dict[str, str] = {}
    for asked, answer in told.items() if isinstance(told, dict) else ():
        if answer in ("yes", "unsure", True) and len(answers) < FLAGS_MOST:
            answers |= dict.fromkeys(_meant(asked[:6], catalog), "unsure" if answer == "unsure" else "yes")
    worse = body.get("severe")
    severe = [flag for flag in catalog.red_flags if flag in worse] if isinstance(worse, list) else []
    return Dangers(dict.fromkeys(severe, "yes") | answers, tuple(severe))


def _of_strength(body: dict[str, Any]) -> Dangers:
    legs = [leg for leg in (body.get("left"), body.get("right")) if isinstance(leg, dict)]
    told = [leg.get(test) for leg in legs for test in ("heel_walk", "chair")]
    if "cannot" in told:
        return Dangers({"RF06a": "yes"}, ("RF06a",))
    return Dangers({"RF06b": "yes"} if "weak" in told else {}, ())


def _meant(asked: str, catalog: Catalog) -> list[str]:
    """The flags an answer is about. A card of another version may name one we do not know: its whole family
    counts then, and for a name that tells nothing the gravest question does."""
    if asked in catalog.red_flags:
        return [asked]
    family = [flag for flag in catalog.red_flags if flag[:4] == asked[:4]]
    return family or [next(iter(catalog.red_flags))]
