"""The lines of a log as a clinician reads them: one short sentence each, no codes."""

from dataclasses import fields
from typing import Any

from coach.console.words import Words
from programs import entries, events, outcomes
from programs import words as content_words
from programs.catalog import Catalog
from programs.patient import Changes

QUIET = ("held", "rebased", "approval", "settled")  # the engine's own, or shown by their decisions


def told(kind: str, body: events.Body, t: Words, clinical: content_words.Words, catalog: Catalog) -> str:
    """One event in words."""
    match body:
        case events.Intake():
            return t("told.intake")
        case events.Assigned(program=program, exercises=exercises):
            names = [clinical.word(f"programs.{program}.name")] if program else []
            names += [clinical.word(f"exercises.{each}.name") for each in exercises if each in catalog.exercises]
            return t("told.assigned", what=t("told.and").join(names))
        case events.Checkin(answers=answers, severe=severe):
            raised = sorted({flag for flag, answer in answers.items() if answer != "no"} | set(severe))
            if not raised:
                return t("told.checkin_clear")
            return t("told.checkin_raised", what=t("told.and").join(t.either(f"flags.{f}", f) for f in raised))
        case events.Morning():
            return _morning(body, t)
        case events.Session():
            return _session(body, t, clinical, catalog)
        case events.Motor(left=left, right=right):
            return t("told.motor", left=_leg(left, t), right=_leg(right, t))
        case events.DirectionTest():
            places = {"before": t(f"places.p{body.loc_before}"), "after": t(f"places.p{body.loc_after}")}
            pain = {"pain_before": body.pain_before, "pain_after": body.pain_after}
            return t("told.direction_test", direction=t(f"directions.{body.direction}"), **places, **pain)
        case events.Steps(count=count):
            return t("told.steps", count=count)
        case events.Weight(kg=kg):
            return t("told.weight", kg=f"{kg:g}")
        case events.Questionnaire():
            return _questionnaire(body, t, clinical, catalog)
        case events.Condition(changes=changes):
            return t("told.condition", what=_changes(changes, t))
        case events.Override(field=name, value=value):
            shown = value_of(name, value, t, clinical, catalog)
            until = t("told.until", day=t.day(body.until)) if body.until else ""
            return t("told.override", what=t(f"overrides.{name}"), value=shown, until=until, reason=body.reason or "–")
        case events.Release(flag=flag):
            return t("told.release", what=t.either(f"flags.{flag}", flag))
        case events.Locked(level=level):
            return t("told.locked", level=t(f"locks.{level}"))
        case events.Away(first=first, last=last, cause=cause):
            return t("told.away", cause=t(f"causes.{cause}"), first=t.day(first), last=t.day(last))
        case events.Absence(cause=cause):
            return t("told.absence", cause=t(f"causes.{cause}"))
        case events.Belt(action=action):
            return t(f"told.belt_{action}")
        case events.Correction():
            return t("told.correction", what=told(body.kind, body.body, t, clinical, catalog))
    return t.either(f"told.{kind}", kind)


def _morning(body: events.Morning, t: Words) -> str:
    said = [t("told.morning", pain=body.pain)]
    if body.leg is not None:
        said.append(t("told.leg", pain=body.leg))
    if body.sleep_lost:
        said.append(t("told.sleep_lost"))
    if body.numbness != "same":
        said.append(t(f"told.numbness_{body.numbness}"))
    return t("told.and").join(said)


def _session(body: events.Session, t: Words, clinical: content_words.Words, catalog: Catalog) -> str:
    said = [t("told.session", pre=body.pre, peak=body.peak)]
    if body.done < 1:
        said.append(t("told.part", percent=round(body.done * 100)))
    if body.rpe is not None:
        said.append(t("told.effort", effort=body.rpe))
    if body.leg_pre is not None and body.leg_post is not None:
        said.append(t("told.leg_moved", before=body.leg_pre, after=body.leg_post))
    if body.loc_pre is not None and body.loc_post is not None and body.loc_pre != body.loc_post:
        said.append(t("told.place_moved", before=t(f"places.p{body.loc_pre}"), after=t(f"places.p{body.loc_post}")))
    if body.stopped:
        said.append(t("told.stopped"))
    hurt = [clinical.word(f"exercises.{each}.name") for each in body.hurt if each in catalog.exercises]
    if hurt:
        said.append(t("told.hurt", what=t("told.and").join(hurt)))
    return t("told.and").join(said)


def _leg(leg: entries.Leg, t: Words) -> str:
    return t("told.strength", heel=t(f"strength.{leg.heel_walk}"), chair=t(f"strength.{leg.chair}"), raises=leg.raises)


def _questionnaire(body: events.Questionnaire, t: Words, clinical: content_words.Words, catalog: Catalog) -> str:
    sheet = outcomes.Sheet(body.name, body.score, body.items, body.applies, body.answered)
    found = outcomes.score(sheet, catalog)
    value = "–" if found.value is None else f"{found.value:g}"
    return t("told.questionnaire", name=questionnaire(body.name, t, clinical), value=value)


def questionnaire(name: str, t: Words, clinical: content_words.Words) -> str:
    """What a questionnaire is called; a licensed one comes without words of its own."""
    return t.either(f"questionnaires.{name}", str(clinical.texts.get(f"questionnaires.{name}.title", name)))


def _changes(changes: Changes, t: Words) -> str:
    named = [each.name for each in fields(changes) if each.name != "ended" and getattr(changes, each.name) is not None]
    names = [t.either(f"facts.{name}", name.replace("_", " ")) for name in (*named, *sorted(changes.ended))]
    return t("told.and").join(names)


def value_of(name: str, value: Any, t: Words, clinical: content_words.Words, catalog: Catalog) -> str:
    if name == "include" and value in catalog.exercises:
        return clinical.word(f"exercises.{value}.name")
    if name == "direction":
        return t.either(f"directions.{value}", str(value))
    if name == "progression":
        return t.either(f"progressions.{value}", str(value))
    return str(value)
