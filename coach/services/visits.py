"""Visits: instants agreed with the clinic, and the two reminders before each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coach.models.contact import Visit
from coach.models.people import Clinic, Patient
from coach.models.reminders import Schedule
from coach.services import alerts, cursors, reminders
from coach.services.problems import conflict, invalid, not_found
from programs import schedule
from programs import visits as calendar_rules
from programs.catalog import Catalog
from programs.plan import Plan
from programs.schedule import Rule
from programs.visits import calendar
from programs.words import Words

BEFORE = (timedelta(hours=24), timedelta(hours=2))
FARTHEST = timedelta(days=730)
MOST_PLANNED = 50  # of one patient at a time
MOST_LISTED = 100
BY_PERSON = "person"  # the mode of a contact that nothing but a human makes


@dataclass(frozen=True)
class Shown:
    """A visit as its reader sees it: one instant, as the clocks of the clinic and of the person show it."""

    id: UUID
    at: datetime
    minutes: int
    mode: str
    state: str
    clinic_zone: str
    clinic_time: datetime
    your_zone: str
    your_time: datetime


def listed(session: Session, patient: Patient) -> list[Shown]:
    """The latest 100, the farthest ahead first."""
    query = select(Visit).where(Visit.patient_id == patient.id).order_by(Visit.at.desc(), Visit.id)
    there = session.get_one(Clinic, patient.clinic_id).zone
    return [shown(each, there, patient.zone) for each in session.scalars(query.limit(MOST_LISTED))]


def next_at(session: Session, patient_id: UUID, now: datetime) -> datetime | None:
    """When the next planned visit is."""
    planned = (Visit.patient_id == patient_id, Visit.state == "planned", Visit.at >= now)
    return session.scalar(select(Visit.at).where(*planned).order_by(Visit.at).limit(1))


def shown(visit: Visit, there: str, here: str) -> Shown:
    times = schedule.wall(visit.at, there), schedule.wall(visit.at, here)
    values = visit.id, visit.at, visit.minutes, visit.mode, visit.state
    return Shown(*values, there, times[0], here, times[1])


def plan(
    session: Session,
    patient: Patient,
    visit_id: UUID,
    *,
    at: datetime,
    minutes: int,
    mode: str,
    author_id: UUID,
    now: datetime,
) -> Visit:
    """A new visit of a locked patient; the same id twice is the same visit. Raises Problem."""
    known = session.get(Visit, (patient.id, visit_id))
    if known is not None:
        if (known.at, known.minutes, known.mode) != (at, minutes, mode):
            raise conflict("Another visit has this id.")
        return known
    _check(at, now)
    planned = (Visit.patient_id == patient.id, Visit.state == "planned")
    if (session.scalar(select(func.count()).select_from(Visit).where(*planned)) or 0) >= MOST_PLANNED:
        raise conflict(f"At most {MOST_PLANNED} visits can be planned at a time.")
    made = Visit(patient_id=patient.id, id=visit_id, at=at, minutes=minutes, mode=mode, state="planned")
    made.made_by, made.made_at = author_id, now
    session.add(made)
    session.flush()
    _remind(session, patient, made, now)
    return made


def change(session: Session, patient: Patient, visit_id: UUID, changes: Mapping[str, Any], now: datetime) -> Visit:
    """Moves a planned visit, or says what became of it; its reminders follow at once. Raises Problem."""
    visit = session.get(Visit, (patient.id, visit_id))
    if visit is None:
        raise not_found()
    if visit.state != "planned":
        raise conflict("This visit is over or cancelled. Make a new one.")
    if "at" in changes and changes["at"] != visit.at:
        _check(changes["at"], now)
    for name in ("at", "minutes", "mode", "state"):
        setattr(visit, name, changes.get(name, getattr(visit, name)))
    session.flush()
    _remind(session, patient, visit, now)
    return visit


def replan(session: Session, patient: Patient, now: datetime) -> None:
    """After a change of zone or quiet hours."""
    query = select(Visit).where(Visit.patient_id == patient.id, Visit.state == "planned", Visit.at > now)
    for visit in session.scalars(query.limit(MOST_PLANNED)):
        _remind(session, patient, visit, now)


def give_up(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> None:
    """A planned visit of which nobody has said what became of it for some days counts as missed: the clinic is told."""
    last = now - timedelta(days=catalog.constants.visits.late_days)
    query = select(Visit).where(Visit.patient_id == patient.id, Visit.state == "planned", Visit.at < last)
    for visit in session.scalars(query.order_by(Visit.at, Visit.id).limit(MOST_PLANNED)):
        visit.state = "missed"
        alerts.for_overdue_visit(
            session, patient, visit.id.hex[:24], schedule.local_day(visit.at, patient.zone, 0), now
        )


@dataclass(frozen=True)
class Contact:
    """One contact of a person's path, and whether it has taken place."""

    day: date
    opens: date
    closes: date
    kind: str
    name: str
    mode: str
    state: Literal["done", "planned", "due", "overdue", "ahead"]


def contacts(session: Session, patient: Patient, plan: Plan, words: Words, catalog: Catalog) -> list[Contact]:
    """The follow-up calendar, counted from the start of the course; a visit in its window meets a contact.

    What the app asks by itself is done when its day has come.
    """
    known = _days(session, patient)
    return [
        Contact(
            each.day,
            each.opens,
            each.closes,
            each.kind,
            words.word(f"modules.visit_kinds.{each.kind}"),
            each.mode,
            _state(each, known, plan.day),
        )
        for each in calendar(plan, catalog)
    ]


def watch(session: Session, patient: Patient, plan: Plan, now: datetime, catalog: Catalog) -> None:
    """A contact that needs a person and has not taken place by the end of its window: the clinic is told, once.

    What was missed long ago, as before a release that watches, is nobody's alert any more.
    """
    if patient.closed_at is not None:
        return
    recent = timedelta(days=catalog.constants.visits.question_days)
    late = [
        each
        for each in calendar(plan, catalog)
        if each.mode == BY_PERSON and each.is_overdue(plan.day) and plan.day - each.closes <= recent
    ]
    if not late:
        return
    known = _days(session, patient)
    for each in late:
        if _state(each, known, plan.day) == "overdue":
            alerts.for_missed_contact(session, patient, f"due {each.day}", each.closes, now)


def _days(session: Session, patient: Patient) -> list[tuple[date, str]]:
    query = select(Visit.at, Visit.state).where(Visit.patient_id == patient.id, Visit.state.in_(("planned", "done")))
    return [
        (schedule.local_day(at, patient.zone, patient.day_starts_at), state) for at, state in session.execute(query)
    ]


def _state(
    contact: calendar_rules.Visit, known: list[tuple[date, str]], today: date
) -> Literal["done", "planned", "due", "overdue", "ahead"]:
    if any(state == "done" and contact.opens <= day <= max(contact.closes, today) for day, state in known):
        return "done"
    if any(state == "planned" and day >= max(contact.opens, today) for day, state in known):
        return "planned" if today >= contact.opens or contact.mode == BY_PERSON else "ahead"
    if contact.mode != BY_PERSON and today >= contact.day:
        return "done"
    if today < contact.opens:
        return "ahead"
    return "overdue" if contact.is_overdue(today) else "due"


def _check(at: datetime, now: datetime) -> None:
    if not now < at <= now + FARTHEST:
        raise invalid("at", "must lie ahead, by two years at most")


def _remind(session: Session, patient: Patient, visit: Visit, now: datetime) -> None:
    """Plans both reminders anew; one that would be quiet comes before the quiet hours begin."""
    local = cursors.local_time(patient)
    wanted = {}
    for before in BEFORE if visit.state == "planned" else ():
        at = schedule.before_quiet(visit.at - before, local)
        if at <= now < visit.at - before:
            at = visit.at - before  # that evening is over: when quiet hours end, if the visit is later
        if now < at:
            rule_id = uuid5(visit.id, f"{before.total_seconds():.0f} s")
            wanted[rule_id] = Rule(rule_id, "visit", None, None, None, now, at=at, until=visit.at)
    ids = [uuid5(visit.id, f"{before.total_seconds():.0f} s") for before in BEFORE]
    standing = {rule.id: (rule.at, rule.until) for rule in cursors.rules(session, patient.id) if rule.id in ids}
    if standing == {each.id: (each.at, each.until) for each in wanted.values()}:
        return
    cursors.claim(session, patient.id, now)
    mine = (Schedule.patient_id == patient.id, Schedule.id.in_(ids))
    session.execute(delete(Schedule).where(*mine).execution_options(synchronize_session=False))
    cursors.cancel_unsent(session, patient.id, now, schedule_ids=ids)
    for rule in wanted.values():
        reminders.add(session, patient, rule, now)
    cursors.plan(session, patient, now)
