"""Fault 18, its second half: a new release of the zones' rules is installed in the middle of a run.

One person in every zone; afterwards some zones keep the time of others, as C's `localtime` knows it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.reminders import Cursor, Occurrence, Schedule
from coach.models.upkeep import Upkeep
from programs import catalog, schedule
from tests.faults.checker import WITHIN_THE_MINUTE, Key
from tests.faults.oracle import WHOLE_DAY, Oracle
from tests.patients import people
from tests.releases import NEXT, install
from workers.reminders import tick_due
from workers.upkeep import follow_zones

# Seven minutes past, when nothing is due: so it is clear on which side of each end a reminder is.
BEGIN = datetime(2026, 5, 4, 0, 7, tzinfo=UTC)
CHANGE, END = BEGIN + timedelta(hours=35), BEGIN + 3 * WHOLE_DAY
TICK_EVERY = timedelta(hours=8)
MINUTES = (30, 9 * 60, 14 * 60 + 30, 19 * 60)
MOVED = {
    "Europe/Paris": "Europe/Lisbon",  # an hour back
    "America/Vancouver": "America/Halifax",  # four on
    "Asia/Kolkata": "Asia/Kathmandu",  # a quarter of one on
    "Asia/Tokyo": "Asia/Kolkata",
    "Australia/Lord_Howe": "Australia/Sydney",
    "Pacific/Apia": "Pacific/Pago_Pago",  # the other side of the date line
}


def test_a_new_release_in_the_middle_of_a_run_moves_whom_it_concerns(
    committed: sessionmaker[Session],
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    required, skipped = _prepare(committed)
    follow_zones(committed, config)
    _tick_until(committed, config, BEGIN, CHANGE)
    install(monkeypatch, MOVED)
    follow_zones(committed, config, batch=100)
    _tick_until(committed, config, CHANGE, END)
    with committed() as session:
        found: dict[Key, datetime] = {
            (row.schedule_id, row.local_day, row.slot): row.fire_at for row in session.scalars(select(Occurrence))
        }
        upkeep = session.scalars(select(Upkeep)).one()
    missing = [key for key in required if key not in found]
    wrong = [
        (key, at, due)
        for key, at in found.items()
        if (due := required.get(key, skipped.get(key))) is None or not due <= at <= due + WITHIN_THE_MINUTE
    ]
    with capsys.disabled():
        print(
            f"\n  [18 new rules of {len(MOVED)} in {len(schedule.zones())} zones: moved {upkeep.moved}; "
            f"due {len(required)}, missing {len(missing)}, at another time {len(wrong)}; "
            f"passed over by the change {len(skipped)}, of these caught up {len(skipped.keys() & found.keys())}]",
            end="",
        )
    assert not missing and not wrong, (missing[:3], wrong[:3])
    assert (upkeep.tzdata, upkeep.moved) == (NEXT, len(MOVED) - 1), "a whole day away clocks show the same"


def _prepare(sessions: sessionmaker[Session]) -> tuple[Mapping[Key, datetime], Mapping[Key, datetime]]:
    """People; what must come, once for each date; and what the change passes over, which may come late or not."""
    names = sorted(schedule.zones())
    oracle = Oracle(names, BEGIN, END)
    required: dict[Key, datetime] = {}
    skipped: dict[Key, datetime] = {}
    with sessions.begin() as session:
        ids = people(session, len(names), BEGIN)
        awake = {"quiet_from": 0, "quiet_until": 0}
        zones = dict(zip(ids, names, strict=True))
        session.execute(update(Patient), [{"id": each, "zone": zone, **awake} for each, zone in zones.items()])
        session.execute(insert(Cursor), [{"patient_id": each, "passed_at": BEGIN, "next_at": BEGIN} for each in ids])
        rules = []
        for each, zone in zones.items():
            for minute in MINUTES:
                rule = {"patient_id": each, "id": uuid4(), "kind": "checkin", "minute": minute, "days": 127}
                rules.append(rule | {"since": BEGIN})
                for day, at in oracle.due(zone, minute, BEGIN, CHANGE):
                    required[rule["id"], day, minute] = at
                for day, at in oracle.due(MOVED.get(zone, zone), minute, BEGIN, END):
                    key = (rule["id"], day, minute)
                    if key not in required:
                        (required if at > CHANGE else skipped)[key] = at
        session.execute(insert(Schedule), rules)
    return required, skipped


def _tick_until(sessions: sessionmaker[Session], config: Config, begin: datetime, end: datetime) -> None:
    now = begin
    while now < end:
        now = min(now + TICK_EVERY, end)
        with sessions.begin() as session:
            clock.move(session, config, now, speed=0)
        tick_due(sessions, config, catalog.load())
