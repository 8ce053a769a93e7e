"""The document a clinician reviews and signs: all content and rules with their sources, readable without code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from programs import canonical, numbers
from programs import catalog as content
from programs.allowed import Allowed, Person
from programs.catalog import Catalog, DoseRange, Equipment, Exercise
from programs.conditions import Condition
from programs.numbers import Constant
from programs.schedule import TEXT_SETS
from programs.words import NUMBER, SCREENS, Words, read_words

CONDITIONS: tuple[str, ...] = get_args(Condition)
CATEGORIES = {
    "RLX": "Relaxation", "MOB": "Neutral mobility", "DPX": "Directional", "NRV": "Nerve", "STB": "Stabilisation",
    "GLU": "Hip, buttock and leg", "BEX": "Back extensors", "PCH": "Hinge and carry", "FLX": "Flexibility",
    "AER": "Aerobic", "POS": "Posture drills",
}  # fmt: skip
ASKED = {
    "O": "onboarding", "D": "every day", "W": "weekly", "M": "monthly", "event": "after a fall, operation or long gap",
    "session": "during a session", "mood": "with the mood questions",
}  # fmt: skip
EVERY = {
    "session": "every session", "week": "every week", "two_weeks": "every two weeks",
    "new_episode": "each new episode", "after_positive_phq2": "after a positive PHQ2",
}  # fmt: skip
SENTENCES = {
    "decisions": "An exercise changes", "turns": "The plan changes",
    "reasons": "Why an exercise is there", "referrals": "A human should look",
}  # fmt: skip
LEVEL_MOST = 5
BLOCK = re.compile(r"  ([a-z_]+):")  # a block of constants.yaml


@dataclass(frozen=True, slots=True)
class Grade:
    """What a condition does to an exercise, and whether its own entry says so or its class."""

    grade: str
    own: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The constants of one subject, with the note that stands over them."""

    name: str
    note: str
    constants: tuple[Constant, ...]


def document(catalog: Catalog, locale: str = "en") -> str:
    """The whole document as one HTML page, without scripts or anything from elsewhere."""
    words = catalog.in_language(locale)
    here = Path(__file__).parent
    pages = Environment(loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return pages.get_template("review.html").render(
        asked=_asked,
        blocks=_blocks(catalog),
        catalog=catalog,
        categories=CATEGORIES,
        chains=_chains(catalog),
        conditions=CONDITIONS,
        dose=_dose,
        education=catalog.education,
        every=EVERY,
        grades=_grades(catalog),
        layers=_layers(catalog),
        numbers={each.path: each for each in numbers.constants(catalog.constants)},
        screens={screen: [f for f in catalog.red_flags.values() if f.screen == screen] for screen in SCREENS},
        read_by=_read_by(catalog, locale),
        sentences=_sentences(words),
        style=(here / "review.css").read_text(encoding="utf-8"),
        text_sets=TEXT_SETS,
        themes=_themes(catalog),
        words=words,
    )


def _chains(catalog: Catalog) -> Mapping[str, list[list[Exercise]]]:
    """Category -> its chains, easiest first, in the library's order."""
    found: dict[str, list[list[Exercise]]] = {}
    for category, exercises in groupby(_by_category(catalog), key=lambda exercise: exercise.category):
        chains = dict.fromkeys(exercise.chain for exercise in exercises)
        found[category] = [[catalog.exercises[name] for name in chain] for chain in chains]
    return found


def _by_category(catalog: Catalog) -> Sequence[Exercise]:
    """A chain stands under the category of its last exercise: breathing leads to mobility."""
    order = list(CATEGORIES)
    return sorted(
        (catalog.exercises[exercise.chain[-1]] for exercise in catalog.exercises.values()),
        key=lambda exercise: order.index(exercise.category),
    )


def _grades(catalog: Catalog) -> Mapping[str, Mapping[str, Grade]]:
    """Exercise -> condition -> the grade for that condition alone, as the rules see it before any clearance."""
    found: dict[str, dict[str, Grade]] = {name: {} for name in catalog.exercises}
    for condition in CONDITIONS:
        person = Person(frozenset({condition}), False, "unknown", False, frozenset(get_args(Equipment)), LEVEL_MOST)
        allowed = Allowed(person, catalog)
        for name, exercise in catalog.exercises.items():
            grade = allowed.grade(name)
            if grade is not None:
                own = canonical.to_json(exercise.contraindications)
                found[name][condition] = Grade(grade, own=own.get(condition) == grade)
    return found


def _dose(dose: DoseRange) -> str:
    sets = f"{dose.sets}" if dose.sets == dose.sets_max else f"{dose.sets}–{dose.sets_max}"
    parts = [f"{sets} × {dose.low}–{dose.high} {dose.unit}"]
    parts += [f"hold {dose.hold_s} s"] if dose.hold_s else []
    parts += [f"rest {dose.rest_s} s"] if dose.rest_s else []
    return ", ".join(parts)


def _asked(flag: Any) -> str:
    everyone = [text for code, text in ASKED.items() if code in flag.ask]
    some = [
        f"{', '.join(text for code, text in ASKED.items() if code in codes)} with {condition}"
        for condition, codes in flag.ask_if.items()
    ]
    return "; ".join([", ".join(everyone), *some] if everyone else some)


def _blocks(catalog: Catalog) -> Iterator[Block]:
    notes = dict(_notes((content.PACKAGED / "constants.yaml").read_text(encoding="utf-8")))
    found = numbers.constants(catalog.constants)
    for name, constants in groupby(found, key=lambda constant: constant.path.partition(".")[0]):
        yield Block(name, notes.get(name, ""), tuple(constants))


def _notes(text: str) -> Iterator[tuple[str, str]]:
    """The comment over each block of a file: what it rests on, and with which confidence."""
    note: list[str] = []
    for line in text.splitlines():
        if line.startswith("  # "):
            note.append(line[4:])
        else:
            block = BLOCK.match(line)
            if block:
                yield block[1], " ".join(note)
            note = []


def _read_by(catalog: Catalog, locale: str) -> Mapping[str, list[str]]:
    """Path of a constant -> what names it: rules, lessons, modules."""
    found: dict[str, list[str]] = {}
    for key, text in read_words(content.PACKAGED / "locale" / locale).texts.items():
        name = key.split(".")[1]
        for line in (text,) if isinstance(text, str) else text:
            for path, _ in NUMBER.findall(line):
                known = found.setdefault(path, [])
                known += [] if name in known else [name]
    return found


def _layers(catalog: Catalog) -> Mapping[str, list[Any]]:
    rules = catalog.education.rules.values()
    return {layer: [rule for rule in rules if rule.layer == layer] for layer in catalog.education.layers}


def _themes(catalog: Catalog) -> Mapping[str, list[Any]]:
    lessons = sorted(catalog.education.lessons.values(), key=lambda lesson: lesson.order)
    return {theme: [each for each in lessons if each.theme == theme] for theme in catalog.education.themes}


def _sentences(words: Words) -> Mapping[str, list[tuple[str, str, str]]]:
    """Group -> (key, the patient's sentence, the clinician's)."""
    return {title: list(_pairs(words, stem)) for stem, title in SENTENCES.items()}


def _pairs(words: Words, stem: str) -> Iterable[tuple[str, str, str]]:
    for key in words.texts:
        if key.startswith(f"{stem}.") and key.endswith(".patient"):
            name = key.removeprefix(f"{stem}.").removesuffix(".patient")
            yield name, words.word(key), words.word(f"{stem}.{name}.clinician")
