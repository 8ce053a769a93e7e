"""The content in words, for anyone who asks."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, get_args

from programs import canonical, entries, figure, routine, triage
from programs.catalog import Catalog, Exercise
from programs.education import Lesson, Module, Questionnaire
from programs.figure.pose import Figure

DRAWINGS_KEPT = 512  # some 12 KB each


def exercises(catalog: Catalog, locale: str) -> list[dict[str, Any]]:
    return [exercise(each, catalog, locale) for each in catalog.exercises.values()]


def exercise(each: Exercise, catalog: Catalog, locale: str) -> dict[str, Any]:
    words = catalog.in_language(locale)
    return {
        "id": each.id,
        "name": words.word(f"exercises.{each.id}.name"),
        "cues": list(words.lines(f"exercises.{each.id}.cues")),
        "category": each.category,
        "direction": each.direction,
        "level": each.level,
        "position": each.position,
        "per_side": each.per_side,
        "dose": canonical.to_json(each.dose),
        "tempo": routine.tempo(each, words),
        "chain": list(each.chain),
        "equipment": list(each.equipment),
        "contraindications": dict(each.contraindications),
        "evidence": each.evidence,
    }


def drawing(each: Exercise, catalog: Catalog, locale: str) -> str:
    """The moving SVG of an exercise, with its name and cues in words."""
    words = catalog.in_language(locale)
    name, cues = words.word(f"exercises.{each.id}.name"), words.lines(f"exercises.{each.id}.cues")
    return _drawn(catalog.figures[each.id], each.tempo, name, cues)


@lru_cache(DRAWINGS_KEPT)
def _drawn(drawn: Figure, tempo: str, name: str, cues: tuple[str, ...]) -> str:
    return figure.draw(drawn, tempo, name, cues)


def key_poses(each: Exercise, catalog: Catalog) -> dict[str, Any]:
    """The same drawing as numbers, for an app that draws by itself."""
    found: dict[str, Any] = canonical.to_json(figure.key_poses(catalog.figures[each.id], each.tempo))
    return found


def programs(catalog: Catalog, locale: str) -> list[dict[str, Any]]:
    words = catalog.in_language(locale)
    return [
        {
            "id": each.id,
            "name": words.word(f"programs.{each.id}.name"),
            "summary": words.word(f"programs.{each.id}.summary"),
            "entry": each.entry,
            "exit": each.exit,
            "weeks": each.weeks,
            "sessions_week": each.sessions_week,
            "minutes": each.minutes,
            "level_cap": each.level_cap,
            "blocks": canonical.to_json(each.blocks),
        }
        for each in catalog.programs.values()
    ]


def safety_card(catalog: Catalog, locale: str) -> dict[str, Any]:
    words = catalog.in_language(locale)
    return {
        "card": canonical.to_json(triage.card("SAFETY_NET", words)),
        "emergency_numbers": canonical.to_json(catalog.countries),
        "any_country": list(catalog.any_country),
    }


def lessons(catalog: Catalog, locale: str) -> list[dict[str, Any]]:
    """In the order in which they are shown."""
    ordered = sorted(catalog.education.lessons.values(), key=lambda each: each.order)
    return [lesson(each, catalog, locale) for each in ordered]


def lesson(each: Lesson, catalog: Catalog, locale: str) -> dict[str, Any]:
    words = catalog.in_language(locale)
    return {
        "id": each.id,
        "theme": each.theme,
        "theme_name": words.word(f"lessons.themes.{each.theme}"),
        "order": each.order,
        "minutes": each.minutes,
        "title": words.word(f"lessons.{each.id}.title"),
        "body": list(words.lines(f"lessons.{each.id}.body")),
        "question": words.word(f"lessons.{each.id}.question"),
        "answers": list(words.lines(f"lessons.{each.id}.answers")),
        "right": each.right,
        "because": words.word(f"lessons.{each.id}.because"),
        "audience": list(each.audience),
        "except_for": list(each.except_for),
        "sources": _sources(each.sources, catalog),
    }


def modules(catalog: Catalog, locale: str) -> dict[str, Any]:
    """The modules, and what belongs to two of them: the therapies people log, the calendar of follow-up."""
    education, words = catalog.education, catalog.in_language(locale)
    return {
        "modules": [_module(each, catalog, locale) for each in education.modules.values()],
        "therapies": [
            {
                "id": each.id,
                "name": words.word(f"modules.therapy_types.{each.id}"),
                "note": words.word(f"modules.therapy_notes.{each.id}"),
                "stance": each.stance,
                "track_leg": each.track_leg,
                "ask_first": list(each.ask_first),
                "sources": _sources(each.sources, catalog),
            }
            for each in education.therapies.values()
        ],
        "visits": {
            "days": canonical.to_json(education.visits.days),
            "kinds": [
                {"id": kind.id, "name": words.word(f"modules.visit_kinds.{kind.id}"), "mode": kind.mode}
                | {"paths": list(kind.paths)}
                for kind in education.visits.kinds
            ],
        },
    }


def questionnaires(catalog: Catalog, locale: str) -> list[dict[str, Any]]:
    return [_questionnaire(each, catalog, locale) for each in catalog.education.questionnaires.values()]


def _module(each: Module, catalog: Catalog, locale: str) -> dict[str, Any]:
    words = catalog.in_language(locale)
    texts = ("title", "why", "when_not", "careful", "clinician")
    return {name: words.word(f"modules.{each.id}.{name}") for name in texts} | {
        "id": each.id,
        "do": list(words.lines(f"modules.{each.id}.do")),
        "not_for": list(each.not_for),
        "careful_for": list(each.careful_for),
        "exercises": list(each.exercises),
        "lessons": list(each.lessons),
        "rules": list(each.rules),
        "sources": _sources(each.sources, catalog),
    }


def _questionnaire(each: Questionnaire, catalog: Catalog, locale: str) -> dict[str, Any]:
    """A licensed one goes out without words: whoever deploys the service adds them under their own licence."""
    words, shipped = catalog.in_language(locale), each.words == "shipped"
    texts = {name: words.word(f"questionnaires.{each.id}.{name}") for name in ("title", "instructions") if shipped}
    asked = words.under(f"questionnaires.{each.id}.items")
    return texts | {
        "id": each.id,
        "words": each.words,
        "licence": each.licence,
        "reported": each.id in get_args(entries.Instrument),
        "items": [_question(item, scale, asked.get(item), catalog, locale) for item, scale in each.items.items()],
        "optional": list(each.optional),
        "only_for": list(each.only_for),
        "weeks": list(each.weeks),
        "every": each.every,
        "score": each.score,
        "better": each.better,
        "sources": _sources(each.sources, catalog),
    }


def _question(item: str, scale: str, text: str | None, catalog: Catalog, locale: str) -> dict[str, Any]:
    allowed, key = catalog.education.scales[scale], f"questionnaires.answers.{scale}"
    words = catalog.in_language(locale)
    return {
        "id": item,
        "text": text,
        "low": allowed.low,
        "high": allowed.high,
        "choices": list(allowed.choices),
        "labels": list(words.lines(key)) if text and key in words.texts else [],
    }


def _sources(names: Iterable[str], catalog: Catalog) -> list[dict[str, Any]]:
    return [canonical.to_json(catalog.education.sources[name]) for name in names]
