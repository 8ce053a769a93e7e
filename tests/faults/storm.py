"""People, many hands each, who change, delete, snooze and travel while their reminders fall due."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.models.people import Patient
from coach.models.reminders import Delivery, Occurrence
from coach.services import reminders, settings
from coach.services.problems import Problem
from coach.services.snooze import snooze
from programs import schedule
from tests.faults.oracle import Oracle
from tests.faults.people import MINUTE, ZONES

Key = tuple[UUID, object, int]  # rule, date, slot
Version = tuple[UUID, int]  # a rule at one local minute
WHATEVER = -1  # in place of the minute: all of a deleted rule
Handover = tuple[UUID, object, int, UUID]
MOST_RULES = 3
SOON = range(1, 4)  # minutes ahead: about as many come as are edited away before


@dataclass(frozen=True)
class Ended:
    """A version that an edit has ended: after that nothing fires for it but what a worker was already sending."""

    version: Version
    at: datetime  # real, right after the commit
    leased: frozenset[Handover]


@dataclass
class Storm:
    """Edits from several threads; each goes through the services as a request does, one transaction each."""

    config: Config
    sessions: sessionmaker[Session]
    oracle: Oracle
    ids: list[UUID]
    seed: int
    ended: list[Ended] = field(default_factory=list)
    used: set[Version] = field(default_factory=set)  # none comes back, so that its end is clear
    edits: int = 0
    refused: int = 0

    def blow(self, over: Callable[[], bool], hands: int = 3) -> None:
        failures: list[BaseException] = []
        threads = [threading.Thread(target=self._hand, args=(seed, over, failures)) for seed in range(hands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _hand(self, number: int, over: Callable[[], bool], failures: list[BaseException]) -> None:
        die = random.Random(self.seed * 1000 + number)
        try:
            while not over():
                self._edit(die)
        except BaseException as error:  # told in the test's own thread
            failures.append(error)

    def _edit(self, die: random.Random) -> None:
        with self.sessions() as session:
            patient = session.get_one(Patient, die.choice(self.ids), with_for_update={"key_share": True})
            now = clock.read(session, self.config)
            try:
                versions = self._change(session, patient, now, die)
            except Problem:  # a snooze too late, one reminder too many
                self.refused += 1
                return
            session.flush()
            leased = self._leased(session, patient.id)
            session.commit()
        at = clock.real_now()
        self.edits += 1
        self.ended += [Ended(version, at, leased) for version in versions]

    def _change(self, session: Session, patient: Patient, now: datetime, die: random.Random) -> list[Version]:
        """One edit; the versions that it ends."""
        rules = reminders.own(session, patient.id)
        rule = die.choice(rules) if rules else None
        match die.randrange(5):
            case 0 if rule and len(rules) > 1:
                reminders.remove(session, patient, rule.id, now)
                return [(rule.id, WHATEVER)]
            case 1 if len(rules) < MOST_RULES:
                minute = self._soon(patient, now, die)
                made = reminders.create(session, patient, kind="routine", minute=minute, days=127, now=now)
                self.used.add((made.id, minute))
            case 2:
                settings.change(session, patient, {"zone": die.choice(ZONES)}, now)
            case 3:
                self._snooze(session, patient, now)
            case _ if rule:
                minute = self._soon(patient, now, die)
                if minute != rule.minute and (rule.id, minute) not in self.used:
                    self.used |= {(rule.id, minute), (rule.id, rule.minute)}
                    reminders.change(session, patient, rule.id, minute=minute, days=127, now=now)
                    return [(rule.id, rule.minute)]
        return []

    def _soon(self, patient: Patient, now: datetime, die: random.Random) -> int:
        return self.oracle.wall(patient.zone, now + die.choice(SOON) * MINUTE)[1]

    def _snooze(self, session: Session, patient: Patient, now: datetime) -> None:
        latest = select(Occurrence).where(Occurrence.patient_id == patient.id, Occurrence.fire_at <= now)
        row = session.scalars(latest.order_by(Occurrence.fire_at.desc()).limit(1)).first()
        if row is not None:
            name = schedule.collapse_id(row.schedule_id, row.local_day, row.slot)
            snooze(session, patient, name, 15, now)

    def _leased(self, session: Session, patient_id: UUID) -> frozenset[Handover]:
        rows = session.scalars(select(Delivery).where(Delivery.patient_id == patient_id, Delivery.state == "leased"))
        return frozenset((row.schedule_id, row.local_day, row.slot, row.device_id) for row in rows)


def calm_after(
    oracle: Oracle, session: Session, ids: list[UUID], begin: datetime, end: datetime
) -> dict[Key, datetime]:
    """What the rules that the storm has left make due in some calm time after it."""
    expected: dict[Key, datetime] = {}
    for each in ids:
        patient = session.get_one(Patient, each)
        for rule in reminders.own(session, each):
            for day, at in oracle.due(patient.zone, rule.minute, begin, end):
                expected[rule.id, day, rule.minute] = at
    return expected
