"""Compares three histories: what the oracle says was due, what the receivers got, and what the database holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.reminders import Delivery, Occurrence
from tests.faults.people import Crowd
from tests.faults.timeline import Timeline

WITHIN_THE_MINUTE = timedelta(seconds=50)
OPEN = ("pending", "leased")


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
    late: list[float] = field(default_factory=list)
    late_on: dict[UUID, float] = field(default_factory=dict)  # the same by phone
    recovered: list[float] = field(default_factory=list)  # for each fault, until what was due had come


def messages(crowd: Crowd, logs: Iterable[Mapping[str, Any]]) -> list[Message]:
    """A receiver may know phones of other runs as well."""
    return [
        Message(
            crowd.phones[each["id"]],
            each["topic"],
            datetime.fromtimestamp(each["at"] / 1000, UTC),
            each["status"],
            _expiry(each.get("text", {})),
        )
        for each in logs
        if each["id"] in crowd.phones
    ]


def check(
    session: Session, crowd: Crowd, got: Sequence[Message], timeline: Timeline, faults: Sequence[datetime]
) -> Findings:
    """`faults` are the real instants at which something was broken, or whole again."""
    found = Findings(len(crowd.due), sum(len(due.phones) for due in crowd.due))
    occurrences = _occurrences(session)
    _check_occurrences(found, crowd, occurrences)
    deliveries = {
        (row.schedule_id, row.local_day, row.slot, row.device_id): row for row in session.scalars(select(Delivery))
    }
    found.ambiguous = sum(row.ambiguous for row in deliveries.values())
    arrivals: dict[tuple[UUID, str], list[Message]] = defaultdict(list)
    for message in got:
        if message.taken:
            arrivals[message.device, message.name].append(message)
    found.again = sum(len(each) - 1 for each in arrivals.values())
    _check_banners(found, crowd, arrivals, timeline)
    trips = []
    for due in crowd.due:
        occurrence = occurrences.get((due.schedule_id, due.day, due.slot))
        for phone in due.phones:
            row = deliveries.get((due.schedule_id, due.day, due.slot, phone))
            state = row.state if row else occurrence.state if occurrence else "none"
            first = min((each.at for each in arrivals.get((phone, due.name), ())), default=None)
            if first is not None and occurrence is not None:
                fire_at = timeline.real(occurrence.fire_at)
                trips.append((fire_at, first))
                found.late_on[phone] = (first - fire_at).total_seconds()
            elif state in ("accepted", "due", "none", *OPEN):
                found.lost.append((due, phone, state))
            else:
                found.left[state] += 1
    found.late = [(first - fire_at).total_seconds() for fire_at, first in trips]
    found.recovered = [
        max(((first - fault).total_seconds() for fire_at, first in trips if fire_at <= fault < first), default=0.0)
        for fault in faults
    ]
    return found


def _occurrences(session: Session) -> dict[tuple[Any, ...], Occurrence]:
    return {(row.schedule_id, row.local_day, row.slot): row for row in session.scalars(select(Occurrence))}


def _check_occurrences(found: Findings, crowd: Crowd, occurrences: Mapping[tuple[Any, ...], Occurrence]) -> None:
    expected = {(due.schedule_id, due.day, due.slot): due for due in crowd.due}
    found.missing = [key for key in expected if key not in occurrences]
    for key, row in occurrences.items():
        due = expected.get(key)
        if due is None or not due.at <= row.fire_at <= due.at + WITHIN_THE_MINUTE:
            found.unasked.append((key, row.fire_at))


def _check_banners(
    found: Findings, crowd: Crowd, arrivals: Mapping[tuple[UUID, str], Sequence[Message]], timeline: Timeline
) -> None:
    """Every name on a phone is that of something due there: a second name would be a second banner."""
    expected = {(phone, due.name) for due in crowd.due for phone in due.phones}
    for key, several in arrivals.items():
        if key not in expected:
            found.banners.append(("another name", key))
        for each in several:
            if each.expires_at is not None and timeline.domain(each.at) >= each.expires_at:
                found.banners.append(("after its expiry", key))


def _expiry(text: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(text["expires_at"]) if "expires_at" in text else None
