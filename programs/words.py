"""The words of one language: every text a person reads, checked at the start so that none is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from programs.canonical import Within
from programs.yaml_file import BadContent, read

LINES_MAX = 30
OWN_PROGRAM = re.compile(r"programs\.(C[0-9A-Z]{5})\.name")  # a clinic's own: its title is not the content's
NUMBER = re.compile(r"\{([a-z_0-9.]+)(:%)?\}")  # a number of the content, named in a text; {a_share:%} as percent

Text = str | tuple[str, ...]

LEVELS = ("EMERGENCY", "URGENT", "SOON_HOLD", "SOON", "unanswered", "NO_PLAN")
NO_PLAN_REASONS = ("AGE", "BP", "SPLI", "RETURN", "NO_PROGRAM", "CLOSED")
UNTIL_SEEN = ("walking", "work", "driving", "sleep", "medicines")
ANSWERS = ("no", "yes", "unsure", "known", "none_new", "something_new")
SCREENS = ("nerves", "injury", "illness", "circulation", "you")
CARDS = (
    "RED_FLAGS", "SAFETY_NET", "CRISIS", "FLARE", "BARRIER_QUESTION", "PRAISE", "PLATEAU",
    "LOSS_TOO_FAST", "WEIGHT_PLATEAU", "STRENGTH_PROTEIN",
)  # fmt: skip
BARRIERS = ("time", "pain", "forgot", "unsure", "unwell")
# What may stand in the way of an exercise: a condition, or the direction that suits the person better.
BLOCKERS = (
    "RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN", "extension", "flexion",
)  # fmt: skip
REFERRALS = ("PHYSIO_REVIEW", "PHYSIO_CALL", "FIRST_CONTACT", "CLINICIAN_SOON", "CLINICIAN", "REFER_SPINE")
READERS = ("patient", "clinician")
LEFT_OUT = ("closed", "no_intake", "locked", "same", "does_not_fit")  # why a bulk assignment leaves a person out
# Why an override or an approval was refused.
REFUSALS = (
    "OUT_OF_RANGE", "HARD_BLOCK", "NO_REASON", "TOO_LONG", "PROTECTED", "CONDITION", "NEEDS_NOTE", "NOT_NOW",
    "NOT_WAITING",
)  # fmt: skip
# Why a clinician should look at a person now, most urgent first, and the causes with a sentence of their own.
NEEDS = {
    "lock": ("any", "clinician"),
    "referral": ("any",),
    "worsening": ("response", "leg_down", "flare"),
    "no_response": ("any",),
    "low_adherence": ("share", "dormant", "silent"),
    "approval": ("any",),
    "visit": ("any",),
    "message": ("any",),
}
# The page of all that is stored about a person, and what is said when it is erased.
OWN_DATA = ("title", "made", "erased", "kept_line", "kept_clinic", "kept_backups")
CHARTS = ("pain", "sessions", "steps", "weight")  # a person's own progress
CHART_WORDS = ("back", "leg", "worst", "planned", "goal", "flare", "empty", "kg", "lb")
OWN_DATA_SECTIONS = ("you", "entries", "plan", "care", "contact", "reminders", "access", "other")
WITH_NUMBERS = ("lessons", "modules", "rules")  # whose texts name numbers of the content

# What happened to an exercise: the change, and the rules or causes with a sentence of their own for it.
CHANGES = {
    "progress": ("O",),
    "level_up": (),
    "maintain": ("G3", "P4", "C2", "C3", "C6", "A3", "O"),
    "maintained": (),
    "regress": ("C3", "M3", "M4", "M5", "F2", "O"),
    "level_down": ("C3", "M3", "M4", "M5", "F2"),
    "removed": (),
}
# What else of a plan turned; a change of programme or a referral has one sentence for all of its kind.
TURNS = {
    "mode": ("normal", "flare", "after_flare", "deload", "dormant"),
    "steps": ("first", "raised", "lowered", "ceiling"),
    "walk": ("raised",),
    "direction": ("extension", "flexion", "none", "unknown"),
    "response": ("responder", "partial", "non", "worse"),
    "override": ("accepted", "refused", "ended"),
    "approval": ("waiting", "refused"),
    "measure": ("recall", "recall_ended", "freeze", "freeze_ended"),
    "program": ("changed",),
}
CAUSES = ("wish", "clinic", "I2", "I3", "G3")  # why an exercise was left out without a condition: a wish, or a rule
EXERCISE_REASONS = (
    "planned",
    "assigned",
    "included",
    "fallback",
    "replaced",
    "capped",
    "equipment",
    "position",
    "swapped",
    "withheld",
    "dropped",
)


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is counted and how long its texts may be; languages.yaml explains each field."""

    id: str
    name: Annotated[str, Within(1, 40)]
    counts: Literal["words", "characters"]
    text_most: Annotated[int, Within(100, 1000)]
    reminder_most: Annotated[int, Within(20, 110)]
    lesson_least: Annotated[int, Within(50, 1000)]
    lesson_most: Annotated[int, Within(50, 1000)]
    sentence_most: Annotated[int, Within(10, 200)]
    sentence_mean: Annotated[int, Within(5, 100)]
    between: Annotated[str, Within(1, 10)]


class MissingWord(KeyError):
    """A text that does not exist; loading checks all that can be known, so this is a mistake in the code."""


@dataclass(frozen=True)
class Words:
    """Texts of one language by key, such as "exercises.bridge.name"."""

    locale: str
    texts: Mapping[str, Text]

    def word(self, key: str, **values: object) -> str:
        """The text of a key with its {fields} filled in."""
        text = self._text(key)
        if not isinstance(text, str):
            raise MissingWord(f"{key} is a list")
        return text.format_map(values) if values else text

    def lines(self, key: str) -> tuple[str, ...]:
        """The texts of a key that holds a list."""
        text = self._text(key)
        if isinstance(text, str):
            raise MissingWord(f"{key} is no list")
        return text

    def with_numbers(self, shown: Mapping[str, str]) -> Words:
        """These words with the numbers of the content in their places."""

        def number(named: re.Match[str]) -> str:
            name, as_percent = named.groups()
            parts = shown[name].split(", ")
            return ", ".join(f"{float(part) * 100:g} %" for part in parts) if as_percent else shown[name]

        def fill(text: str) -> str:
            return NUMBER.sub(number, text)

        filled: dict[str, Text] = {
            key: fill(text) if isinstance(text, str) else tuple(map(fill, text))
            for key, text in self.texts.items()
            if key.partition(".")[0] in WITH_NUMBERS
        }
        return replace(self, texts={**self.texts, **filled})

    def decision(self, rule: str, change: str, reader: str, *, cause: str | None = None, **values: object) -> str:
        """One sentence for "patient" or "clinician" on a changed exercise ({exercise}, {before}, {after}).

        The cause's own sentence for the change, else the rule's, else the one for any rule.
        """
        keys = [f"decisions.{origin}.{change}.{reader}" for origin in (cause, rule, "any")]
        return self.word(next((key for key in keys if key in self.texts), keys[-1]), **values)

    def turn(self, change: str, reader: str, **values: object) -> str:
        """One sentence on a change of the whole plan, such as "mode.flare" ({before}, {after}, {day}, {due})."""
        subject, _, turn = change.partition(".")
        if subject == "referral":
            return self.word(f"referrals.{turn}.{reader}", **values)
        if subject == "program":
            return self.word(f"turns.program.changed.{reader}", after=self.word(f"programs.{turn}.name"))
        return self.word(f"turns.{change}.{reader}", **values)

    def under(self, key: str) -> dict[str, str]:
        """The texts one step under a key, by that step."""
        return dict(self._groups.get(key, {}))

    @cached_property
    def _groups(self) -> dict[str, dict[str, str]]:
        groups: dict[str, dict[str, str]] = {}
        for key, text in self.texts.items():
            if isinstance(text, str):
                above, _, step = key.rpartition(".")
                groups.setdefault(above, {})[step] = text
        return groups

    def _text(self, key: str) -> Text:
        try:
            return self.texts[key]
        except KeyError:
            if own := OWN_PROGRAM.fullmatch(key):
                return own[1]  # a list knows its id alone
            raise MissingWord(f"{key} in {self.locale}") from None


def read_words(folder: Path) -> Words:
    """The words of one language: the files of its folder, keyed under their names. Raises BadContent."""
    texts: dict[str, Text] = {}
    for path in sorted(folder.glob("*.yaml")):
        name = f"locale/{folder.name}/{path.name}"
        texts |= _flat(name, path.stem, read(path, name))
    return Words(folder.name, texts)


def _flat(file: str, key: str, data: Any) -> Iterator[tuple[str, Text]]:
    if isinstance(data, Mapping):
        for step, part in data.items():
            yield from _flat(file, f"{key}.{step}", part)
    elif isinstance(data, str):
        yield key, data
    elif isinstance(data, list) and 0 < len(data) <= LINES_MAX and all(isinstance(x, str) for x in data):
        yield key, tuple(data)
    else:
        raise BadContent(f"{file}: {key.partition('.')[2] or 'file'}: must be a text or a list of texts")
