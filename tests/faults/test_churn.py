"""Fault 16: a fifth of the phones are no more, and half of these register anew while a provider says so."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.models.people import Patient
from coach.models.reminders import Device
from coach.services import devices
from tests.faults.conftest import Report
from tests.faults.scale import SOAK, scaled
from tests.faults.scene import SEED, Scene

ENDS = 0.2  # of the phones
SLOW_MS = 200  # in which a phone may register anew
UNREGISTERED = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "UNREGISTERED"}
SAYS = {
    "webpush": {"status": 410},
    "fcm": {"status": 404, "body": {"error": {"code": 404, "status": "NOT_FOUND", "details": [UNREGISTERED]}}},
    "apns": {"status": 410, "body": {"reason": "Unregistered"}},
}


@pytest.fixture
def mended(receivers: list[Any]) -> Iterator[None]:
    yield
    for each in receivers:
        each.end([])


@pytest.mark.usefixtures("mended")
def test_a_phone_that_registers_anew_is_never_taken_for_gone(
    scene: Scene, committed: sessionmaker[Session], report: Report
) -> None:
    scene.gather(scaled(400, 6_000))
    die = random.Random(SEED)
    chosen = sorted(device for device in scene.crowd.phones.values() if die.random() < ENDS)
    anew, gone = set(chosen[::2]), set(chosen[1::2])
    ended = {id for id, device in scene.crowd.phones.items() if device in anew | gone}
    for receiver in scene.receivers:
        receiver.end(sorted(ended), **SAYS[receiver.provider], hold_ms=SLOW_MS)
    scene.begin(speed=1.0 if SOAK else 20.0)
    _register_around_their_time(scene, committed, anew, die)
    scene.finish()
    scene.hits |= {"gone": len(gone), "registered anew": len(anew)}
    found = report(scene, "16 churn")
    assert set(found.left) <= {"gone", "cancelled"}
    assert found.left.total() <= len(chosen), "everybody else's came"
    with committed() as session:
        states = {row.id: row.state for row in session.scalars(select(Device))}
    assert {states[each] for each in states.keys() - gone} == {"active"}
    assert {states[each] for each in gone} == {"gone"}


def _register_around_their_time(
    scene: Scene, sessions: sessionmaker[Session], anew: set[UUID], die: random.Random
) -> None:
    """Each under a new address, some before their message is sent, some while it is on its way, some after."""
    waiting: list[tuple[datetime, UUID, UUID]] = sorted(
        (due.at + timedelta(seconds=die.uniform(0, 70)), due.patient_id, phone)
        for due in scene.crowd.due
        for phone in due.phones
        if phone in anew
    )
    new = dict(scene.crowd.phones)
    with sessions() as session:
        providers = {row.id: row.provider for row in session.scalars(select(Device))}
    by_name = {receiver.provider: iter(receiver.subscribe_many(len(anew))) for receiver in scene.receivers}
    for at, patient_id, device_id in waiting:
        scene.run_until(at)
        provider = providers[device_id]
        phone = next(by_name[provider])
        words = vars(phone) if provider == "webpush" else {"token": phone.endpoint}
        with sessions.begin() as session:
            owner = session.get_one(Patient, patient_id, with_for_update={"key_share": True})
            now = clock.read(session, scene.timeline.config)
            devices.register(session, owner, device_id, provider=provider, now=now, **words)
        new[phone.id] = device_id
    scene.crowd = replace(scene.crowd, phones=new)
