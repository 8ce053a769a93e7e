"""How alike the texts are that people read again and again: likeness hides in pairs nobody lays side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import combinations

from programs.catalog import Catalog
from programs.words import Text

TOO_ALIKE = 0.6
GROUPS = ("lessons", "reminders", "cues", "decisions")
LETTERS = 4  # of a shingle
HAN = "\u4e00-\u9fff"
FIRST_LOOK = 400  # pairs that share most shingles are laid side by side word by word


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one group; likeness 0-1 of their words in order."""

    likeness: float
    first: str
    second: str


def texts(catalog: Catalog, locale: str) -> Mapping[str, Mapping[str, str]]:
    """Group -> key -> text: lessons whole, each reminder, the cues of each exercise, each sentence on a decision."""
    spoken = catalog.in_language(locale)
    found: dict[str, dict[str, str]] = {group: {} for group in GROUPS}
    for name in catalog.education.lessons:
        parts = ("title", "body", "question", "because")
        found["lessons"][name] = " ".join(_joined(spoken.texts[f"lessons.{name}.{part}"]) for part in parts)
    for key, text in spoken.texts.items():
        stem = key.partition(".")[0]
        if stem == "reminders" and isinstance(text, tuple):
            found["reminders"] |= {f"{key}.{place}": line for place, line in enumerate(text, 1)}
        elif key.endswith(".cues"):
            found["cues"][key.split(".")[1]] = _joined(text)
        elif stem in ("decisions", "turns", "reasons", "referrals") and key.endswith(".patient"):
            found["decisions"][key] = _joined(text)
    return found


def nearest(groups: Mapping[str, Mapping[str, str]], most: int) -> list[Pair]:
    """The pairs most alike, the nearest first; only texts of one group are compared."""
    pairs = [pair for group in groups.values() for pair in _near(group)]
    return nlargest(most, pairs, key=lambda pair: (pair.likeness, pair.first, pair.second))


def likeness(one: str, other: str) -> float:
    """0 for nothing in common, 1 for the same words, or pairs of Chinese characters, in the same order."""
    return SequenceMatcher(None, words_of(one), words_of(other), autojunk=False).ratio()


def _near(group: Mapping[str, str]) -> Iterable[Pair]:
    shingles = {key: _shingles(text) for key, text in group.items()}
    candidates = nlargest(
        FIRST_LOOK, combinations(sorted(group), 2), key=lambda keys: _shared(*(shingles[key] for key in keys))
    )
    return (Pair(likeness(group[first], group[second]), first, second) for first, second in candidates)


def _shingles(text: str) -> frozenset[str]:
    run = " ".join(words_of(text))
    return frozenset(run[place : place + LETTERS] for place in range(max(1, len(run) - LETTERS + 1)))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def words_of(text: str) -> list[str]:
    """Chinese sets no words apart, so each character counts with the one after it."""
    found = re.findall(rf"[a-zäöüßéèêàçñ0-9{{}}']+|[{HAN}]+", text.lower())
    return [part for run in found for part in (_pairs(run) if "\u4e00" <= run[0] <= "\u9fff" else [run])]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(max(1, len(run) - 1))]


def _joined(text: Text) -> str:
    return text if isinstance(text, str) else " ".join(text)
