"""Calling off what is left of a pause, by the person or for them."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import log, plans
from coach.services.problems import conflict
from coach.services.tokens import Identity
from programs import events
from programs.catalog import Catalog
from programs.events import Event


def resume(session: Session, patient: Patient, author: Identity, now: datetime, catalog: Catalog) -> None:
    """No pause told before lasts past yesterday. The caller has locked the patient. Raises Problem 409."""
    if patient.next_day_at is None:
        raise conflict("This person has not answered the intake yet.")
    at = log.instant(patient, now)
    event = Event(str(uuid4()), plans.today(patient, now), at, "resumed", "patient", events.Resumed())
    log.append(session, patient, event, received_at=now, author_id=author.account_id)
    plans.store(session, patient, now, catalog)
