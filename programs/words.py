"""The words of one language: every text a person reads, checked at the start so that none is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from programs.yaml_file import BadContent, read

TEXT_LENGTH_MAX = 600
LINES_MAX = 30
REMINDER_LENGTH_MAX = 110  # what a lock screen shows whole
REMINDER_TEXTS_MIN = 12  # so that none need come back within a week

Text = str | tuple[str, ...]
Needed = Mapping[str, frozenset[str]]  # key -> the {fields} its text may hold

LEVELS = ("EMERGENCY", "URGENT", "SOON_HOLD", "SOON", "unanswered", "NO_PLAN")
NO_PLAN_REASONS = ("AGE", "BP", "SPLI", "RETURN", "NO_PROGRAM")
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
REMINDERS = ("routine", "checkin", "red_flag_followup", "new_plan")
READERS = ("patient", "clinician")

# What happened to an exercise: the change, and the rules or causes with a sentence of their own for it.
CHANGES = {
    "progress": (),
    "level_up": (),
    "maintain": ("G3", "P4", "C2", "C3", "C6", "A3", "O"),
    "maintained": (),
    "regress": ("C3", "M3", "M4", "M5", "F2"),
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
    "override": ("accepted", "refused"),
    "program": ("changed",),
}
EXERCISE_REASONS = (
    "planned",
    "assigned",
    "included",
    "fallback",
    "replaced",
    "capped",
    "equipment",
    "dropped",
)


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


def needed(exercises: Iterable[str], programs: Iterable[str], severe: Mapping[str, bool]) -> Needed:
    """Every key a language must have, and the {fields} its text may hold; `severe`: has a worse branch."""
    keys: dict[str, Iterable[str]] = {}
    keys |= {f"exercises.{key}.{part}": () for key in exercises for part in ("name", "cues")}
    keys |= {f"programs.{key}.{part}": () for key in programs for part in ("name", "summary", "because")}
    keys |= {f"red_flags.{key}.{part}": () for key in severe for part in ("question", "plainer", "until")}
    keys |= {f"red_flags.{key}.severe": () for key, has_worse_branch in severe.items() if has_worse_branch}
    keys |= {f"red_flags.answers.{key}": () for key in ANSWERS}
    keys |= {f"red_flags.screens.{key}": () for key in SCREENS}
    keys |= {f"levels.{key}.{part}": () for key in LEVELS + NO_PLAN_REASONS for part in ("title", "now")}
    keys |= {f"levels.{key}.until.{part}": () for key in LEVELS for part in UNTIL_SEEN}
    keys |= {f"cards.{key}.{part}": () for key in CARDS for part in ("title", "text")}
    keys |= {f"cards.BARRIER_QUESTION.choices.{key}": () for key in BARRIERS}
    keys |= {f"referrals.{key}.{reader}": ("due",) for key in REFERRALS for reader in READERS}
    keys |= {f"reminders.{key}": () for key in REMINDERS}
    keys |= {f"doses.{unit}": ("sets", "amount") for unit in ("reps", "seconds", "minutes")}
    keys |= {"doses.per_side": ()}
    keys |= {f"reasons.conditions.{key}": () for key in BLOCKERS}
    for reader in READERS:
        keys |= {f"reasons.{key}.{reader}": ("exercise", "instead", "why") for key in EXERCISE_REASONS}
        keys |= {
            f"decisions.{rule}.{change}.{reader}": ("exercise", "before", "after")
            for change, rules in CHANGES.items()
            for rule in ("any", *rules)
        }
        keys |= {
            f"turns.{subject}.{turn}.{reader}": ("before", "after", "day")
            for subject, turns in TURNS.items()
            for turn in turns
        }
    return {key: frozenset(fields) for key, fields in keys.items()}


def faults(words: Words, needed: Needed) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a language's texts, as (file, item, reason)."""
    for key in sorted(needed.keys() | words.texts.keys()):
        stem, _, item = key.partition(".")
        if key not in needed or key not in words.texts:
            reasons: Iterable[str] = ["is missing" if key in needed else "is unknown"]
        else:
            reasons = _text_faults(key, words.texts[key], needed[key])
        for reason in reasons:
            yield f"locale/{words.locale}/{stem}.yaml", item, reason


def _text_faults(key: str, text: Text, fields: frozenset[str]) -> Iterator[str]:
    is_reminder, is_list = key.startswith("reminders."), not isinstance(text, str)
    if is_list != (is_reminder or key.endswith(".cues")):
        yield "must be a text" if is_list else "must be a list of texts"
    lines = text if isinstance(text, tuple) else (text,)
    if is_reminder and len(lines) < REMINDER_TEXTS_MIN:
        yield f"has {len(lines)} texts, at least {REMINDER_TEXTS_MIN} are needed"
    length_max = REMINDER_LENGTH_MAX if is_reminder else TEXT_LENGTH_MAX
    for line in lines:
        if not 0 < len(line.strip()) <= length_max:
            yield f"{line[:30]!r} must have 1 to {length_max} characters"
        try:
            used = {field for _, field, _, _ in Formatter().parse(line) if field is not None}
        except ValueError as error:
            yield f"{line[:30]!r} is no text with fields ({error})"
            continue
        for field in sorted(used - fields):
            yield f"{{{field}}} is not one of its fields"
    if len(set(lines)) < len(lines):
        yield "says the same thing twice"
