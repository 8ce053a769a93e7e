"""What is due when, worked out without programs/schedule.py: from C's offsets and the rules of RFC 5545 alone.

A local minute that a clock change skips is moved by the gap, one that comes twice means the first, and a date that
does not exist has no reminders.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

WHOLE_DAY = timedelta(days=1)
DAY_S = 86_400
DAY_MINUTES, FOLLOWS_AFTER = 1440, 240
DAY_STARTS_AT = 240  # the hours before belong to the day before
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Due:
    """One reminder that must come: its key, its nominal instant, and the person's phones."""

    patient_id: UUID
    schedule_id: UUID
    day: date
    slot: int
    at: datetime
    phones: tuple[UUID, ...]
    follows: "Due | None" = None  # it comes only if this one was sent on the same day

    @property
    def key(self) -> tuple[UUID, date, int]:
        return self.schedule_id, self.day, self.slot

    @property
    def name(self) -> str:
        """As the documentation promises it to every provider."""
        return hashlib.sha256(f"{self.schedule_id}|{self.day}|{self.slot}".encode()).hexdigest()[:32]


class Oracle:
    """Knows the offsets of some zones over a stretch of time, and a few days around it."""

    def __init__(self, zones: Collection[str], begin: datetime, end: datetime) -> None:
        asked = {
            "zones": sorted(zones),
            "begin": int((begin - 3 * WHOLE_DAY).timestamp()),
            "end": int((end + 3 * WHOLE_DAY).timestamp()),
        }
        command = [sys.executable, "-m", "tests.faults.localtime"]
        said = subprocess.run(command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True, cwd=ROOT)
        self.offsets: dict[str, list[tuple[int, int]]] = json.loads(said.stdout)

    def wall(self, zone: str, at: datetime) -> tuple[date, int]:
        """The date and the minute that a clock on the wall shows."""
        second = int(at.timestamp())
        offset = next(offset for begin, offset in reversed(self.offsets[zone]) if begin <= second)
        shown = datetime.fromtimestamp(second + offset, UTC)
        return shown.date(), shown.hour * 60 + shown.minute

    def instant(self, zone: str, day: date, minute: int) -> datetime | None:
        shown = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + minute * 60
        known = self.offsets[zone]
        before = known[0][1]
        for number, (begin, offset) in enumerate(known):
            end = known[number + 1][0] if number + 1 < len(known) else None
            at = shown - offset
            if at < begin:  # skipped: between the last minute before and the first after the change
                return None if offset - before >= DAY_S else datetime.fromtimestamp(shown - before, UTC)
            if end is None or at < end:
                return datetime.fromtimestamp(at, UTC)
            before = offset
        raise AssertionError("unreachable: the last offset has no end")

    def due(
        self, zone: str, minute: int, after: datetime, until: datetime, days: int = 127
    ) -> Iterator[tuple[date, datetime]]:
        """Dates and instants of a rule, later than `after` and not later than `until`."""
        day = (after - 2 * WHOLE_DAY).date()
        while day <= (until + 2 * WHOLE_DAY).date():
            at = self.instant(zone, day, minute) if days >> day.weekday() & 1 else None
            if at is not None and after < at <= until:
                yield day, at
            day += WHOLE_DAY

    def follow_up(self, zone: str, due: Due) -> Due | None:
        """A day without its session is asked about once more, four hours after its last routine, if that is the same
        date still."""
        minute = due.slot + FOLLOWS_AFTER
        at = self.instant(zone, due.day, minute) if minute < DAY_MINUTES else None
        return at and Due(due.patient_id, uuid5(due.schedule_id, "missed"), due.day, minute, at, due.phones, due)
