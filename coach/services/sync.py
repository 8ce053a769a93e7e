"""Everything a phone needs for a week without a network, in one answer and a fixed number of statements."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coach.models.contact import Message, Visit
from coach.models.events import Event
from coach.models.people import Account, Clinic, Patient
from coach.models.reminders import Device
from coach.services import (
    cursors,
    escalation,
    explained,
    inbox,
    plans,
    reminders,
    routines,
    settings,
    stored,
    upcoming,
    visits,
)
from coach.services.tokens import Identity
from programs import asking, canonical, lessons, triage, variants
from programs.catalog import Catalog, When
from programs.plan import Plan

DAYS = routines.DAYS_AHEAD
MOST_ENTRIES = 200  # in one answer; `more` says that there are others
LOOK_BACK = timedelta(days=14)  # for a phone that knows nothing yet
MOST_VISITS, MOST_INBOX = 20, 30
MOST_TOLD = 500  # lessons and changed facts that are looked at
SEEN_EVERY = timedelta(hours=1)  # how exactly it is noted that a device was there
OF_REMINDER = ("id", "kind", "minute", "days", "on_day", "every", "crosses_quiet")
MOMENTS: tuple[When, ...] = ("D", "W", "M", "session", "event")


@dataclass(frozen=True)
class Synced:
    """`etag` is of all but the time it was asked at."""

    etag: str
    body: bytes


@dataclass(frozen=True)
class Around:
    """What stands beside the patient's row."""

    name: str
    clinic: str
    clinic_zone: str
    unread: int


def read(
    session: Session, identity: Identity, since: int | None, device_id: UUID | None, now: datetime, catalog: Catalog
) -> Synced:
    """The whole state as one device sees it; `since` is that of its last answer.

    `device_id` is noted as having been here, so that it may go on showing its own timers.
    """
    known = stored.read(session, identity.account_id, now, catalog)
    plan, patient = plans.current(session, known, now, catalog), known.patient
    if device_id is not None:
        _was_here(session, patient.id, device_id, now)
    around, heard = _around(session, patient), _heard(session, patient.id)
    entries, more = _entries(session, patient, since, now)
    document = {
        "since": entries[-1]["seq"] if more else patient.last_seq,
        "more": more,
        "entries": entries,
        "me": me(patient, around.name, around.clinic, now) | {"onboarded": patient.next_day_at is not None},
        "lock": {
            "level": patient.lock,
            "cards": explained.lock_cards(patient, catalog),
            "told": escalation.told_of_lock(session, patient, catalog),
        },
        "gate": _gate(patient, plan, catalog),
        "days": _days(patient, plan, now, catalog),
        "variant_rules": canonical.to_json(variants.rules(catalog)),
        "due": [] if plan is None else canonical.to_json(asking.due(plan, heard, catalog)),
        "lesson": _lesson(plan, heard, catalog),
        "reminders": _reminders(session, patient, now, catalog),
        "inbox": [vars(each) for each in inbox.items(session, patient, now, most=MOST_INBOX)],
        "visits": _visits(session, patient, around.clinic_zone, now),
        "unread": around.unread,
        "content": catalog.content_hash,
    }
    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_text)
    etag = hashlib.sha256(plain.encode()).hexdigest()[:32]
    return Synced(etag, f'{{"server_time":{json.dumps(now.isoformat())},{plain[1:]}'.encode())


def me(patient: Patient, name: str, clinic: str, now: datetime) -> dict[str, Any]:
    """One's own settings."""
    own = {each: getattr(patient, each) for each in (*settings.NAMES, "lock", "shift")}
    own |= {"id": patient.id, "shifts": settings.shifts(patient), "today": plans.today(patient, now)}
    return own | {"name": name, "clinic": clinic}


def _around(session: Session, patient: Patient) -> Around:
    unread = select(func.count()).where(
        Message.patient_id == patient.id, Message.author == "clinician", Message.read_at.is_(None)
    )
    row = session.execute(
        select(Account.name, Clinic.name, Clinic.zone, unread.scalar_subquery())
        .join(Clinic, Clinic.id == patient.clinic_id)
        .where(Account.id == patient.id)
    ).one()
    return Around(*row)


def _gate(patient: Patient, plan: Plan | None, catalog: Catalog) -> dict[str, Any]:
    """One gate for the week: each question says when it is asked, each day what it asks."""
    numbers = catalog.constants.card
    found: dict[str, Any] = canonical.to_json(routines.gate_of(patient, plan, MOMENTS, catalog))
    return found | {
        "levels": list(triage.LEVELS),
        "unsure": canonical.to_json(plan.unsure if plan else {}),
        "asked": canonical.to_json(plan.asked if plan else {}),
        "every_days": {"W": numbers.weekly_days, "M": numbers.monthly_days},
    }


def _days(patient: Patient, plan: Plan | None, now: datetime, catalog: Catalog) -> list[dict[str, Any]]:
    first = plan.day if plan else plans.today(patient, now)
    week = [first + timedelta(days=ahead) for ahead in range(DAYS)]
    return [
        routines.document(patient, plan, day, catalog)
        | {"asks": list(routines.asked_on(plan, day, catalog)), "answered": routines.is_answered(plan, day)}
        for day in week
    ]


def _lesson(plan: Plan | None, heard: asking.Heard, catalog: Catalog) -> str | None:
    found = lessons.of_day(plan, heard.lessons, catalog) if plan else None
    return found.id if found else None


def _reminders(session: Session, patient: Patient, now: datetime, catalog: Catalog) -> dict[str, Any]:
    """The person's own rules, and each one to come with its name, so that a phone can show it by itself."""
    rules = cursors.rules(session, patient.id)
    return {
        "own": [{name: getattr(rule, name) for name in OF_REMINDER} for rule in reminders.own_among(rules)],
        "upcoming": [vars(each) for each in upcoming.items(session, patient, now, catalog, days=DAYS, rules=rules)],
        "stopped": sorted(patient.stopped),
    }


def _visits(session: Session, patient: Patient, there: str, now: datetime) -> list[dict[str, Any]]:
    ahead = (Visit.patient_id == patient.id, Visit.state == "planned", Visit.at > now - timedelta(days=1))
    rows = session.scalars(select(Visit).where(*ahead).order_by(Visit.at, Visit.id).limit(MOST_VISITS))
    return [vars(visits.shown(each, there, patient.zone)) for each in rows]


def _entries(session: Session, patient: Patient, since: int | None, now: datetime) -> tuple[list[dict[str, Any]], bool]:
    """What was reported since, from whichever device, oldest first; for a new phone that of the last days."""
    mine = (Event.patient_id == patient.id, Event.author != "system", Event.kind != "intake")
    if since is None:
        lately = (*mine, Event.local_day > now.date() - LOOK_BACK)
        rows = list(session.scalars(select(Event).where(*lately).order_by(Event.seq.desc()).limit(MOST_ENTRIES)))[::-1]
        more = False
    else:
        newer = select(Event).where(*mine, Event.seq > since).order_by(Event.seq).limit(MOST_ENTRIES + 1)
        rows = list(session.scalars(newer))
        rows, more = rows[:MOST_ENTRIES], len(rows) > MOST_ENTRIES
    return [_entry(row) for row in rows], more


def _entry(row: Event) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "id": row.id,
        "local_day": row.local_day,
        "occurred_at": row.occurred_at,
        "kind": row.kind,
        "body": row.body,
        "author": row.author,
    }


def _heard(session: Session, patient_id: UUID) -> asking.Heard:
    told = (Event.patient_id == patient_id, Event.kind.in_(("lesson", "form", "condition")))
    last: dict[str, dict[str, date]] = {"lesson": {}, "form": {}}
    facts: set[str] = set()
    query = select(Event.kind, Event.local_day, Event.body).where(*told).order_by(Event.seq.desc()).limit(MOST_TOLD)
    for kind, day, body in session.execute(query):
        if kind == "condition":
            facts |= {name for name, value in body["changes"].items() if value is not None and name != "ended"}
        else:
            name = body["lesson" if kind == "lesson" else "name"]
            last[kind][name] = max(day, last[kind].get(name, day))
    return asking.Heard(last["lesson"], last["form"], frozenset(facts))


def _was_here(session: Session, patient_id: UUID, device_id: UUID, now: datetime) -> None:
    """Written once an hour at most, so that asking stays reading."""
    mine = (Device.patient_id == patient_id, Device.id == device_id, Device.state == "active")
    session.execute(
        update(Device).where(*mine, Device.seen_at < now - SEEN_EVERY).values(seen_at=now),
        execution_options={"synchronize_session": False},
    )


def _text(value: object) -> str:
    """How JSON writes what it has no form for."""
    return value.isoformat() if isinstance(value, date) else str(value)
