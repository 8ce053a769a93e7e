"""Faults in what people read: every text there, short enough, of its kind, and with no field that cannot be filled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING

from programs import numbers, schedule, words
from programs.words import READERS, Text, Words

if TYPE_CHECKING:
    from programs.catalog import Catalog
    from programs.education import Education

Needed = Mapping[str, frozenset[str]]  # key -> the {fields} its text may hold

TEXT_LENGTH_MAX = 600
REMINDER_LENGTH_MAX = 110  # what a lock screen shows whole
REMINDER_TEXTS_MIN = 12  # so that none need come back within a week
LIST = re.compile(r"reminders\.\w+|.+\.cues|lessons\.\w+\.(body|answers)|modules\.\w+\.do|questionnaires\.answers\.\w+")


def found(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Of every language, as (file, item, reason)."""
    if "en" not in catalog.words:
        yield "locale/en", "words", "are missing"
    keys = needed(catalog)
    for spoken in catalog.words.values():
        yield from _of_language(spoken, keys)


def needed(catalog: Catalog) -> Needed:
    """Every key a language must have, and the {fields} its text may hold."""
    keys: dict[str, Iterable[str]] = {}
    keys |= {f"exercises.{key}.{part}": () for key in catalog.exercises for part in ("name", "cues")}
    keys |= {f"programs.{key}.{part}": () for key in catalog.programs for part in ("name", "summary", "because")}
    keys |= {f"red_flags.{key}.{part}": () for key in catalog.red_flags for part in ("question", "plainer", "until")}
    keys |= {f"red_flags.{key}.severe": () for key, flag in catalog.red_flags.items() if flag.severe_level}
    keys |= {f"red_flags.answers.{key}": () for key in words.ANSWERS}
    keys |= {f"red_flags.screens.{key}": () for key in words.SCREENS}
    keys |= {f"levels.{key}.{part}": () for key in words.LEVELS + words.NO_PLAN_REASONS for part in ("title", "now")}
    keys |= {f"levels.{key}.until.{part}": () for key in words.LEVELS for part in words.UNTIL_SEEN}
    keys |= {f"cards.{key}.{part}": () for key in words.CARDS for part in ("title", "text")}
    keys |= {f"cards.BARRIER_QUESTION.choices.{key}": () for key in words.BARRIERS}
    keys |= {f"referrals.{key}.{reader}": ("due",) for key in words.REFERRALS for reader in READERS}
    keys |= {f"reminders.{key}": () for key in schedule.TEXT_SETS}
    keys |= {f"doses.{unit}": ("sets", "amount") for unit in ("reps", "seconds", "minutes")}
    keys |= {"doses.per_side": ()}
    keys |= dict(_of_plans()) | dict(_of_education(catalog.education, numbers.shown(catalog)))
    return {key: frozenset(fields) for key, fields in keys.items()}


def _of_plans() -> Iterator[tuple[str, Iterable[str]]]:
    """Why an exercise is there, and what happened to it or to the plan."""
    for condition in words.BLOCKERS:
        yield f"reasons.conditions.{condition}", ()
    for reader in READERS:
        for reason in words.EXERCISE_REASONS:
            yield f"reasons.{reason}.{reader}", ("exercise", "instead", "why")
        for change, rules in words.CHANGES.items():
            for rule in ("any", *rules):
                yield f"decisions.{rule}.{change}.{reader}", ("exercise", "before", "after")
        for subject, turns in words.TURNS.items():
            for turn in turns:
                yield f"turns.{subject}.{turn}.{reader}", ("before", "after", "day")


def _of_education(education: Education, shown: Iterable[str]) -> Iterator[tuple[str, Iterable[str]]]:
    """Lessons, modules, questionnaires and rules; their texts may name any number of the content."""
    numbered = {
        "rules.layers": education.layers, "lessons.themes": education.themes,
        "modules.therapy_types": education.therapies, "modules.therapy_notes": education.therapies,
        "modules.visit_kinds": [kind.id for kind in education.visits.kinds],
        "modules.weight_schemes": education.weight_schemes,
        "modules.weight_classes": ("under", "healthy", "overweight", "obesity"),
        **{f"rules.{key}": ("title", "text") for key in education.rules},
        **{f"lessons.{key}": ("title", "body", "question", "answers", "because") for key in education.lessons},
        **{f"modules.{key}": ("title", "do", "why", "when_not", "careful", "clinician") for key in education.modules},
    }  # fmt: skip
    for above, steps in numbered.items():
        for step in steps:
            yield f"{above}.{step}", shown
    asked = [each for each in education.questionnaires.values() if each.words == "shipped"]
    for each in asked:
        for step in ("title", "instructions", *(f"items.{item}" for item in each.items)):
            yield f"questionnaires.{each.id}.{step}", ()
    for scale in {scale for each in asked for scale in each.items.values()} - {"minutes"}:
        yield f"questionnaires.answers.{scale}", ()


def _of_language(spoken: Words, keys: Needed) -> Iterator[tuple[str, str, str]]:
    for key in sorted(keys.keys() | spoken.texts.keys()):
        stem, _, item = key.partition(".")
        if key not in keys or key not in spoken.texts:
            reasons: Iterable[str] = ["is missing" if key in keys else "is unknown"]
        else:
            reasons = _text_faults(key, spoken.texts[key], keys[key])
        for reason in reasons:
            yield f"locale/{spoken.locale}/{stem}.yaml", item, reason


def _text_faults(key: str, text: Text, fields: frozenset[str]) -> Iterator[str]:
    is_reminder, is_list = key.startswith("reminders."), not isinstance(text, str)
    if is_list != bool(LIST.fullmatch(key)):
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
