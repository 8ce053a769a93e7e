"""Fault 18: a year of clock changes in every zone, ticked by moving the clock, against C's own `localtime`.

Each zone has one person with reminders at the minutes that its clock changes skip and repeat. What is compared is
when each falls due, whether or not it is then left out: these people never react, so most are. In short the ticks
go around each change only, and for zones without any around New Year; a soak ticks the whole year in all zones.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.reminders import Cursor, Occurrence, Schedule
from programs import catalog, schedule
from tests.faults.checker import WITHIN_THE_MINUTE
from tests.faults.oracle import DAY_MINUTES, FOLLOWS_AFTER, WHOLE_DAY, Oracle
from tests.faults.scale import SOAK
from tests.patients import people
from workers.reminders import tick_due

# Seven minutes past, when nothing is due: so it is clear on which side of begin and end a reminder is.
BEGIN, END = datetime(2026, 1, 1, 0, 7, tzinfo=UTC), datetime(2027, 1, 1, 0, 7, tzinfo=UTC)
TICK_EVERY = timedelta(hours=8)
AROUND = timedelta(hours=36)
USUAL = 9 * 60  # beside the minutes at which clocks change
MOST_MINUTES = 4  # of one person: two changes a year, each with a minute that is skipped or repeated and the next

Sessions = sessionmaker[Session]
Key = tuple[UUID, object, int]


def test_every_zone_keeps_its_local_time_through_a_year(
    committed: Sessions, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = schedule.zones()
    oracle = Oracle(zones, BEGIN, END)
    ticks = due = 0
    for begin, end, some in [(BEGIN, END, zones)] if SOAK else _windows(oracle, zones):
        expected = _prepare(committed, oracle, some, begin, end)
        ticks += _tick_through(committed, config, begin, end)
        with committed.begin() as session:
            found = {
                (row.schedule_id, row.local_day, row.slot): row.fire_at for row in session.scalars(select(Occurrence))
            }
            session.execute(delete(Occurrence))
        assert found.keys() == expected.keys(), [*(found.keys() ^ expected.keys())][:5]
        wrong = [
            (key, found[key], at) for key, at in expected.items() if not at <= found[key] <= at + WITHIN_THE_MINUTE
        ]
        assert not wrong, wrong[:5]
        due += len(expected)
    changing = sum(len(known) > 1 for known in oracle.offsets.values())
    assert changing > 150, "the oracle has read the pinned files"
    with capsys.disabled():
        print(
            f"\n  [18 clock changes: {len(zones)} zones, {changing} of them change, 0 left out; "
            f"{ticks} ticks, due {due}, missing 0, doubled 0, at another time 0]",
            end="",
        )


def _windows(oracle: Oracle, zones: Collection[str]) -> list[tuple[datetime, datetime, Collection[str]]]:
    """Around each change the zones that change then, and all others around New Year."""
    changes: dict[datetime, set[str]] = defaultdict(set)
    for zone in zones:
        for at, _ in oracle.offsets[zone][1:]:
            day = datetime.fromtimestamp(at, UTC).replace(hour=0, minute=7, second=0)
            if BEGIN + AROUND < day < END - AROUND:
                changes[day].add(zone)
    steady = set(zones) - {zone for some in changes.values() for zone in some}
    windows = [(BEGIN, BEGIN + 2 * AROUND, steady)]
    last = BEGIN + 2 * AROUND
    for day, some in sorted(changes.items()):
        begin = max(day - AROUND, last)  # the clock moves only forward
        last = max(day + WHOLE_DAY + AROUND, last)
        windows.append((begin, last, some))
    return windows


def _prepare(
    sessions: Sessions, oracle: Oracle, zones: Collection[str], begin: datetime, end: datetime
) -> Mapping[Key, datetime]:
    """One person in each zone, and what is due for them."""
    expected: dict[Key, datetime] = {}
    names = sorted(zones)
    with sessions.begin() as session:
        session.execute(update(Cursor).values(next_at=None))
        ids = people(session, len(names), begin)
        settings = {"quiet_from": 0, "quiet_until": 0}
        session.execute(
            update(Patient), [{"id": each, "zone": zone, **settings} for each, zone in zip(ids, names, strict=True)]
        )
        session.execute(insert(Cursor), [{"patient_id": each, "passed_at": begin, "next_at": begin} for each in ids])
        rows = []
        for each, zone in zip(ids, names, strict=True):
            for minute in _minutes(oracle, zone):
                rule = {"patient_id": each, "id": uuid4(), "kind": "routine", "minute": minute, "days": 127}
                rows.append(rule | {"since": begin})
                for day, at in oracle.due(zone, minute, begin, end):
                    expected[rule["id"], day, minute] = at
            later = minute + FOLLOWS_AFTER  # of the day's last; nobody has quiet hours here
            for day, at in oracle.due(zone, later, begin, end) if later < DAY_MINUTES else ():
                expected[uuid5(rule["id"], "missed"), day, later] = at
        session.execute(insert(Schedule), rows)
    return expected


def _minutes(oracle: Oracle, zone: str) -> list[int]:
    """Half an hour into what a change skips or repeats."""
    found = {USUAL}
    known = oracle.offsets[zone]
    for (_, before), (at, after) in pairwise(known):
        first = datetime.fromtimestamp(at + min(before, after), UTC)
        half = abs(after - before) // 120
        found.add((first.hour * 60 + first.minute + half) % 1440)
    return sorted(found)[:MOST_MINUTES]


def _tick_through(sessions: Sessions, config: Config, begin: datetime, end: datetime) -> int:
    """Ticks every few hours; the number of those."""
    ticks, now, content = 0, begin, catalog.load()
    while now < end:
        now = min(now + TICK_EVERY, end)
        with sessions.begin() as session:
            clock.move(session, config, now, speed=0)
        tick_due(sessions, config, content)
        ticks += 1
    return ticks
