"""What phones and watches count becomes entries of the diary: one source for a day, each thing once.

Steps come as a day's total, again and again. While the day lasts its entry is corrected; once it is over, late data
may raise it and never lowers it (clinical: one daily total, source by priority).
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coach.models.events import Event as EventRow
from coach.models.measured import SOURCES, Measured
from coach.models.people import Patient
from coach.services import diary, log, plans
from coach.services.diary import Entry, Receipt
from coach.services.tokens import Identity
from programs import events, schedule
from programs.catalog import Catalog
from programs.logged import Workout
from programs.schedule import WHOLE_DAY

MOST = 500  # samples at once
STEPS_APART = 250  # smaller changes of a day that lasts are not worth an entry
Kind = Literal["steps", "weight", "workout"]


@dataclass(frozen=True)
class Sample:
    """Steps of a day, kilograms, or minutes of an activity."""

    type: Kind
    source: str
    local_day: date
    value: float
    start: datetime | None = None
    activity: str = "other"


def take(
    session: Session, patient: Patient, samples: Sequence[Sample], *, author: Identity, now: datetime, catalog: Catalog
) -> list[Receipt]:
    """Stores what is new; one receipt for each sample, in order. The caller has locked the patient."""
    today = plans.today(patient, now)
    days = {each.local_day for each in samples}
    known = _known(session, patient.id, days)
    made: dict[int, Entry] = {}
    ranked = sorted(enumerate(samples), key=lambda pair: SOURCES.index(pair[1].source))
    for index, sample in ranked:
        entry = None
        if sample.type == "weight" and not _has(known, "weight", sample.local_day, made.values()):
            entry = _entry(patient, f"weight {sample.local_day}", sample, events.Weight(kg=sample.value), now)
        elif sample.type == "workout" and not _overlaps(sample, known, made.values()):
            body = Workout(activity=sample.activity, minutes=round(sample.value), source=sample.source)  # type: ignore[arg-type]
            entry = _entry(patient, f"workout {sample.source} {sample.start}", sample, body, now)
        if entry is not None:
            made[index] = entry
    for day, index in _last_steps(samples).items():
        _remember(session, patient.id, samples, day, now)
        entry = _steps(session, patient, day, today, known, now)
        if entry is not None:
            made[index] = entry
    order = sorted(made)
    receipts = diary.record(session, patient, [made[index] for index in order], author=author, now=now, catalog=catalog)
    found = dict(zip(order, receipts, strict=True))
    return [found.get(index, Receipt(None, "same")) for index in range(len(samples))]


def _known(session: Session, patient_id: UUID, days: Collection[date]) -> list[EventRow]:
    about = (EventRow.patient_id == patient_id, EventRow.local_day.in_(days))
    kinds = EventRow.kind.in_(("steps", "weight", "workout", "correction"))
    return list(session.scalars(select(EventRow).where(*about, kinds).order_by(EventRow.seq)))


def _has(known: Iterable[EventRow], kind: str, day: date, made: Iterable[Entry]) -> bool:
    """Whether the diary has one of that day already, typed or measured."""
    told = {(each.kind, each.local_day) for each in known} | {(each.kind, each.local_day) for each in made}
    return (kind, day) in told


def _overlaps(sample: Sample, known: Iterable[EventRow], made: Iterable[Entry]) -> bool:
    """Whether half of the shorter one lies within an activity that is stored: the same, told by two sources."""
    if sample.start is None:
        return False
    end = sample.start + timedelta(minutes=sample.value)
    others = [(row.occurred_at, row.body["minutes"]) for row in known if row.kind == "workout"]
    for each in made:
        if isinstance(each.body, Workout) and each.occurred_at is not None:
            others.append((each.occurred_at, each.body.minutes))
    for began, minutes in others:
        shared = min(end, began + timedelta(minutes=minutes)) - max(sample.start, began)
        if shared >= timedelta(minutes=min(minutes, sample.value)) / 2:
            return True
    return False


def _last_steps(samples: Sequence[Sample]) -> dict[date, int]:
    """For each day with steps the sample that answers for it."""
    return {each.local_day: index for index, each in enumerate(samples) if each.type == "steps"}


def _remember(session: Session, patient_id: UUID, samples: Iterable[Sample], day: date, now: datetime) -> None:
    """Each source's total of a day, as it was told last."""
    totals = {each.source: each.value for each in samples if each.type == "steps" and each.local_day == day}
    for source, value in totals.items():
        key = {"patient_id": patient_id, "local_day": day, "metric": "steps", "source": source}
        row = insert(Measured).values(**key, value=value, received_at=now)
        session.execute(row.on_conflict_do_update(index_elements=list(key), set_={"value": value, "received_at": now}))


def _steps(
    session: Session, patient: Patient, day: date, today: date, known: Sequence[EventRow], now: datetime
) -> Entry | None:
    """The entry that brings the diary's steps of a day to what the best source says; None if it is there."""
    mine = (Measured.patient_id == patient.id, Measured.local_day == day, Measured.metric == "steps")
    query = select(Measured.source, Measured.value).where(*mine)
    told = {row.source: row.value for row in session.execute(query)}
    count = round(next(told[source] for source in SOURCES if source in told))
    base = uuid5(patient.id, f"steps {day}")
    standing = _standing(known, base)
    sample = Sample("steps", "other", day, count)
    if standing is None:
        return _entry(patient, f"steps {day}", sample, events.Steps(count=count), now)
    if day >= today and abs(count - standing) >= STEPS_APART:
        body = events.Correction(str(base), steps=events.Steps(count=count))
        return _entry(patient, f"steps {day} {count} {now}", sample, body, now, kind="correction")
    if day < today and count > standing:
        return _entry(patient, f"steps {day} {count}", sample, events.Steps(count=count), now)
    return None


def _standing(known: Sequence[EventRow], base: UUID) -> int | None:
    """What the diary holds of these steps: the measured entry as corrected, or a later, higher one."""
    if all(each.id != base for each in known):
        return None
    count = 0
    for each in known:
        if each.kind == "correction" and each.body["replaces"] == str(base):
            count = each.body["steps"]["count"]
        elif each.kind == "steps":
            count = each.body["count"] if each.id == base else max(count, each.body["count"])
    return count


def _entry(
    patient: Patient, name: str, sample: Sample, body: events.Body, now: datetime, kind: str | None = None
) -> Entry:
    """As a phone would send it; what has no instant of its own happened before its day was over."""
    over = schedule.day_begins_at(sample.local_day + WHOLE_DAY, patient.zone, patient.day_starts_at)
    at = sample.start or min(log.instant(patient, now), over - timedelta(seconds=1))
    digest = hashlib.sha256(f"{name} {body}".encode()).hexdigest()
    return Entry(uuid5(patient.id, name), at, patient.zone, sample.local_day, kind or sample.type, body, digest)
