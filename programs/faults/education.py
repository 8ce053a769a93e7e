"""Faults in lessons, modules, questionnaires, sources and rules: what they name exists, and all is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from programs import numbers
from programs.words import NUMBER, Words

if TYPE_CHECKING:
    from programs.catalog import Catalog
    from programs.education import Education, Lesson, Module, Questionnaire

Fault = tuple[str, str, str]  # file, item, reason

ANSWERS_MOST = 3
BELT_DAYS, MINUTES = 7, 60


def found(catalog: Catalog) -> Iterator[Fault]:
    """In the order of the files."""
    education = catalog.education
    for file, item, sources in _citing(education):
        for source in sources:
            if source not in education.sources:
                yield file, item, f"source {source} is not in sources.yaml"
    cited = {source for _, _, sources in _citing(education) for source in sources}
    for source in education.sources:
        if source not in cited:
            yield "sources.yaml", source, "is cited by nothing"
    for rule in education.rules.values():
        if rule.layer not in education.layers:
            yield "rules.yaml", rule.id, f"layer {rule.layer} is none of layers"
    yield from _of_lessons(education, catalog.words.values())
    for module in education.modules.values():
        for reason in _of_module(module, catalog):
            yield "modules.yaml", module.id, reason
    yield from _of_visits(education)
    yield from _of_weight(catalog)
    named = numbers.shown(catalog)
    for asked in education.questionnaires.values():
        for reason in _of_questionnaire(asked, catalog, named):
            yield "questionnaires.yaml", asked.id, reason
    yield from _of_scales(education, catalog.words.values())
    yield from _of_numbers(catalog)


def _citing(education: Education) -> Iterator[tuple[str, str, Iterable[str]]]:
    cited: Mapping[str, Iterable[tuple[str, Iterable[str]]]] = {
        "rules.yaml": [(each.id, each.sources) for each in education.rules.values()],
        "lessons.yaml": [(each.id, each.sources) for each in education.lessons.values()],
        "modules.yaml": [
            *((each.id, each.sources) for each in education.modules.values()),
            *((each.id, each.sources) for each in education.therapies.values()),
            *((each.id, (each.source,)) for each in education.numbers.values()),
            *((each.id, (each.source,)) for each in education.weight_schemes.values()),
        ],
        "questionnaires.yaml": [(each.id, each.sources) for each in education.questionnaires.values()],
    }
    for file, items in cited.items():
        for item, sources in items:
            yield file, item, sources


def _of_lessons(education: Education, spoken: Iterable[Words]) -> Iterator[Fault]:
    orders = Counter(lesson.order for lesson in education.lessons.values())
    for lesson in education.lessons.values():
        for reason in _of_lesson(lesson, education, orders):
            yield "lessons.yaml", lesson.id, reason
        for words in spoken:
            answers = words.texts.get(f"lessons.{lesson.id}.answers", ())
            if answers and len(answers) != ANSWERS_MOST:
                yield f"locale/{words.locale}/lessons.yaml", lesson.id, f"must have {ANSWERS_MOST} answers"
    taught = {lesson.theme for lesson in education.lessons.values()}
    for theme in education.themes:
        if theme not in taught:
            yield "lessons.yaml", theme, "is a theme without a lesson"


def _of_lesson(lesson: Lesson, education: Education, orders: Mapping[int, int]) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", lesson.id):
        yield "id must be small letters, digits and underscores"
    if lesson.theme not in education.themes:
        yield f"theme {lesson.theme} is none of themes"
    if orders[lesson.order] > 1:
        yield f"order {lesson.order} stands twice"
    if "everyone" in lesson.audience and len(lesson.audience) > 1:
        yield "audience: everyone stands alone"
    for condition in lesson.except_for:
        if condition in lesson.audience:
            yield f"except_for {condition} is its audience"


def _of_module(module: Module, catalog: Catalog) -> Iterator[str]:
    education = catalog.education
    known: Mapping[str, tuple[Iterable[str], Iterable[str]]] = {
        "rule": (module.rules, education.rules),
        "lesson": (module.lessons, education.lessons),
        "exercise": (module.exercises, catalog.exercises),
    }
    for what, (names, where) in known.items():
        for name in names:
            if name not in where:
                yield f"{what} {name} does not exist"
    for condition in sorted(set(module.not_for) & set(module.careful_for)):
        yield f"{condition} is both in not_for and in careful_for"


def _of_visits(education: Education) -> Iterator[Fault]:
    visits = education.visits
    for path, days in visits.days.items():
        if list(days) != sorted(set(days)):
            yield "modules.yaml", "visits", f"days of {path} must rise"
        if not any(path in kind.paths for kind in visits.kinds):
            yield "modules.yaml", "visits", f"{path} has no kind of contact"
    for path, days in visits.decides.items():
        if not set(days) <= set(visits.days.get(path, ())):
            yield "modules.yaml", "visits", f"{path} decides on a day without a contact"
    for kind in visits.kinds:
        for path in kind.paths:
            if path not in visits.days:
                yield "modules.yaml", "visits", f"{kind.id} names {path}, which has no days"


def _of_weight(catalog: Catalog) -> Iterator[Fault]:
    for scheme in catalog.education.weight_schemes.values():
        first = getattr(catalog.constants.weight.schemes, scheme.id).obesity_from
        limits = [at for at in (first, scheme.obesity_2_from, scheme.obesity_3_from) if at]
        if limits != sorted(set(limits)):
            yield "modules.yaml", scheme.id, "its classes of obesity must rise"


def _of_questionnaire(asked: Questionnaire, catalog: Catalog, named: Collection[str]) -> Iterator[str]:
    education = catalog.education
    for item, scale in asked.items.items():
        if scale not in education.scales:
            yield f"scale {scale} of {item} does not exist"
    for item in asked.optional:
        if item not in asked.items:
            yield f"optional {item} is none of its items"
    for path in asked.constants:
        if path not in named:
            yield f"constants: {path} is not in constants.yaml"
    if asked.then and asked.then not in education.questionnaires:
        yield f"then {asked.then} does not exist"
    if asked.red_flag and asked.red_flag not in catalog.red_flags:
        yield f"red_flag {asked.red_flag} does not exist"
    if not asked.weeks and not asked.every:
        yield "is never asked"
    counts = {"RMDQ": catalog.constants.instruments.rmdq_items, "ODI": catalog.constants.instruments.odi_items}
    if len(asked.items) != counts.get(asked.id, len(asked.items)):
        yield f"has {len(asked.items)} items, the rules score {counts[asked.id]}"


def _of_scales(education: Education, spoken: Iterable[Words]) -> Iterator[Fault]:
    """A scale is labelled at both ends, or at every step."""
    for name, scale in education.scales.items():
        steps = len(scale.choices) or (scale.high or 0) - (scale.low or 0) + 1
        for words in spoken:
            labels = words.texts.get(f"questionnaires.answers.{name}", ())
            if labels and len(labels) not in (2, steps):
                yield f"locale/{words.locale}/questionnaires.yaml", f"answers.{name}", f"must have 2 or {steps} labels"


def _of_numbers(catalog: Catalog) -> Iterator[Fault]:
    own, belt = catalog.education.numbers, catalog.constants.belt
    words = catalog.words.get("en")  # a translation must name the same ones, which is checked text by text
    if words:
        texts = " ".join(text if isinstance(text, str) else " ".join(text) for text in words.texts.values())
        for name in sorted(own.keys() - {named for named, _ in NUMBER.findall(texts)}):
            yield "modules.yaml", name, f"is named by no text in {words.locale}"
    hours = own.get("belt_hours_day")
    if hours is not None and hours.value != belt.minutes_week_max / BELT_DAYS / MINUTES:
        yield "modules.yaml", "belt_hours_day", "is not belt.minutes_week_max of constants.yaml by the day"
