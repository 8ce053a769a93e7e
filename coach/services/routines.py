"""What a phone fetches: the routine of a day as ready bytes, with the gate, the lock and who has been told."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.plans import Routine as RoutineRow
from coach.services import escalation, explained, plans, safety, stored
from coach.services.problems import Problem
from coach.services.stored import Stored
from coach.services.tokens import Identity
from programs import adapt, canonical, routine, triage, variants
from programs.catalog import Catalog, When
from programs.plan import Plan

DAYS_AHEAD = variants.DAYS_ALONE


@dataclass(frozen=True)
class Served:
    etag: str
    body: bytes


def ready(connection: Connection, patient_id: UUID, now: datetime, catalog: Catalog) -> Served | None:
    """The stored routine of the patient's local day; None where it must be built anew.

    One statement reads the lock, the revision and the bytes: they are served only if they were built from the
    patient's present revision, content, day and locale, and nothing has come since.
    """
    versions = {"content": catalog.content_hash, "rules": adapt.rules_version}
    row = connection.execute(_READY, {"id": patient_id, "now": now, **versions}).first()
    return Served(row.etag, row.body) if row else None


def today(session: Session, identity: Identity, now: datetime, catalog: Catalog) -> Served:
    """The routine of the patient's local day, built and stored for the next call."""
    known = stored.read(session, identity.account_id, now, catalog)
    plan = plans.current(session, known, now, catalog)
    told = escalation.told_of_lock(session, known.patient, catalog)
    served = _serve(_document(known, plan, plans.today(known.patient, now), told, catalog))
    if plan is not None and known.plan is not None and known.plan.opening is None:
        _remember(session, known, plan.day, served, catalog)
    return served


def ahead(
    session: Session,
    identity: Identity,
    first: date | None,
    days: int,
    now: datetime,
    catalog: Catalog,
    *,
    single: bool = False,
) -> Served:
    """Routines of `days` days from `first` (today), up to six days ahead; those are provisional.

    Raises Problem 404 for any other day.
    """
    known = stored.read(session, identity.account_id, now, catalog)
    plan = plans.current(session, known, now, catalog)
    start = plan.day if plan else plans.today(known.patient, now)
    first = first or start
    if not 0 <= (first - start).days <= DAYS_AHEAD - days:
        raise Problem("day-not-served", 404, "Only today and the six days after it can be fetched.")
    wanted = [first + timedelta(days=offset) for offset in range(days)]
    told = escalation.told_of_lock(session, known.patient, catalog)
    documents = [_document(known, plan, day, told, catalog) for day in wanted]
    return _serve(documents[0] if single else {"routines": documents})


def _document(
    known: Stored, plan: Plan | None, day: date, told: dict[str, Any] | None, catalog: Catalog
) -> dict[str, Any]:
    moments = asked_on(plan, day, catalog)
    unsure = frozenset(flag for flag, since in plan.unsure.items() if since < day) if plan else frozenset[str]()
    gate = canonical.to_json(gate_of(known.patient, plan, moments, catalog, unsure_before=unsure))
    return document(known.patient, plan, day, catalog) | {
        "lock_cards": explained.lock_cards(known.patient, catalog),
        "gate": gate | {"answered": is_answered(plan, day), "also": list(moments[1:])},
        "told": told,
    }


def document(patient: Patient, plan: Plan | None, day: date, catalog: Catalog) -> dict[str, Any]:
    """One day's routine as JSON: what is the same for every day, the gate and the lock's cards, is apart."""
    built = routine.build(plan, day, catalog, patient.locale, safety.locks(patient)) if plan else None
    found: dict[str, Any] = canonical.to_json(built) if built else _without_plan(patient, day)
    return found | {
        "revision": patient.revision,
        "provisional": plan is not None and day > plan.day,
        "valid_until": (day + timedelta(days=DAYS_AHEAD)).isoformat(),
    }


def gate_of(
    patient: Patient,
    plan: Plan | None,
    moments: Iterable[When],
    catalog: Catalog,
    *,
    unsure_before: frozenset[str] = frozenset(),
) -> triage.Gate:
    """The gate with the questions of some moments, as this person is asked them."""
    return triage.gate(
        plan.conditions if plan else frozenset(),
        catalog,
        patient.locale,
        cancer_ever=plan is not None and plan.patient.cancer_ever,
        unsure_before=unsure_before,
        when=moments,
    )


def asked_on(plan: Plan | None, day: date, catalog: Catalog) -> tuple[When, ...]:
    """Which questions the card of a day holds as things stand: the daily ones first."""
    return triage.moments(plan.asked, plan.began, day, catalog) if plan else ("D",)


def is_answered(plan: Plan | None, day: date) -> bool:
    return plan is not None and day == plan.day and plan.answered


def _without_plan(patient: Patient, day: date) -> dict[str, Any]:
    status = "no_plan" if patient.lock in triage.OPEN else "locked"
    return {"day": day.isoformat(), "status": status, "variants": {}}


def _serve(document: dict[str, Any]) -> Served:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Served(hashlib.sha256(body).hexdigest()[:32], body)


def _remember(session: Session, known: Stored, day: date, served: Served, catalog: Catalog) -> None:
    patient = known.patient
    values = {
        "revision": patient.revision,
        "content_hash": catalog.content_hash,
        "locale": patient.locale,
        "etag": served.etag,
        "body": served.body,
    }
    row = insert(RoutineRow).values(patient_id=patient.id, local_day=day, **values)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["patient_id", "local_day"],
            set_=values,
            where=RoutineRow.revision <= patient.revision,
        )
    )


# Written out, because it is what phones ask most: a revision is bumped by every lock in the lock's own commit.
_READY = text("""
SELECT routine.etag, routine.body
FROM patient JOIN plan ON plan.patient_id = patient.id
JOIN routine ON routine.patient_id = patient.id AND routine.local_day = plan.day
WHERE patient.id = :id AND patient.next_day_at > :now AND plan.folded_seq = patient.last_seq
  AND plan.content_hash = :content AND plan.rules_version = :rules
  AND routine.revision = patient.revision AND routine.content_hash = :content AND routine.locale = patient.locale
""")
