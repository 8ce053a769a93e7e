"""Fault 19: edits, deletions, snoozes and moves of the same people while their reminders fall due."""

import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach.models.reminders import Delivery, Occurrence
from programs import catalog
from tests.faults.checker import WITHIN_THE_MINUTE, Message
from tests.faults.oracle import Due, Oracle
from tests.faults.people import MINUTE, ZONES
from tests.faults.scale import scaled
from tests.faults.scene import NOON, SEED, Scene
from tests.faults.storm import WHATEVER, Ended, Key, Storm, calm_after
from workers.reminders import tick_due

PEOPLE = scaled(40, 100)
CALM = timedelta(hours=26)
TICK_EVERY = timedelta(hours=2)
SOME_LATER = [{}, {}, {"status": 503}] * 300  # messages that wait for a second try, while edits go on


def test_nothing_fires_for_what_has_been_changed_or_deleted(
    scene: Scene, committed: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    scene.gather(PEOPLE)
    oracle = Oracle(ZONES, NOON, NOON + 3 * CALM)
    storm = Storm(scene.timeline.config, committed, oracle, [due.patient_id for due in scene.crowd.due], SEED)
    for receiver in scene.receivers:
        receiver.answer_next(*SOME_LATER)
    scene.begin(speed=30.0)
    ends = time.monotonic() + scaled(4, 120)
    storm.blow(lambda: time.monotonic() > ends)
    scene.timeline.move(scene.timeline.now() + MINUTE, speed=600.0)  # nobody waits for what was put off
    scene.settle()
    scene.workshop.stop()
    begin, expected = _calm(scene, storm)
    got = scene.messages()
    with committed() as session:
        rows = session.scalars(select(Occurrence))
        fire_at: dict[Key, datetime] = {(row.schedule_id, row.local_day, row.slot): row.fire_at for row in rows}
        ambiguous = sum(session.scalars(select(Delivery.ambiguous)))
    too_late = _fired_after_its_end(storm, fire_at, got)
    taken = Counter((each.device, each.name) for each in got if each.taken)
    again = taken.total() - len(taken)
    missing = [key for key in expected if key not in fire_at]
    # A slot comes once on its date: after a move it may have come already, in the zone before.
    wrong = [
        key for key in expected if key in fire_at and begin <= fire_at[key] != _in_time(fire_at[key], expected[key])
    ]
    with capsys.disabled():
        print(
            f"\n  [19 edits: {storm.edits} edits, {storm.refused} refused, {len(storm.ended)} versions ended; "
            f"occurrences {len(fire_at)}, messages {len(got)}, fired after its end {len(too_late)}; "
            f"handed over twice {again}, ambiguous {ambiguous}; "
            f"in the calm after it due {len(expected)}, missing {len(missing)}, at another time {len(wrong)}]",
            end="",
        )
    assert not too_late, str(too_late[:3])
    assert again <= ambiguous
    assert not missing and not wrong, (missing[:3], wrong[:3])


def _in_time(found: datetime, at: datetime) -> datetime | None:
    return found if at <= found <= at + WITHIN_THE_MINUTE else None


def _calm(scene: Scene, storm: Storm) -> tuple[datetime, dict[Key, datetime]]:
    """A day without edits, ticked by moving the clock: the cursors stand where the last edits have put them."""
    begin = scene.timeline.now() + MINUTE
    now, end = begin, begin + CALM
    with storm.sessions() as session:
        expected = calm_after(storm.oracle, session, storm.ids, begin, end)
    while now < end + MINUTE:
        now += TICK_EVERY
        scene.timeline.move(now)
        tick_due(storm.sessions, storm.config, catalog.load())
    return begin, expected


def _fired_after_its_end(storm: Storm, fire_at: dict[Key, datetime], got: list[Message]) -> list[tuple[Ended, Message]]:
    """Messages of a version after the edit that ended it, but for the one that a worker was sending just then."""
    names = {Due(rule, rule, day, slot, at, ()).name: (rule, day, slot) for (rule, day, slot), at in fire_at.items()}
    ends: dict[tuple[UUID, int], list[Ended]] = defaultdict(list)
    for ended in storm.ended:
        ends[ended.version].append(ended)
    sent: Counter[tuple[object, ...]] = Counter()
    found = []
    for message in sorted(got, key=lambda message: message.at):
        rule, day, slot = names[message.name]
        for ended in (*ends[rule, slot], *ends[rule, WHATEVER]):
            if message.at > ended.at:
                sent[message.device, message.name, ended.at] += 1
                on_its_way = (rule, day, slot, message.device) in ended.leased
                if not on_its_way or sent[message.device, message.name, ended.at] > 1:
                    found.append((ended, message))
    return found
