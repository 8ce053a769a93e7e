"""The outbox to staff: leases due notices to one worker and records what came of them.

A lease carries a token; who no longer holds it can record nothing. Leases run on the real clock. There are few
notices, so plain rows do; the outbox of reminders (`deliveries`) is built for millions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.notices import Channel, Notice
from coach.models.people import Account, Patient
from coach.services.escalation import FAILED
from programs.escalation import STEPS

LEASE = timedelta(seconds=60)  # as long as a task may run at most; a killed worker's notices come back after
MOST_RETURNED = 100

State = Literal["accepted", "gone", "refused", "expired", "cancelled", "pending"]


@dataclass(frozen=True)
class Key:
    """One alert to one person over one channel; the round grows when the alert gets graver."""

    patient_id: UUID
    alert_id: UUID
    round: int
    account_id: UUID
    channel_id: UUID


@dataclass(frozen=True)
class Handover:
    """What a channel needs to know of one notice: nothing about the patient."""

    key: Key
    lease: UUID
    channel: str
    address: str
    name: str  # of the one who is told
    role: str  # on_duty, deputy, administrator
    secret: str | None
    leased_at: datetime  # domain time
    expires_at: datetime
    attempt: int  # 1 = the first

    @property
    def notice_id(self) -> str:
        """The same for every try, so that a receiver can tell a repeat from a new notice."""
        return f"{self.key.alert_id.hex}-{self.key.round}-{self.key.channel_id.hex[:8]}"


@dataclass(frozen=True)
class Result:
    """What becomes of a notice: a final state, or pending until `due_at`."""

    key: Key
    lease: UUID
    state: State
    due_at: datetime | None = None
    code: int | None = None
    ambiguous: bool = False  # the answer was lost: it may have arrived


def return_expired(session: Session, real_now: datetime) -> int:
    """Gives back what a killed worker held. Whether it was sent is unknown, so it counts as ambiguous."""
    lost = select(Notice).where(Notice.state == "leased", Notice.leased_until <= real_now).limit(MOST_RETURNED)
    rows = list(session.scalars(lost.with_for_update(skip_locked=True, key_share=True)))
    for row in rows:
        row.state, row.lease, row.leased_until = "pending", None, None
        row.ambiguous += 1
    return len(rows)


def lease(session: Session, now: datetime, real_now: datetime, most: int) -> list[Handover]:
    """Claims up to `most` due notices. What need not or cannot go any more is closed at once."""
    token = uuid4()
    due = select(Notice).where(Notice.state == "pending", Notice.due_at <= now).order_by(Notice.due_at).limit(most)
    handovers = []
    for row in list(session.scalars(due.with_for_update(skip_locked=True, key_share=True))):
        alert = session.get_one(Alert, (row.patient_id, row.alert_id), populate_existing=True)
        channel = session.get(Channel, (row.account_id, row.channel_id))
        if channel is None or not _still_needed(row, alert):
            row.state, row.finished_at = "cancelled", now
        elif row.expires_at <= now:
            row.state, row.finished_at = "expired", now
        else:
            row.state, row.lease, row.leased_until = "leased", token, real_now + LEASE
            row.attempts += 1
            handovers.append(_handover(row, channel, session.get_one(Account, row.account_id), now))
    return handovers


def record(session: Session, results: Sequence[Result], now: datetime) -> int:
    """Writes down results; the number of those whose lease was lost meanwhile, which change nothing.

    What the patient is told changes with the first that is accepted and with each that fails for good.
    """
    ids = {result.key.patient_id for result in results}
    lock = select(Patient).where(Patient.id.in_(ids)).order_by(Patient.id).with_for_update(key_share=True)
    patients = {patient.id: patient for patient in session.scalars(lock)}
    rows = _rows(session, [result.key for result in results])
    late = 0
    for result in results:
        row = rows.get(result.key)
        if row is None or row.state != "leased" or row.lease != result.lease:
            late += 1
            continue
        row.state, row.lease, row.leased_until = result.state, None, None
        row.due_at = result.due_at or row.due_at
        row.code = row.code if result.code is None else result.code
        row.ambiguous += result.ambiguous
        if result.state != "pending":
            row.finished_at = now
            patients[row.patient_id].revision += 1
        if result.state in FAILED:
            _look_soon(session, row, now)
    return late


def _still_needed(row: Notice, alert: Alert) -> bool:
    """Not once the alert is resolved, has begun another round, or was seen since the notice was made."""
    seen = alert.seen_at is not None and alert.seen_at >= row.made_at
    return alert.resolved_at is None and alert.round == row.round and not seen


def _look_soon(session: Session, row: Notice, now: datetime) -> None:
    """If nobody on this step can be reached the alert must not wait there."""
    alert = session.get_one(Alert, (row.patient_id, row.alert_id), with_for_update={"key_share": True})
    if alert.resolved_at is None and alert.climb_at is not None and alert.round == row.round:
        alert.climb_at = min(alert.climb_at, now)


def _handover(row: Notice, channel: Channel, account: Account, now: datetime) -> Handover:
    assert row.lease is not None
    return Handover(
        key=_key(row),
        lease=row.lease,
        channel=channel.kind,
        address=channel.address,
        name=account.name,
        role=STEPS[row.step - 1],
        secret=channel.secret,
        leased_at=now,
        expires_at=row.expires_at,
        attempt=row.attempts,
    )


def _rows(session: Session, keys: Sequence[Key]) -> dict[Key, Notice]:
    columns = (Notice.patient_id, Notice.alert_id, Notice.round, Notice.account_id, Notice.channel_id)
    wanted = [(key.patient_id, key.alert_id, key.round, key.account_id, key.channel_id) for key in keys]
    query = select(Notice).where(tuple_(*columns).in_(wanted)).order_by(*columns)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {_key(row): row for row in session.scalars(query)}


def _key(row: Notice) -> Key:
    return Key(row.patient_id, row.alert_id, row.round, row.account_id, row.channel_id)
