"""Compares three histories: what the oracle says was due, what the receivers got, and what the database holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.reminders import Delivery, Occurrence
from tests.faults.oracle import DAY_STARTS_AT, Due
from tests.faults.people import Crowd
from tests.faults.timeline import Timeline

WITHIN_THE_MINUTE = timedelta(seconds=50)
OPEN = ("pending", "leased")

Key = tuple[UUID, date, int]  # rule, date, slot


@dataclass(frozen=True)
class Message:
    """What a receiver got: by whom, under which name, when, and what it answered."""

    device: UUID
    name: str
    at: datetime
    status: int
    expires_at: datetime | None

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Trip:
    """What has come to a phone: when it should have gone, and when it first came."""

    phone: UUID
    fire_at: datetime
    came_at: datetime

    @property
    def late(self) -> float:
        return (self.came_at - self.fire_at).total_seconds()


@dataclass
class Findings:
    """What a run has shown. Times are real seconds."""

    due: int
    handovers: int  # due things times phones
    missing: list[Any] = field(default_factory=list)  # due, but no occurrence
    unasked: list[Any] = field(default_factory=list)  # an occurrence that is not due, or not at this time
    lost: list[Any] = field(default_factory=list)  # not on the phone, and no state that says why
    left: Counter[str] = field(default_factory=Counter)  # not on the phone, by the state that says why
    again: int = 0  # handed over although the phone had it
    banners: list[Any] = field(default_factory=list)  # more than one for one due thing, or one too late
    ambiguous: int = 0
    trips: list[Trip] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)  # for each fault, until what was due had come

    @property
    def late(self) -> list[float]:
        return [trip.late for trip in self.trips]


def messages(crowd: Crowd, logs: Iterable[Mapping[str, Any]]) -> list[Message]:
    """A receiver may know phones of other runs as well."""
    return [
        Message(
            crowd.phones[each["id"]],
            each["topic"],
            datetime.fromtimestamp(each["at"] / 1000, UTC),
            each["status"],
            datetime.fromisoformat(each["expires_at"]) if each.get("expires_at") else None,
        )
        for each in logs
        if each["id"] in crowd.phones
    ]


def check(
    session: Session,
    crowd: Crowd,
    got: Sequence[Message],
    timeline: Timeline,
    settled_at: datetime,
    faults: Sequence[datetime],
) -> Findings:
    """What was due by `settled_at` must have come. `faults` are the real instants at which something was broken, or
    whole again."""
    occurrences = {(row.schedule_id, row.local_day, row.slot): row for row in session.scalars(select(Occurrence))}
    everything = {due.key: due for due in (*crowd.due, *crowd.follow_ups)}
    wanted = [due for due in everything.values() if _is_wanted(due, occurrences)]
    owed = [due for due in wanted if due.at + WITHIN_THE_MINUTE <= settled_at]
    found = Findings(len(owed), sum(len(due.phones) for due in owed))
    _check_occurrences(found, everything, occurrences, settled_at)
    deliveries = {
        (row.schedule_id, row.local_day, row.slot, row.device_id): row for row in session.scalars(select(Delivery))
    }
    found.ambiguous = sum(row.ambiguous for row in deliveries.values())
    arrivals: dict[tuple[UUID, str], list[Message]] = defaultdict(list)
    for message in got:
        if message.taken:
            arrivals[message.device, message.name].append(message)
    found.again = sum(len(each) - 1 for each in arrivals.values())
    _check_banners(found, wanted, arrivals, timeline)
    for due in owed:
        occurrence = occurrences.get(due.key)
        for phone in due.phones:
            row = deliveries.get((*due.key, phone))
            state = row.state if row else occurrence.state if occurrence else "none"
            first = min((each.at for each in arrivals.get((phone, due.name), ())), default=None)
            if first is not None and occurrence is not None:
                found.trips.append(Trip(phone, timeline.real(occurrence.fire_at), first))
            elif state in ("accepted", "due", "none", *OPEN):
                found.lost.append((due, phone, state))
            else:
                found.left[state] += 1
    found.recovered = [_all_well_after(fault, found.trips) for fault in faults]
    return found


def _all_well_after(fault: datetime, trips: Iterable[Trip]) -> float:
    held_up = (trip.came_at for trip in trips if trip.fire_at <= fault < trip.came_at)
    return max(((came_at - fault).total_seconds() for came_at in held_up), default=0.0)


def _is_wanted(due: Due, occurrences: Mapping[Key, Occurrence]) -> bool:
    """A follow-up only of a routine that was sent, not of one that an outage made too late, and on the same day."""
    if due.follows is None:
        return True
    before = occurrences.get(due.follows.key)
    return before is not None and before.state == "due" and due.follows.slot >= DAY_STARTS_AT


def _check_occurrences(
    found: Findings, everything: Mapping[Key, Due], occurrences: Mapping[Key, Occurrence], settled_at: datetime
) -> None:
    by_then = {key for key, due in everything.items() if due.at + WITHIN_THE_MINUTE <= settled_at}
    found.missing = [key for key in by_then if key not in occurrences]
    for key, row in occurrences.items():
        due = everything.get(key)
        if due is None or not due.at <= row.fire_at <= due.at + WITHIN_THE_MINUTE:
            found.unasked.append((key, row.fire_at))
        elif row.state == "due" and not _is_wanted(due, occurrences):
            found.unasked.append((key, row.state))


def _check_banners(
    found: Findings, wanted: Iterable[Due], arrivals: Mapping[tuple[UUID, str], Sequence[Message]], timeline: Timeline
) -> None:
    """Every name on a phone is that of something due there: a second name would be a second banner."""
    expected = {(phone, due.name) for due in wanted for phone in due.phones}
    for key, several in arrivals.items():
        if key not in expected:
            found.banners.append(("another name", key))
        for each in several:
            if each.expires_at is not None and timeline.domain(each.at) >= each.expires_at:
                found.banners.append(("after its expiry", key))
