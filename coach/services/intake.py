"""The intake: facts and the onboarding screen in, triage, a programme with reasons and the first plan out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.people import Patient as PatientRow
from coach.models.plans import Plan as PlanRow
from coach.services import alerts, log, measures, plans, safety
from coach.services.problems import Problem, conflict
from coach.services.tokens import Identity
from programs import canonical, triage
from programs.catalog import Catalog, Condition
from programs.events import Event, Intake
from programs.patient import Changes, Patient, impossible_days
from programs.plan import Plan

CONDITIONS: tuple[str, ...] = get_args(Condition)


def submit(
    session: Session,
    patient: PatientRow,
    facts: Patient,
    red_flags: Mapping[str, triage.Answer],
    severe: frozenset[str],
    *,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> Plan:
    """Stores the answers and makes the plan at once. The caller has locked the patient.

    The screen is triaged before anything else; a person whose condition has no programme yet gets
    the safety card and an alert, never another condition's programme. Raises Problem 422 for impossible
    dates, 409 for a second intake before care has ended: what changes is told by a `condition` entry.
    """
    day = plans.today(patient, now)
    wrong = impossible_days(facts, day) or _unanswered(facts, red_flags, severe, day, catalog, patient.locale)
    if wrong:
        raise Problem("invalid", 422, "Some fields were not accepted.", fields=wrong)
    if patient.next_day_at is not None and patient.closed_at is None:
        raise conflict("The intake is answered. Send a condition entry for what has changed.")
    body = Intake(patient=facts, red_flags=red_flags, severe=severe)
    event = Event(str(uuid4()), day, now, "intake", "patient", body)
    log.append(session, patient, event, received_at=now, author_id=author.account_id)
    raised = triage.raised(
        red_flags,
        severe,
        day=day,
        cancer_ever=facts.cancer_ever,
        unsure_before=frozenset(),
        onboarding=True,
        catalog=catalog,
    )
    safety.take_in(session, patient, raised.locks, now, here=True)
    if patient.closed_at is not None:
        patient.closed_at = None  # whoever answers the whole screen again is back
        alerts.for_return(session, patient, now)
    measures.for_newcomer(session, patient, now)
    plan = plans.store(session, patient, now, catalog)
    assert plan is not None  # an intake event was just stored
    return plan


@dataclass(frozen=True)
class Asked:
    """One question of the onboarding screen; `only_if` names the conditions of whom it is asked, none = everyone."""

    question: triage.Question
    only_if: tuple[str, ...]


def questions(catalog: Catalog, locale: str) -> tuple[Asked, ...]:
    """Everything the onboarding may ask, in order; a phone leaves out what does not concern the person."""
    everyone = {each.flag for each in _questions(frozenset(), catalog, locale)}
    return tuple(
        Asked(each, () if each.flag in everyone else tuple(sorted(catalog.red_flags[each.flag].ask_if)))
        for each in _questions(frozenset(CONDITIONS), catalog, locale)
    )


def _unanswered(
    facts: Patient,
    red_flags: Mapping[str, triage.Answer],
    severe: frozenset[str],
    day: date,
    catalog: Catalog,
    locale: str,
) -> dict[str, str]:
    """Questions of the person's own screen without an answer: silence is not a no."""
    asked = _questions(facts.conditions(day, catalog), catalog, locale)
    return {
        f"red_flags.{each.flag}": "Please answer this question."
        for each in asked
        if each.flag not in red_flags and each.flag not in severe
    }


def _questions(conditions: frozenset[str], catalog: Catalog, locale: str) -> tuple[triage.Question, ...]:
    return triage.questions(("O", "D"), conditions, catalog, locale, cancer_ever=False)


def contradictions(session: Session, patient: PatientRow, changes: Changes) -> dict[str, str]:
    """Why changed facts cannot be true beside those already told, by field of the entry."""
    plan = session.get(PlanRow, patient.id)
    if plan is None:
        return {"kind": "Answer the intake first."}
    try:
        changes.on(canonical.from_json(Patient, plan.state["patient"]))
    except ValueError as error:
        path, _, reason = str(error).rpartition(": ")
        return {f"body.changes.{path}": reason}
    return {}
