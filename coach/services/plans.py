"""The current plan: a pure fold over a patient's log. The worker stores it; a reader in a hurry folds in memory.

Both call `_refold`, so a reader never sees another plan than the worker will store.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.plans import Decision as DecisionRow
from coach.models.plans import Plan as PlanRow
from coach.services import alerts, caseload, log, planned, safety, stored
from coach.services.stored import Stored
from programs import adapt, canonical, schedule
from programs.adapt import Folded
from programs.catalog import Catalog
from programs.events import Event, Held, Rebased
from programs.plan import Decision, Plan

# Puts a rebase before every entry of its day: local_day and occurred_at of an entry differ by two days at most.
BEFORE_THE_DAY = timedelta(days=3)


@dataclass(frozen=True)
class Refolded:
    """`added` are events the engine itself appends, so that a replay of the log gives this very plan."""

    folded: Folded
    added: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Replay:
    """A stored plan and the one its log gives again, as JSON; `folded` is None where other rules or content made it."""

    stored: dict[str, Any]
    folded: dict[str, Any] | None


def today(patient: Patient, now: datetime) -> date:
    """The patient's local day; it begins at their own hour."""
    return schedule.local_day(now, patient.zone, patient.day_starts_at)


def current(session: Session, known: Stored, now: datetime, catalog: Catalog) -> Plan | None:
    """The plan with every stored event and every turned day taken in; None before the intake.

    While a patient's log cannot be folded, the last stored plan is served.
    """
    plan = known.plan
    if plan is not None and (plan.opening is None or known.patient.failed_at):
        return canonical.from_json(Plan, plan.state)
    refolded = _refold(session, known, now, catalog)
    return refolded.folded.plan if refolded else None


def store(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> Plan | None:
    """Folds what is new; stores plan, decisions, referrals, locks and alerts. The caller has locked the patient."""
    session.flush()
    refolded = _refold(session, stored.read(session, patient.id, now, catalog), now, catalog)
    if refolded is None:
        patient.adapt_at = None
        return None
    for event in refolded.added:
        log.append(session, patient, event, received_at=now)
    plan = refolded.folded.plan
    safety.agree(session, patient, plan.locks, now)
    patient.revision += 1
    _store_plan(session, patient, refolded.folded, now, catalog)
    _store_decisions(session, patient, refolded, now)
    alerts.referrals(session, patient, plan.referrals, now)
    patient.next_day_at = schedule.next_day_at(now, patient.zone, patient.day_starts_at)
    patient.adapt_at, patient.failures, patient.failed_at = patient.next_day_at, 0, None
    return plan


def replay(session: Session, patient_id: UUID, catalog: Catalog) -> Replay | None:
    """Folds what a stored plan has taken in, from the log's last rebase on; None where no plan is stored.

    Both must be equal, however the plan came about. Raises ValueError for a log that cannot be folded.
    """
    row = session.get(PlanRow, patient_id)
    if row is None:
        return None
    if (row.rules_version, row.content_hash) != (adapt.rules_version, catalog.content_hash):
        return Replay(row.state, None)
    events = log.read(session, patient_id, up_to_seq=row.folded_seq)
    return Replay(row.state, canonical.to_json(adapt.fold(None, events, row.day, catalog).plan))


def _store_plan(session: Session, patient: Patient, folded: Folded, now: datetime, catalog: Catalog) -> None:
    found = session.get(PlanRow, patient.id)
    before = canonical.from_json(Plan, found.state) if found else None
    row = found or PlanRow(patient_id=patient.id)
    row.revision, row.day, row.folded_seq = patient.revision, folded.plan.day, patient.last_seq
    row.opening, row.state = canonical.to_json(folded.opening), canonical.to_json(folded.plan)
    row.summary = caseload.summary(folded.plan, catalog)
    row.rules_version, row.content_hash, row.made_at = adapt.rules_version, catalog.content_hash, now
    session.add(row)
    session.flush()
    planned.follow(session, patient, before, folded.plan, now, catalog)


def _refold(session: Session, known: Stored, now: datetime, catalog: Catalog) -> Refolded | None:
    patient, plan = known.patient, known.plan
    if plan is None:
        return _first_fold(session, patient, now, catalog)
    # A day never runs backwards: who flies west keeps the day that has begun.
    day = max(plan.day, today(patient, now))
    late = plan.oldest_new_day is not None and plan.oldest_new_day < plan.day
    begin = canonical.from_json(Plan, plan.opening or plan.state)
    rebased = [_rebase(patient, plan.day, begin, catalog)] if plan.upgraded else []
    events = log.read(session, patient.id, since=None if late else plan.day) + rebased
    served = canonical.from_json(Plan, plan.state)
    start = None if late else begin
    refolded = _folded(patient, start, served if late or rebased else None, events, rebased, day, now, catalog)
    if not (late or rebased) and adapt.turns_back(served, refolded.folded.plan, catalog):
        return _folded(patient, start, served, events, rebased, day, now, catalog)
    return refolded


def _first_fold(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> Refolded | None:
    events = log.read(session, patient.id)
    if not any(event.kind == "intake" for event in events):
        return None
    return _folded(patient, None, None, events, [], today(patient, now), now, catalog)


def _folded(
    patient: Patient,
    opening: Plan | None,
    served: Plan | None,
    events: list[Event],
    added: list[Event],
    day: date,
    now: datetime,
    catalog: Catalog,
) -> Refolded:
    folded = adapt.fold(opening, events, day, catalog)
    held = _hold(patient, served, folded.plan, now, catalog)
    if held:
        folded = adapt.fold(opening, events + held, day, catalog)
    return Refolded(folded, (*added, *held))


def _rebase(patient: Patient, day: date, opening: Plan, catalog: Catalog) -> Event:
    """After an upgrade of rules or content the log goes on from a snapshot of what the old ones made."""
    body = Rebased(plan=opening, rules_version=adapt.rules_version, content_hash=catalog.content_hash)
    at = datetime.combine(day, time.min, UTC) - BEFORE_THE_DAY
    name = f"rebased {day} {adapt.rules_version} {catalog.content_hash}"
    return Event(str(uuid5(patient.id, name)), day, at, "rebased", "system", body)


def _hold(patient: Patient, served: Plan | None, refolded: Plan, now: datetime, catalog: Catalog) -> list[Event]:
    """What the fold must not lose: a lock that stands on the patient's row, and after a late report or an upgrade
    (`served` is the plan before it) what was served or raised already: today's load may not rise by it."""
    body = (adapt.hold(served, refolded, catalog) if served else None) or Held()
    folded = {lock.flag: lock for lock in (*refolded.locks, *body.locks)}
    lost = tuple(
        lock
        for lock in safety.locks(patient)
        if lock.level != "NO_PLAN" and safety.is_harder(lock, folded.get(lock.flag))
    )
    kept = tuple(lock for lock in body.locks if lock.flag not in {each.flag for each in lost})
    body = replace(body, locks=kept + lost)
    if body == Held():
        return []
    name = f"held {refolded.day} {patient.last_seq} {adapt.rules_version} {catalog.content_hash}"
    return [Event(str(uuid5(patient.id, name)), refolded.day, log.instant(patient, now), "held", "system", body)]


def _store_decisions(session: Session, patient: Patient, refolded: Refolded, now: datetime) -> None:
    """Adds what is new and marks what the fold now decides otherwise. Nothing is deleted."""
    rows = session.scalars(
        select(DecisionRow).where(
            DecisionRow.patient_id == patient.id,
            DecisionRow.day >= refolded.folded.since,
            DecisionRow.superseded_by.is_(None),
        )
    )
    standing: dict[bytes, list[DecisionRow]] = {}
    for row in rows:
        standing.setdefault(canonical.dumps(row.body), []).append(row)
    for decision in refolded.folded.decisions:
        body = canonical.to_json(decision)
        same = standing.get(canonical.dumps(body))
        if same:
            same.pop()
        else:
            session.add(_decision_row(patient, decision, body, now))
    for row in (row for rest in standing.values() for row in rest):
        row.superseded_by = patient.revision


def _decision_row(patient: Patient, decision: Decision, body: dict[str, object], now: datetime) -> DecisionRow:
    return DecisionRow(
        patient_id=patient.id,
        day=decision.day,
        rule=decision.rule,
        exercise=decision.exercise,
        change=decision.change,
        body=body,
        revision=patient.revision,
        made_at=now,
    )
