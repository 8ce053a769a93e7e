"""What a clinician's act would make of a plan, before anything is changed: the very same fold, and nothing stored."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import log
from programs import adapt, events
from programs.catalog import Catalog
from programs.events import Event
from programs.plan import Plan


def of(
    session: Session, patient: Patient, current: Plan, kind: str, body: events.Body, now: datetime, catalog: Catalog
) -> Plan:
    """The current plan as it would be after the act."""
    today = current.day
    act = Event(str(uuid4()), today, log.instant(patient, now), kind, "clinician", body)
    return adapt.fold(None, [*log.read(session, patient.id), act], today, catalog).plan
