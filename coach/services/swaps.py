"""Exercises a person does not like: replaced by others of the same purpose, never by harder ones."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import log, plans
from coach.services.problems import conflict, invalid
from coach.services.tokens import Identity
from programs.catalog import Catalog
from programs.events import Condition, Event
from programs.patient import Changes
from programs.plan import Plan


def swap(
    session: Session,
    patient: Patient,
    exercise: str,
    *,
    back: bool,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> Plan:
    """Replaces an exercise of the plan, or allows it again: it comes back by progress, not at once.

    The caller has locked the patient. Raises Problem 422 for an exercise that is not in the plan (or was not
    swapped), 409 where a clinician chose it or nothing of the same purpose and no harder fits the person.
    """
    before = plans.store(session, patient, now, catalog)
    if before is None:
        raise conflict("Answer the intake first.")
    swapped = before.patient.swapped
    item = before.item(exercise)
    if back and exercise not in swapped:
        raise invalid("exercise", "This exercise was not swapped.")
    if not back and item is None:
        raise invalid("exercise", "This exercise is not in your plan.")
    if item is not None and item.source in ("assigned", "included"):
        raise conflict("Your physiotherapist chose this exercise. Ask them first.")
    changed = swapped - {exercise} if back else swapped | {exercise}
    at = log.instant(patient, now)
    event = Event(str(uuid4()), before.day, at, "condition", "patient", Condition(Changes(swapped=changed)))
    log.append(session, patient, event, received_at=now, author_id=author.account_id)
    after = plans.store(session, patient, now, catalog)
    if after is None or (not back and all(each.why.instead != exercise for each in after.items)):
        raise conflict("Nothing else with the same purpose fits you now, so this one stays.")
    return after
