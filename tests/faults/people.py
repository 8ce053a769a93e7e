"""People in many zones whose one daily reminder falls into the minutes of a run, and their phones."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Device, Schedule
from tests.faults.oracle import Due, Oracle
from tests.patients import people

ZONES = (
    "Europe/Paris",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "America/Vancouver",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Chatham",
)
NO_ADDRESS = {"p256dh": "", "auth": "", "sandbox": False}  # but for what each provider has of these
SECOND_PHONE = 0.3  # of the people have two
MINUTE = timedelta(minutes=1)


class Receiver(Protocol):
    """A provider of pushes and its phones. What `subscribe_many` gives names the columns of a device."""

    provider: str

    def subscribe_many(self, number: int) -> Sequence[Any]: ...

    def all_messages(self) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Crowd:
    """What the oracle says is due, and whose phone each subscription is."""

    due: tuple[Due, ...]
    follow_ups: tuple[Due, ...]  # of these; few runs last until then
    phones: Mapping[str, UUID]  # subscription -> device


def gather(
    session: Session, receivers: Sequence[Receiver], number: int, begin: datetime, minutes: int, seed: int
) -> Crowd:
    """People whose reminders are due one after the other over some minutes from `begin` on."""
    die, end = random.Random(seed), begin + minutes * MINUTE
    oracle = Oracle(ZONES, begin, end)
    ids = people(session, number, begin)
    zones = {each: die.choice(ZONES) for each in ids}
    owners = [each for each in ids for _ in range(1 + (die.random() < SECOND_PHONE))]
    devices, phones = _devices(owners, receivers, begin)
    due, follow_ups, schedules = [], [], []
    for place, each in enumerate(ids):
        _, minute = oracle.wall(zones[each], begin + (place % minutes) * MINUTE)
        rule = {"patient_id": each, "id": uuid4(), "kind": "routine", "minute": minute, "days": 127}
        schedules.append(rule | {"since": begin - MINUTE})
        own = tuple(device["id"] for device in devices.get(each, ()))
        for day, at in oracle.due(zones[each], minute, begin - MINUTE, end):
            due.append(Due(each, rule["id"], day, minute, at, own))
            follow_ups.append(oracle.follow_up(zones[each], due[-1]))
    awake = {"quiet_from": 0, "quiet_until": 0}
    session.execute(update(Patient), [{"id": each, "zone": zones[each], **awake} for each in ids])
    session.execute(insert(Schedule), schedules)
    cursors = [{"patient_id": each, "passed_at": begin - MINUTE, "next_at": begin - MINUTE} for each in ids]
    session.execute(insert(Cursor), cursors)
    session.execute(insert(Device), [device for own in devices.values() for device in own])
    return Crowd(tuple(due), tuple(filter(None, follow_ups)), phones)


def _devices(
    owners: Sequence[UUID], receivers: Sequence[Receiver], now: datetime
) -> tuple[dict[UUID, list[dict[str, Any]]], dict[str, UUID]]:
    """The rows of each owner, the receivers taking turns, and which device a subscription is."""
    devices: dict[UUID, list[dict[str, Any]]] = {}
    phones = {}
    for turn, receiver in enumerate(receivers):
        mine = owners[turn :: len(receivers)]
        for owner, phone in zip(mine, receiver.subscribe_many(len(mine)), strict=True):
            row = {"patient_id": owner, "id": uuid4(), "provider": receiver.provider, "seen_at": now}
            devices.setdefault(owner, []).append(row | NO_ADDRESS | asdict(phone))
            phones[phone.id] = row["id"]
    return devices, phones
