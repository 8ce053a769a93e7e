"""Plans and decisions in words: every choice with its rule, its inputs and one plain sentence for its reader."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.plans import Decision as DecisionRow
from coach.services import changes, safety
from programs import canonical, offers, routine, triage
from programs.catalog import Catalog
from programs.plan import Decision, Item, Plan, is_out
from programs.words import Words

Reader = Literal["patient", "clinician"]


def plan(
    patient: Patient, current: Plan | None, catalog: Catalog, *, reader: Reader, locale: str | None = None
) -> dict[str, Any]:
    """The plan as its reader sees it: why this programme, why each exercise, why not the others.

    Where nothing may be served the exercises are withheld from the patient, not from a clinician. In the patient's
    language unless said.
    """
    words = catalog.with_own(current.own if current else None).in_language(locale or patient.locale)
    document: dict[str, Any] = {
        "revision": patient.revision,
        "lock": patient.lock,
        "cards": lock_cards(patient, catalog),
        "safety_card": canonical.to_json(triage.card("SAFETY_NET", words)),
        "day": None,
        "program": None,
        "mode": None,
        "items": [],
        "not_chosen": [],
        "verdicts": [],
        "waiting": [],
        "overrides": [],
        "pause": None,
        "care": "active",
    }
    if current is None:
        return document
    document["day"], document["mode"] = current.day.isoformat(), current.mode
    document["verdicts"] = [
        canonical.to_json(each) | {"text": words.word(f"refusals.{each.reason}") if each.reason else None}
        for each in current.verdicts
    ]
    document["overrides"] = canonical.to_json(current.overrides)
    document["pause"] = canonical.to_json(current.pause(current.day))
    document["care"] = current.care
    document["waiting"] = list(changes.listed(current, words, catalog))
    if current.program is None or (reader == "patient" and patient.lock not in triage.OPEN):
        return document
    document["program"] = _program(current, words)
    instead = offers.alternatives(current, routine.allowed_for(current, catalog))
    document["items"] = [
        _item(item, current.day, words, catalog, reader) | {"alternative": instead.get(item.exercise)}
        for item in current.items
    ]
    document["not_chosen"] = [
        {
            "exercise": each.exercise,
            "why": routine.why(each.exercise, each.why, words, reader),
            "rule": each.why.rule,
        }
        for each in current.missing
    ]
    return document


def lock_cards(patient: Patient, catalog: Catalog) -> list[dict[str, Any]]:
    """What a locked person must be shown at once: one card for each standing level, worst first."""
    standing: dict[triage.Level, list[triage.Lock]] = {}
    for lock in safety.locks(patient):
        standing.setdefault(lock.level, []).append(lock)
    return [
        canonical.to_json(triage.advice(level, [lock.flag for lock in group], catalog, patient.locale))
        | {"locks": [canonical.to_json(lock) for lock in group]}
        for level, group in standing.items()
    ]


def decisions(
    session: Session,
    patient: Patient,
    catalog: Catalog,
    *,
    before: int | None,
    most: int,
    reader: Reader = "patient",
    locale: str | None = None,
) -> dict[str, Any]:
    """Decisions newest first, superseded ones marked; `before` is the number of the last one seen."""
    query = select(DecisionRow).where(DecisionRow.patient_id == patient.id)
    if before is not None:
        query = query.where(DecisionRow.id < before)
    rows = list(session.scalars(query.order_by(DecisionRow.id.desc()).limit(most)))
    words = catalog.in_language(locale or patient.locale)
    return {
        "decisions": [_decision(row, words, catalog, reader) for row in rows],
        "next": rows[-1].id if len(rows) == most else None,
    }


def _program(current: Plan, words: Words) -> dict[str, Any]:
    program = current.program
    fitting = next((each for each in current.reasons if each.program == program), None)
    return {
        "id": program,
        "name": words.word(f"programs.{program}.name"),
        "summary": words.word(f"programs.{program}.summary"),
        "because": words.word(f"programs.{program}.because"),
        "chosen_by": "clinician" if current.assigned else "rules",
        "inputs": dict(fitting.inputs) if fitting else {},
        "not_these": [
            {"program": each.program, "inputs": dict(each.inputs)}
            for each in current.reasons
            if each.program != program and not each.fits
        ],
    }


def _item(item: Item, day: date, words: Words, catalog: Catalog, reader: Reader) -> dict[str, Any]:
    exercise = catalog.exercises[item.exercise]
    return {
        "exercise": item.exercise,
        "name": words.word(f"exercises.{item.exercise}.name"),
        "sets": item.dose.sets,
        "amount": item.dose.amount,
        "unit": exercise.dose.unit,
        "level": exercise.level,
        "why": routine.sentence(item, words, reader),
        "rule": item.why.rule,
        "resting": is_out(item, day),
    }


def _decision(row: DecisionRow, words: Words, catalog: Catalog, reader: Reader) -> dict[str, Any]:
    decision = canonical.from_json(Decision, row.body)
    return {
        "id": row.id,
        "day": decision.day.isoformat(),
        "rule": decision.rule,
        "cause": decision.cause,
        "exercise": decision.exercise,
        "change": decision.change,
        "before": changes.dose_in_words(decision.exercise, decision.before, words, catalog),
        "after": changes.dose_in_words(decision.becomes or decision.exercise, decision.after, words, catalog),
        "inputs": dict(decision.inputs),
        "sentence": sentence(decision, words, catalog, reader),
        "sources": sources(decision.rule, catalog),
        "superseded": row.superseded_by is not None,
    }


def sentence(decision: Decision, words: Words, catalog: Catalog, reader: Reader) -> str:
    """One sentence on what changed and why."""
    before = changes.dose_in_words(decision.exercise, decision.before, words, catalog) or ""
    after = changes.dose_in_words(decision.becomes or decision.exercise, decision.after, words, catalog) or ""
    if decision.exercise is None:
        values = {name: decision.inputs.get(name, "") for name in ("before", "after", "due")}
        values["after"] = changes.named(decision.inputs, words) or values["after"]
        return words.turn(decision.change, reader, **values, day=decision.day.isoformat())
    name = words.word(f"exercises.{decision.exercise}.name")
    if decision.change in ("level_up", "level_down"):
        before, after = name, words.word(f"exercises.{decision.becomes or decision.exercise}.name")
    return words.decision(
        decision.rule,
        decision.change,
        reader,
        cause=decision.cause,
        exercise=name,
        before=before,
        after=after or before,
    )


def sources(rule: str, catalog: Catalog) -> list[str]:
    """What a rule rests on, as cited; "convention" says that its numbers are a choice of this project."""
    education = catalog.education
    found = education.rules.get(rule)
    return [education.sources[key].cite for key in found.sources] if found else []
