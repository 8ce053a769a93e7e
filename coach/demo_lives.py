"""More patients for the demo clinic: simulated lives, moved so that they lead up to today, with talk and visits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from coach.models.people import Clinic, Patient
from coach.services import accounts, alerts, log, messages, plans, visits
from coach.services.tokens import Identity
from programs import canonical, events, simulate
from programs.catalog import Catalog
from programs.events import Event

SEED = 7
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Role:
    """Who lives which life, for how long; `says` is their last message, `visit` days from now to the next visit."""

    name: str
    life: str
    number: int
    days: int
    says: str = ""
    answer: str = ""
    visit: int | None = None
    silent_days: int = 0  # since the last word of theirs


# Few and short: the first start of the demo waits for them.
ROLES = (
    Role("Elena Petrova", "cauda-equina", 0, 10),
    Role("Tomas Lindgren", "disc-irritable", 0, 22, "The leg keeps me awake again. Is that normal?", visit=1),
    Role("Hugo Marchetti", "chronic-wavering", 0, 15, silent_days=8),
    Role("Wanda Kowalska", "approved", 0, 12, "Going well, I could do more!", "Good to hear. I will look today."),
    Role("Yusuf Demir", "flare-prone", 0, 8, "Bad days since the garden.", visit=3),
    Role("Li Na", "disc-centraliser", 0, 14, visit=12),
)


def seed(
    session: Session, clinic: Clinic, carer: Identity, password: str, now: datetime, catalog: Catalog
) -> list[UUID]:
    """Adds them all to a clinic, in the care of one clinician; their ids."""
    return [add(session, clinic, carer, role, password, now, catalog) for role in ROLES]


def add(
    session: Session,
    clinic: Clinic,
    carer: Identity,
    role: Role,
    password: str,
    now: datetime,
    catalog: Catalog,
) -> UUID:
    """One of them, in the care of one clinician."""
    first_name = role.name.partition(" ")[0].lower()
    identity = accounts.add_patient(
        session,
        clinic,
        email=f"{first_name}@demo.example",
        password=password,
        name=role.name,
        zone=clinic.zone,
        locale="en",
        now=now - timedelta(days=role.days + role.silent_days),
        clinician_id=carer.account_id,
    )
    row = session.get_one(Patient, identity.account_id)
    for event in _life(row, role, plans.today(row, now), catalog):
        author = carer.account_id if event.author == "clinician" else row.id
        log.append(session, row, event, received_at=event.at, author_id=author)
    plans.store(session, row, now, catalog)
    _seen(session, row, carer, now)
    _contact(session, row, carer, role, now)
    return row.id


def _life(row: Patient, role: Role, today: date, catalog: Catalog) -> Iterator[Event]:
    """The life's log, its last day being yesterday, or as long ago as the person has been silent."""
    lived = simulate.log((role.life, role.number), SEED, role.days, catalog)
    last = max(event.day for event in lived)
    moved = today - timedelta(days=1 + role.silent_days) - last
    for event in sorted(lived, key=lambda each: (each.day, each.at, each.id)):
        if event.author != "system":
            body = events.body_from_json(event.kind, _later(canonical.to_json(event.body), moved))
            name = str(uuid5(row.id, event.id))
            yield replace(event, id=name, day=event.day + moved, at=event.at + moved, body=body)


def _later(value: Any, by: timedelta) -> Any:
    """Every date in a body moves along; the ids of corrected entries do not, so corrections are left to the life."""
    if isinstance(value, dict):
        return {name: _later(inner, by) for name, inner in value.items()}
    if isinstance(value, list):
        return [_later(inner, by) for inner in value]
    if isinstance(value, str) and DAY.fullmatch(value):
        return (date.fromisoformat(value) + by).isoformat()
    return value


def _seen(session: Session, row: Patient, carer: Identity, now: datetime) -> None:
    """All but emergencies have been looked at already."""
    for alert in alerts.standing(session, row.id):
        if alert.level != "EMERGENCY":
            alerts.acknowledge(session, alert, carer.account_id, now)


def _contact(session: Session, row: Patient, carer: Identity, role: Role, now: datetime) -> None:
    if role.says:
        said = now - timedelta(hours=5)
        messages.send(session, row, uuid5(row.id, "says"), role.says, author="patient", author_id=row.id, now=said)
    if role.answer:
        at, author = now - timedelta(hours=2), carer.account_id
        messages.mark_all_read(session, row.id, at, at, carer.account_id)
        id_ = uuid5(row.id, "answer")
        messages.send(session, row, id_, role.answer, author="clinician", author_id=author, now=at)
    if role.visit is not None:
        at = (now + timedelta(days=role.visit)).replace(hour=9, minute=30, second=0, microsecond=0)
        visits.plan(
            session,
            row,
            uuid5(row.id, "visit"),
            at=at,
            minutes=30,
            mode="clinic",
            author_id=carer.account_id,
            now=now,
        )
