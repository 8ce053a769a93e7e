"""Assigning from the library: what a person would get and why, before anything is stored; one person, or many at once.

A preview is the very act inside a savepoint that is rolled back, so it cannot differ from what assigning then does.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Account, Patient
from coach.services import access, audit, care, changes
from coach.services.problems import invalid
from coach.services.tokens import Identity
from programs import events, prescribe, triage
from programs.catalog import Catalog
from programs.plan import Item, Plan, is_out
from programs.words import LEFT_OUT, Words

MOST = 50  # patients in one call: each is folded, and all are one transaction
JUDGED = frozenset(prescribe.ENTRY_ORDER) - {"T08", "T09", "T10"}  # whose entry says for whom they are


@dataclass(frozen=True)
class Step:
    """One exercise of a plan, as far as a change touches it."""

    exercise: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Difference:
    """What a change would do to a plan: what enters, leaves or gets another dose."""

    program_before: str | None
    program_after: str | None
    enters: tuple[Step, ...]
    leaves: tuple[Step, ...]
    changes: tuple[Step, ...]


@dataclass(frozen=True)
class Outcome:
    """One person of a bulk assignment: what they get, or why the checks leave them out."""

    patient_id: UUID
    name: str
    status: Literal["assigned", "left_out"]
    reason: str | None
    text: str | None
    difference: Difference | None


@contextmanager
def nothing_stored(session: Session) -> Iterator[None]:
    """Whatever is done inside is undone at the end."""
    session.flush()
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        session.expire_all()


def difference(before: Plan | None, after: Plan, words: Words, catalog: Catalog) -> Difference:
    """Between two plans of one person, as served on their day."""
    was, now = _held(before), _held(after)

    def step(name: str) -> Step:
        doses = (changes.dose_in_words(name, each[name].dose if name in each else None, words, catalog)
                 for each in (was, now))  # fmt: skip
        return Step(name, words.word(f"exercises.{name}.name"), *doses)

    other = [name for name, item in now.items() if name in was and was[name].dose != item.dose]
    return Difference(
        program_before=before.program if before else None,
        program_after=after.program,
        enters=tuple(step(name) for name in now if name not in was),
        leaves=tuple(step(name) for name in was if name not in now),
        changes=tuple(step(name) for name in other),
    )


def many(
    session: Session,
    identity: Identity,
    patient_ids: Sequence[UUID],
    body: events.Assigned,
    *,
    store: bool,
    now: datetime,
    catalog: Catalog,
    locale: str,
    request_id: str,
) -> list[Outcome]:
    """Assigns to many, or with `store` false says what that would do. In the order asked for.

    Raises Problem 422 naming the first who is not in the caller's care; then nobody is assigned.
    """
    patients = _locked(session, identity, patient_ids, now)
    names: dict[UUID, str] = {
        id_: name for id_, name in session.execute(select(Account.id, Account.name).where(Account.id.in_(patients)))
    }
    words, outcomes = catalog.in_language(locale), {}
    for id_ in sorted(patients):  # one order of locks and of acts
        action = "assigned" if store else "preview"
        audit.write(session, id_, identity.account_id, action, now, request_id)
        outcomes[id_] = _one(session, patients[id_], names[id_], body, identity, store, now, catalog, words)
    return [outcomes[id_] for id_ in dict.fromkeys(patient_ids)]


def left_out(patient: Patient, plan: Plan | None, body: events.Assigned, catalog: Catalog) -> str | None:
    """Why a bulk assignment must not touch this person; a clinician may still do it for them alone.

    None = nothing speaks against it.
    """
    if patient.closed_at is not None:
        return "closed"
    if plan is None:
        return "no_intake"
    if patient.lock not in triage.OPEN:
        return "locked"
    if body.program is None:
        return None
    if plan.program == body.program:
        return "same"
    entry = next((each for each in plan.reasons if each.program == body.program), None)
    fresh = prescribe.entries(plan.patient, plan.conditions, plan.day, catalog)
    entry = next((each for each in fresh if each.program == body.program), entry)
    return "does_not_fit" if body.program in JUDGED and entry is not None and not entry.fits else None


def _one(
    session: Session,
    patient: Patient,
    name: str,
    body: events.Assigned,
    identity: Identity,
    store: bool,
    now: datetime,
    catalog: Catalog,
    words: Words,
) -> Outcome:
    before = care.current(session, patient, now, catalog)
    reason = left_out(patient, before, body, catalog)
    if reason is not None:
        assert reason in LEFT_OUT
        return Outcome(patient.id, name, "left_out", reason, words.word(f"left_out.{reason}"), None)
    id_ = patient.id
    if store:
        after = care.act(session, patient, "assigned", body, author=identity, now=now, catalog=catalog)
    else:
        with nothing_stored(session):
            after = care.act(session, patient, "assigned", body, author=identity, now=now, catalog=catalog)
    return Outcome(id_, name, "assigned", None, None, difference(before, after, words, catalog))


def _locked(session: Session, identity: Identity, patient_ids: Iterable[UUID], now: datetime) -> dict[UUID, Patient]:
    wanted = list(dict.fromkeys(patient_ids))
    mine = select(Patient).where(Patient.id.in_(wanted), Patient.id.in_(access.patients_in_care(identity, now)))
    found = session.scalars(mine.order_by(Patient.id).with_for_update(key_share=True))
    patients = {patient.id: patient for patient in found}
    for place, id_ in enumerate(wanted):
        if id_ not in patients:
            raise invalid(f"patients.{place}", "is none of your patients")
    return patients


def _held(plan: Plan | None) -> dict[str, Item]:
    return {} if plan is None else {item.exercise: item for item in plan.items if not is_out(item, plan.day)}
