"""The content in words, for anyone who asks."""

from typing import Any

from programs import canonical, triage
from programs.catalog import Catalog, Exercise


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
        "tempo": each.tempo,
        "chain": list(each.chain),
        "equipment": list(each.equipment),
        "contraindications": dict(each.contraindications),
        "evidence": each.evidence,
    }


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
