"""Patients made directly in the database, for what happens behind the API."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import insert
from sqlalchemy.orm import Session

from coach.models.people import Account, Clinic, Patient
from coach.models.reminders import Cursor, Schedule
from coach.services import devices, reminders

CLINIC = UUID(int=1)


def patient(session: Session, now: datetime) -> Patient:
    """A patient in Paris with the default routine reminder at 08:00."""
    made = session.get_one(Patient, people(session, 1, now)[0])
    reminders.plan_started(session, made, now)
    return made


def patients(session: Session, number: int, now: datetime) -> list[UUID]:
    """The ids of many such patients, made at once."""
    ids = people(session, number, now)
    rule = {"kind": "routine", "minute": 480, "days": 127, "since": now}
    session.execute(insert(Schedule), [{"patient_id": each, "id": uuid4(), **rule} for each in ids])
    session.execute(insert(Cursor), [{"patient_id": each, "passed_at": now, "next_at": now} for each in ids])
    return ids


def device(session: Session, owner: Patient, now: datetime) -> UUID:
    """A phone of theirs, well-formed, but nobody listens there."""
    device_id = uuid4()
    keys = {"p256dh": receiver_key(), "auth": devices.encoded(b"0123456789abcdef")}
    devices.register(session, owner, device_id, endpoint=f"https://push.example.org/{device_id}", **keys, now=now)
    return device_id


def receiver_key() -> str:
    return devices.encoded(devices.raw_public(ec.generate_private_key(ec.SECP256R1())))


def people(session: Session, number: int, now: datetime) -> list[UUID]:
    """The ids of patients in Paris without any reminder."""
    if session.get(Clinic, CLINIC) is None:
        session.add(Clinic(id=CLINIC, name="Riverside", zone="Europe/Paris"))
        session.flush()
    ids = [uuid4() for _ in range(number)]
    account: dict[str, Any] = {"clinic_id": CLINIC, "role": "patient", "name": "Ana", "password_hash": "none"}
    account["created_at"] = now
    session.execute(insert(Account), [{"id": each, "email": f"{each}@example.org", **account} for each in ids])
    place = {"clinic_id": CLINIC, "zone": "Europe/Paris", "locale": "en", "created_at": now}
    session.execute(insert(Patient), [{"id": each, **place} for each in ids])
    return ids
