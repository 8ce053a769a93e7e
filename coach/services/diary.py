"""Reports from the phone: each entry is judged by itself, and a red-flag answer is never refused.

Whatever is wrong with a red-flag answer (clock, age, card version, a doubled id), it is stored as of now,
marked, and triaged in this very transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coach.models.events import Event as EventRow
from coach.models.people import Patient
from coach.services import intake, log, plans, reminders, safety
from coach.services import stored as stored_plan
from coach.services.tokens import Identity
from programs import events, schedule, triage
from programs.catalog import Catalog
from programs.events import Event
from programs.patient import impossible_days
from programs.timeline import CORRECTED_WITHIN

logger = structlog.get_logger()

MOST_ENTRIES = 500
OLDEST = timedelta(days=30)
AHEAD = timedelta(minutes=5)
PHQ9_ITEMS = 9  # the last asks about thoughts of death or self-harm
DAYS_APART = 2  # local day and instant of one entry: zones span 26 hours, and a night belongs to the day before

Status = Literal["stored", "same", "conflict", "invalid"]


@dataclass(frozen=True)
class Entry:
    """One thing reported, as read from the wire. `mended` says what of a safety answer could not be read."""

    id: UUID
    occurred_at: datetime | None
    zone: str | None
    local_day: date | None
    kind: str
    body: events.Body
    digest: str
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """An entry that could not be read, with the reason by field."""

    id: str | None
    fields: dict[str, str]


@dataclass(frozen=True)
class Receipt:
    id: str | None
    status: Status
    fields: dict[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


def record(
    session: Session,
    patient: Patient,
    entries: Sequence[Entry | Refusal],
    *,
    author: Identity,
    now: datetime,
    catalog: Catalog,
) -> list[Receipt]:
    """Stores what can be stored and answers for each entry in order. The caller has locked the patient.

    Safety answers go first. Nothing of an invalid entry is stored.
    """
    late = any(isinstance(entry, Entry) and _is_late(entry, _today(patient, now)) for entry in entries)
    if late:
        _adapt(session, patient, now, catalog)
    known = _known(session, patient, entries)
    receipts: dict[int, Receipt] = {}
    stored: list[Entry] = []
    in_order = sorted(enumerate(entries), key=lambda pair: not speaks_of_danger(pair[1]))
    for index, entry in in_order:
        receipts[index] = _record_one(session, patient, entry, known, author=author, now=now, stored=stored)
    if stored:
        patient.adapt_at = now
        _triage(session, patient, stored, now, catalog, here=author.role == "patient")
        _stop_done_reminders(session, patient, stored, now)
    if late:
        _adapt(session, patient, now, catalog)
    return [receipts[index] for index in range(len(in_order))]


def _is_late(entry: Entry, today: date) -> bool:
    """Whether it may belong to a day before today; a correction belongs to the day of what it replaces."""
    return entry.kind == "correction" or (entry.local_day is not None and entry.local_day < today)


def _adapt(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> None:
    """Folds what waits for the worker. A late report raises nothing that was served until it came, so this is
    settled before and after it: the plan must not depend on when the worker comes by."""
    if patient.adapt_at is None or patient.adapt_at > now or patient.failed_at is not None:
        return
    try:
        with session.begin_nested():
            plans.store(session, patient, now, catalog)
    except OperationalError:
        raise  # the database is away: the phone sends it again
    except Exception as error:  # whatever ails the fold: the worker meets it as well, and tells somebody
        session.refresh(patient)
        logger.error("late_report_without_fold", patient=str(patient.id), error=type(error).__name__)


def _record_one(
    session: Session,
    patient: Patient,
    entry: Entry | Refusal,
    known: dict[UUID, str],
    *,
    author: Identity,
    now: datetime,
    stored: list[Entry],
) -> Receipt:
    if isinstance(entry, Refusal):
        return Receipt(entry.id, "invalid", entry.fields)
    sent_id = str(entry.id)
    if known.get(entry.id) == entry.digest:
        return Receipt(sent_id, "same")
    if entry.id in known:
        if not speaks_of_danger(entry):
            return Receipt(sent_id, "conflict", {"id": "Another entry with this id is stored."})
        entry = replace(entry, id=uuid5(entry.id, entry.digest), mended=(*entry.mended, "id"))
        if entry.id in known:
            return Receipt(sent_id, "same")
    if isinstance(entry.body, events.Correction):
        placed = _placed(session, patient, entry, entry.body)
        if isinstance(placed, dict):
            return Receipt(sent_id, "invalid", placed)
        entry = placed
    if isinstance(entry.body, events.Condition) and (
        wrong := intake.contradictions(session, patient, entry.body.changes)
    ):
        return Receipt(sent_id, "invalid", wrong)
    timed = _timed(entry, patient, "patient" if author.role == "patient" else "clinician", now)
    if isinstance(timed, dict):
        return Receipt(sent_id, "invalid", timed)
    event, marks = timed
    log.append(
        session,
        patient,
        event,
        received_at=now,
        author_id=author.account_id,
        digest=entry.digest,
        marks=[{"mended": mark} for mark in marks],
    )
    known[entry.id] = entry.digest
    stored.append(entry)
    return Receipt(sent_id, "stored", marks=marks)


def _placed(session: Session, patient: Patient, entry: Entry, correction: events.Correction) -> Entry | dict[str, str]:
    """A correction with the day of the entry it replaces, or why it cannot replace it.

    One that cannot and speaks of danger counts as an entry of its own.
    """
    target = session.execute(
        select(EventRow.local_day, EventRow.kind, EventRow.occurred_at).where(
            EventRow.patient_id == patient.id, EventRow.id == UUID(correction.replaces)
        )
    ).one_or_none()
    if target is None:
        wrong = {"body.replaces": "There is no such entry."}
    elif target.kind != correction.kind:
        wrong = {"body.kind": "The entry it replaces is of another kind."}
    elif entry.occurred_at is not None and entry.occurred_at - target.occurred_at > CORRECTED_WITHIN:
        wrong = {"body.replaces": "Only entries of the last 48 hours can be corrected."}
    else:
        return replace(entry, local_day=target.local_day)
    if speaks_of_danger(entry):
        return replace(entry, kind=correction.kind, body=correction.body, mended=(*entry.mended, *wrong))
    return wrong


def _timed(
    entry: Entry, patient: Patient, author: events.Author, now: datetime
) -> tuple[Event, tuple[str, ...]] | dict[str, str]:
    """The event with its day and instant, or what is wrong with them. A safety answer is clamped to now."""
    wrong = _wrong_time(entry, now)
    if not wrong and entry.occurred_at and entry.local_day:
        at, day, marks = entry.occurred_at, entry.local_day, entry.mended
    elif speaks_of_danger(entry):
        at, day, marks = now, _today(patient, now), (*entry.mended, *wrong)
    else:
        return wrong
    return Event(str(entry.id), day, at.astimezone(UTC), entry.kind, author, entry.body), marks


def _wrong_time(entry: Entry, now: datetime) -> dict[str, str]:
    if entry.occurred_at is None or entry.zone is None or entry.local_day is None:
        return {"occurred_at": "The time could not be read."}
    if entry.occurred_at > now + AHEAD:
        return {"occurred_at": "This lies in the future. Check the clock of the phone."}
    if entry.occurred_at < now - OLDEST:
        return {"occurred_at": "Entries older than 30 days are not taken."}
    if isinstance(entry.body, events.Condition) and (wrong := impossible_days(entry.body.changes, entry.local_day)):
        return {f"body.changes.{path}": reason for path, reason in wrong.items()}
    there = schedule.local_day(entry.occurred_at, entry.zone, 0)
    if abs((there - entry.local_day).days) >= DAYS_APART:
        return {"local_day": "This day does not fit the time of the entry."}
    return {}


def _known(session: Session, patient: Patient, entries: Sequence[Entry | Refusal]) -> dict[UUID, str]:
    ids = {entry.id for entry in entries if isinstance(entry, Entry)}
    ids |= {uuid5(entry.id, entry.digest) for entry in entries if isinstance(entry, Entry)}
    rows = session.execute(
        select(EventRow.id, EventRow.digest).where(EventRow.patient_id == patient.id, EventRow.id.in_(ids))
    )
    return {row.id: row.digest for row in rows}


def speaks_of_danger(entry: Entry | Refusal) -> bool:
    """Whether an entry may raise a red flag, so that nothing may refuse it."""
    if isinstance(entry, Refusal):
        return False
    match entry.body:
        case events.Checkin(answers=answers, severe=severe):
            return bool(severe) or any(answer != "no" for answer in answers.values())
        case events.Morning(numbness=numbness):
            return numbness != "same"
        case events.Motor(left=left, right=right):
            return left != events.Leg() or right != events.Leg()
        case events.Questionnaire(name="PHQ9", items=items):
            return len(items) == PHQ9_ITEMS and bool(items[-1])
        case events.Correction(body=body):
            return speaks_of_danger(replace(entry, body=body))
    return False


def listed(session: Session, patient_id: UUID, *, before: int | None, most: int) -> list[EventRow]:
    """Stored entries of a patient, newest first; `before` is the number of the last one seen."""
    query = select(EventRow).where(EventRow.patient_id == patient_id, EventRow.author != "system")
    if before is not None:
        query = query.where(EventRow.seq < before)
    return list(session.scalars(query.order_by(EventRow.seq.desc()).limit(most)))


def _triage(
    session: Session, patient: Patient, stored: Sequence[Entry], now: datetime, catalog: Catalog, *, here: bool
) -> None:
    dangerous = [entry for entry in stored if speaks_of_danger(entry)]
    for body in (entry.body for entry in dangerous):
        if isinstance(body, events.Checkin):
            found = triage.raised(
                body.answers,
                frozenset(body.severe),
                day=_today(patient, now),
                cancer_ever=False,
                unsure_before=frozenset(),
                onboarding=False,
                catalog=catalog,
            )
            safety.take_in(session, patient, found.locks, now, here=here)
    if dangerous:
        _take_in_what_only_the_fold_knows(session, patient, now, catalog, here=here)


def _take_in_what_only_the_fold_knows(
    session: Session, patient: Patient, now: datetime, catalog: Catalog, *, here: bool
) -> None:
    """Past cancer, a second "unsure", a numb patch that spreads: judged now as well, not when the worker comes.

    A log that cannot be folded must not undo the lock that was just raised.
    """
    try:
        session.flush()
        with session.begin_nested():
            known = stored_plan.read(session, patient.id, now, catalog)
            plan = plans.current(session, known, now, catalog)
    except OperationalError:
        raise  # the database is away: the phone sends it again
    except Exception as error:  # whatever ails the fold
        logger.error("triage_without_fold", patient=str(patient.id), error=type(error).__name__)
        return
    safety.take_in(session, patient, plan.locks if plan else (), now, here=here)


def _today(patient: Patient, now: datetime) -> date:
    """The local day; where the patient's zone cannot be read, that of UTC: a broken row must not refuse an alarm."""
    try:
        return plans.today(patient, now)
    except ValueError:
        return now.date()


def _stop_done_reminders(session: Session, patient: Patient, stored: Sequence[Entry], now: datetime) -> None:
    for day in {entry.local_day for entry in stored if entry.kind == "session" and entry.local_day}:
        reminders.session_done(session, patient.id, day, now)
