"""The intake: facts and the onboarding screen in, triage, a programme with reasons and the first plan out."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.people import Patient as PatientRow
from coach.services import log, plans, safety
from coach.services.problems import Problem, conflict
from coach.services.tokens import Identity
from programs import triage
from programs.catalog import Catalog
from programs.events import Event, Intake
from programs.patient import Changes, Patient
from programs.plan import Plan

LIFETIME = timedelta(days=365 * 100)
PREGNANCY = timedelta(weeks=45)


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
    dates, 409 for a second intake: what changes later is told by a `condition` entry.
    """
    day = plans.today(patient, now)
    if wrong := impossible_days(facts, day):
        raise Problem("invalid", 422, "Some fields were not accepted.", fields=wrong)
    if patient.next_day_at is not None:
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
    safety.take_in(session, patient, raised.locks, now)
    plan = plans.store(session, patient, now, catalog)
    assert plan is not None  # an intake event was just stored
    return plan


def impossible_days(facts: Patient | Changes, day: date) -> dict[str, str]:
    """Dates that lie in the future or too far back, by field."""
    told: dict[str, tuple[date | None, timedelta]] = {
        "episode_day": (facts.episode_day, LIFETIME),
        "pregnancy_day": (facts.pregnancy_day, PREGNANCY),
        "birth.day": (facts.birth.day if facts.birth else None, LIFETIME),
        "surgery.day": (facts.surgery.day if facts.surgery else None, LIFETIME),
    }
    return {
        path: "This day lies in the future." if when > day else "This day lies too far back."
        for path, (when, longest) in told.items()
        if when is not None and not day - longest <= when <= day
    }
