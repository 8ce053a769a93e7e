"""Faults in what people read: every text there, short enough, of its kind, and with no field that cannot be filled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING

from programs import numbers, schedule, words
from programs.words import READERS, Language, Text, Words

if TYPE_CHECKING:
    from programs.catalog import Catalog
    from programs.education import Education

Needed = Mapping[str, frozenset[str]]  # key -> the {fields} its text may hold

REMINDER_TEXTS_MIN = 12  # so that none need come back within a week
FIELD = re.compile(r"\{[^}]*\}")
WORD = re.compile(r"[^\W\d_]{2,}")
LIST = re.compile(r"reminders\.\w+|.+\.cues|lessons\.\w+\.(body|answers)|modules\.\w+\.do|questionnaires\.answers\.\w+")


def found(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Of every language, as (file, item, reason)."""
    if "en" not in catalog.words:
        yield "locale/en", "words", "are missing"
        return
    for locale in sorted(catalog.words.keys() ^ catalog.languages.keys()):
        yield "languages.yaml", locale, "is missing" if locale in catalog.words else "has no folder in locale"
    keys = needed(catalog)
    for locale in sorted(catalog.words.keys() & catalog.languages.keys()):
        yield from of_language(catalog.words[locale], catalog.words["en"], keys, catalog.languages[locale])


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
    keys |= {f"left_out.{reason}": () for reason in words.LEFT_OUT}
    keys |= {f"refusals.{reason}": () for reason in words.REFUSALS}
    keys |= {
        f"attention.{need}.{cause}": ("day", "count", "what") for need in words.NEEDS for cause in words.NEEDS[need]
    }
    keys |= {f"progress.{chart}.{part}": () for chart in words.CHARTS for part in ("title", "unit")}
    keys |= {f"progress.{key}": () for key in words.CHART_WORDS}
    keys |= {f"own_data.{key}": ("day",) if key == "made" else () for key in words.OWN_DATA}
    keys |= {f"own_data.sections.{key}": () for key in words.OWN_DATA_SECTIONS}
    keys |= {f"reminders.{key}": () for key in schedule.TEXT_SETS}
    keys |= {f"doses.{unit}": ("sets", "amount") for unit in ("reps", "seconds", "minutes")}
    keys |= {"doses.per_side": ("dose",)}
    keys |= {f"doses.tempo.{each.tempo}": () for each in catalog.exercises.values() if not each.tempo_s}
    keys |= dict(_of_plans()) | dict(_of_education(catalog.education, numbers.shown(catalog)))
    return {key: frozenset(fields) for key, fields in keys.items()}


def _of_plans() -> Iterator[tuple[str, Iterable[str]]]:
    """Why an exercise is there, and what happened to it or to the plan."""
    for condition in words.BLOCKERS:
        yield f"reasons.conditions.{condition}", ()
    for cause in words.CAUSES:
        yield f"reasons.causes.{cause}", ()
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


def of_language(spoken: Words, english: Words, keys: Needed, language: Language) -> Iterator[tuple[str, str, str]]:
    """What is missing, unknown, too long or, against English, not translated; texts as they are written."""
    translated = spoken.locale.partition("-")[0] != "en"
    for key in sorted(keys.keys() | spoken.texts.keys()):
        stem, _, item = key.partition(".")
        if key not in keys or key not in spoken.texts:
            reasons: Iterable[str] = ["is missing" if key in keys else "is unknown"]
        else:
            reasons = list(_text_faults(key, spoken.texts[key], keys[key], language))
            if translated and not reasons and key in english.texts:
                reasons = _translation_faults(key, spoken.texts[key], english.texts[key])
        for reason in reasons:
            yield f"locale/{spoken.locale}/{stem}.yaml", item, reason


def _translation_faults(key: str, text: Text, original: Text) -> Iterator[str]:
    """Reminders are written anew in each language; all else has the same lines and the same {fields}."""
    lines, model = ((each,) if isinstance(each, str) else each for each in (text, original))
    if not key.startswith("reminders.") and len(lines) != len(model):
        yield f"has {len(lines)} texts, in English {len(model)}"
    named, wanted = ({field for line in each for field in FIELD.findall(line)} for each in (lines, model))
    for field in sorted(wanted - named):
        yield f"does not name {field}"
    for field in sorted(named - wanted):
        yield f"names {field}, the English text does not"
    for line in lines:
        if line in model and WORD.search(FIELD.sub("", line)):
            yield f"{line[:30]!r} is left in English"


def _text_faults(key: str, text: Text, fields: frozenset[str], language: Language) -> Iterator[str]:
    is_reminder, is_list = key.startswith("reminders."), not isinstance(text, str)
    if is_list != bool(LIST.fullmatch(key)):
        yield "must be a text" if is_list else "must be a list of texts"
    lines = text if isinstance(text, tuple) else (text,)
    if is_reminder and len(lines) < REMINDER_TEXTS_MIN:
        yield f"has {len(lines)} texts, at least {REMINDER_TEXTS_MIN} are needed"
    length_max = language.reminder_most if is_reminder else language.text_most
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
