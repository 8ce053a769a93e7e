"""The phone between a person and the service: it fills in the intake, loses its network, corrects, and travels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from programs import entries
from programs import events as log
from programs.entries import CORRECTED
from programs.events import Event
from programs.simulate.diary import Person, Told

OFFLINE = 0.07  # chance a day
FORGOTTEN = 0.02  # chance of a report
CORRECTS = 0.15  # chance a day
ZONES = (0, 9, -8, 5)  # hours from UTC, one journey a month


def intake(person: Person) -> log.Intake:
    """The first event. Some people say yes to a flag already then, or know one for long."""
    if not person.has("flag_first"):
        return log.Intake(person.facts)
    flags = list(person.catalog.red_flags)
    flag = flags[person.number % len(flags)]
    return log.Intake(person.facts, {flag: "known" if person.number % 5 == 4 else "yes"})


def arrives(person: Person, event: Event) -> date:
    """The day on which the service gets to know an event."""
    if event.author != "patient" or event.kind == "intake" or not person.has("offline"):
        return event.day
    if event.day > person.offline_until and person.chance(OFFLINE / 5):
        person.offline_until = event.day + timedelta(days=person.random.randint(0, 3))
    if event.day <= person.offline_until:
        return person.offline_until + timedelta(days=1)
    return event.day + timedelta(days=person.random.randint(1, 8) if person.chance(FORGOTTEN) else 0)


def corrections(person: Person, events: Sequence[Event]) -> Iterator[Told]:
    """Corrects one of the day's entries, at once or the next morning."""
    own = [event for event in events if event.kind in CORRECTED and event.author == "patient"]
    if not own or not person.has("corrects") or not person.chance(CORRECTS):
        return
    event = person.random.choice(own)
    body = _otherwise(event.body, person)
    if body is not None:
        yield Told(1400, log.Correction(event.id, **{event.kind: body}))  # type: ignore[arg-type]


def zone(person: Person, number: int) -> int:
    """Hours between the person's clock and UTC on a day."""
    return ZONES[number // 30 % len(ZONES)] if person.has("zones") else 0


def _otherwise(body: log.Body, person: Person) -> object:
    random = person.random
    if isinstance(body, entries.Morning):
        return replace(body, pain=random.randint(0, 10), numbness="same", leg=random.choice((None, 0, 3)))
    if isinstance(body, entries.Session):
        return replace(body, peak=random.randint(0, 10), loc_post=body.loc_pre, leg_post=body.leg_pre, rpe=4)
    if isinstance(body, entries.Steps):
        return entries.Steps(random.randint(0, 15_000))
    return entries.Motor(entries.Leg(), entries.Leg()) if isinstance(body, entries.Motor) else None
