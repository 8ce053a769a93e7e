"""The outbox: leases due hand-overs to one worker, looks once more if they may go, records what came of them.

A lease carries a token; who no longer holds it can record nothing. Leases run on the real clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from coach.services import cursors
from programs import schedule
from programs.schedule import Verdict

LEASE = timedelta(seconds=25)  # a push takes 10 s at most, recording it a few; a killed worker's come back after
MOST_RETURNED = 1000
TRY_AGAIN = timedelta(minutes=1)  # what cannot be judged, such as an unknown zone

logger = structlog.get_logger()

State = Literal["accepted", "gone", "refused", "expired", "cancelled", "pending"]


@dataclass(frozen=True)
class Key:
    """One occurrence to one device."""

    patient_id: UUID
    schedule_id: UUID
    local_day: date
    slot: int
    device_id: UUID


@dataclass(frozen=True)
class Handover:
    """What a provider needs to know of one delivery, and the lease under which it is sent."""

    key: Key
    lease: UUID
    leased_at: datetime  # domain time
    collapse_id: str
    text: str
    urgency: str
    ttl_s: int
    expires_at: datetime
    attempt: int  # 1 = the first
    provider: str
    endpoint: str  # a URL for Web Push, else the provider's token
    p256dh: str
    auth: str
    sandbox: bool = False
    suspect: bool = False  # the token has been called malformed once


@dataclass(frozen=True)
class Result:
    """What becomes of a delivery: a final state, or pending until `due_at`."""

    key: Key
    lease: UUID | None  # under which it was sent; none = it was not
    state: State
    due_at: datetime | None = None
    code: int | None = None  # HTTP status
    ambiguous: bool = False  # the answer was lost: the device may have it already
    reason: str | None = None  # the provider's word, or ours
    not_before: datetime | None = None  # real clock: no sooner, whatever the domain's time does
    attempted: bool = True  # false = it never left: no try is used up


@dataclass(frozen=True)
class Leased:
    claimed: int  # 0 = nothing is due
    handovers: tuple[Handover, ...]


def return_expired(session: Session, real_now: datetime) -> int:
    """Gives back what a killed worker held. Whether it was sent is unknown, so it counts as ambiguous."""
    return len(session.execute(_RETURN, {"now": real_now, "most": MOST_RETURNED}).all())


def lease(session: Session, now: datetime, real_now: datetime, most: int) -> Leased:
    """Claims up to `most` due deliveries. Those that may not go any more are closed or put off at once."""
    token = uuid4()
    rows = session.execute(_CLAIM, {"now": now, "real_now": real_now, "most": most}).all()
    handovers, kept_back = [], []
    for row in rows:
        planned = _planned(row, now)
        if isinstance(planned, Result):
            kept_back.append(planned)
        else:
            handovers.append(_handover(row, token, now))
    if handovers:
        values = {"lease": token, "until": real_now + LEASE}
        session.execute(_LEASE, values | _keys([each.key for each in handovers]))
    record(session, kept_back, now)
    return Leased(len(rows), tuple(handovers))


def record(session: Session, results: Sequence[Result], now: datetime) -> int:
    """Writes down results; the number of those whose lease was lost meanwhile, which change nothing."""
    if not results:
        return 0
    names = ("lease", "state", "due_at", "code", "ambiguous", "reason", "not_before", "attempted")
    columns = {name: [getattr(each, name) for each in results] for name in names}
    keys = _keys([each.key for each in results])
    return len(results) - len(session.execute(_RECORD, keys | columns | {"now": now}).all())


def retire(session: Session, gone: Sequence[tuple[Handover, datetime]]) -> set[Key]:
    """Wipes addresses that the provider calls gone, unless the device has registered anew after the time beside it.

    Times are the domain's. Returns the deliveries whose device has another address by now, where they may go.
    """
    moved = set()
    for each, then in sorted(gone, key=lambda pair: (pair[0].key.patient_id, pair[0].key.device_id)):
        values = {"patient": each.key.patient_id, "device": each.key.device_id, "then": min(then, each.leased_at)}
        if session.execute(_RETIRE, values | {"endpoint": each.endpoint}).first() is None:
            found = session.execute(_ADDRESS, values).scalar()
            if found not in (None, "", each.endpoint):
                moved.add(each.key)
    return moved


def suspect(session: Session, handovers: Sequence[Handover]) -> None:
    """Notes that a provider calls an address malformed. The second time, without a registration between, ends it."""
    again = [(each, each.leased_at) for each in handovers if each.suspect]
    retire(session, again)
    for each in sorted(handovers, key=lambda each: (each.key.patient_id, each.key.device_id)):
        if not each.suspect:
            values = {"patient": each.key.patient_id, "device": each.key.device_id, "then": each.leased_at}
            session.execute(_SUSPECT, values | {"endpoint": each.endpoint})


def trust(session: Session, handovers: Sequence[Handover]) -> None:
    """Takes back a suspicion: the address has taken a message."""
    for each in sorted(handovers, key=lambda each: (each.key.patient_id, each.key.device_id)):
        values = {"patient": each.key.patient_id, "device": each.key.device_id, "endpoint": each.endpoint}
        session.execute(_TRUST, values)


def _planned(row: Row[Any], now: datetime) -> Result | None:
    """None if it may go now."""
    key = _key(row)
    if row.occurrence != "due" or not row.stands or row.device != "active" or row.zone is None:
        return Result(key, None, "cancelled")
    planned = Verdict(row.fire_at, row.expires_at, "due")
    try:
        local, standing = cursors.local_time(row), cursors.standing(row, row)
        crosses = bool(row.crosses_quiet)
        verdict = schedule.judge_again(row.kind, planned, local, standing, now, crosses_quiet=crosses)
    except Exception as error:  # an unknown zone: nobody else's reminder may wait for it
        logger.error("delivery_failed", patient=str(row.patient_id), error=type(error).__name__)
        return _later(key, now + TRY_AGAIN, row.expires_at)
    if verdict.state == "due":
        return None if verdict.fire_at <= now else _later(key, verdict.fire_at, row.expires_at)
    return Result(key, None, "expired" if verdict.state == "expired" else "cancelled")


def _later(key: Key, at: datetime, expires_at: datetime) -> Result:
    return Result(key, None, "pending", due_at=at) if at < expires_at else Result(key, None, "expired")


def _handover(row: Row[Any], token: UUID, now: datetime) -> Handover:
    return Handover(
        key=_key(row),
        lease=token,
        leased_at=now,
        collapse_id=schedule.collapse_id(row.schedule_id, row.local_day, row.slot),
        text=row.text,
        urgency=schedule.KINDS[row.kind].urgency,
        ttl_s=int((row.expires_at - now).total_seconds()),
        expires_at=row.expires_at,
        attempt=row.attempts + 1,
        provider=row.provider,
        endpoint=row.endpoint,
        p256dh=row.p256dh,
        auth=row.auth,
        sandbox=row.sandbox,
        suspect=row.suspect_at is not None,
    )


def _key(row: Row[Any]) -> Key:
    return Key(row.patient_id, row.schedule_id, row.local_day, row.slot, row.device_id)


def _keys(keys: Sequence[Key]) -> dict[str, list[Any]]:
    return {name: [getattr(key, name) for key in keys] for name in Key.__dataclass_fields__}


# Read as one list of rows beside the table.
_KEYS = """CAST(:patient_id AS uuid[]), CAST(:schedule_id AS uuid[]), CAST(:local_day AS date[]),
    CAST(:slot AS smallint[]), CAST(:device_id AS uuid[])"""
_SAME = " AND ".join(f"d.{name} = given.{name}" for name in Key.__dataclass_fields__)

_RETURN = text("""
WITH lost AS MATERIALIZED (
    SELECT patient_id, schedule_id, local_day, slot, device_id FROM delivery
    WHERE state = 'leased' AND leased_until <= :now
    ORDER BY leased_until LIMIT :most FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE delivery d SET state = 'pending', lease = NULL, leased_until = NULL, ambiguous = d.ambiguous + 1
FROM lost WHERE (d.patient_id, d.schedule_id, d.local_day, d.slot, d.device_id)
    = (lost.patient_id, lost.schedule_id, lost.local_day, lost.slot, lost.device_id)
RETURNING d.device_id
""")

# `stands`: the rule is still the one that made this (a follow-up's is derived and has no row). An edit cannot stop
# what a worker holds, only its next try.
_CLAIM = text("""
WITH waiting AS MATERIALIZED (
    SELECT patient_id, schedule_id, local_day, slot, device_id, expires_at, attempts FROM delivery
    WHERE state = 'pending' AND due_at <= :now AND (not_before IS NULL OR not_before <= :real_now)
    ORDER BY due_at LIMIT :most FOR NO KEY UPDATE SKIP LOCKED
)
SELECT waiting.*, o.state AS occurrence, o.kind, o.text, o.fire_at, v.state AS device, v.provider,
    v.endpoint, v.p256dh, v.auth, v.sandbox, v.suspect_at,
    p.id, p.zone, p.day_starts_at, p.quiet_from, p.quiet_until, p.work_from, p.work_until, p.lock, p.moved_at,
    p.stopped, c.done_day, c.course, COALESCE(c.ignored, 0) AS ignored, s.crosses_quiet,
    o.kind = 'missed' OR s.active AND s.since < o.fire_at AS stands
FROM waiting
LEFT JOIN occurrence o USING (patient_id, schedule_id, local_day, slot)
LEFT JOIN schedule s ON s.patient_id = waiting.patient_id AND s.id = waiting.schedule_id
LEFT JOIN device v ON v.patient_id = waiting.patient_id AND v.id = waiting.device_id
LEFT JOIN patient p ON p.id = waiting.patient_id
LEFT JOIN cursor c ON c.patient_id = waiting.patient_id
""")

_LEASE = text(f"""
UPDATE delivery d SET state = 'leased', lease = :lease, leased_until = :until, attempts = d.attempts + 1
FROM unnest({_KEYS}) AS given(patient_id, schedule_id, local_day, slot, device_id)
WHERE {_SAME} AND d.state = 'pending'
""")

_RECORD = text(f"""
UPDATE delivery d SET state = given.state, due_at = COALESCE(given.due_at, d.due_at),
    lease = NULL, leased_until = NULL, code = COALESCE(given.code, d.code), reason = given.reason,
    not_before = given.not_before, attempts = d.attempts - (NOT given.attempted)::int,
    ambiguous = d.ambiguous + given.ambiguous::int,
    finished_at = CASE WHEN given.state = 'pending' THEN NULL ELSE CAST(:now AS timestamptz) END
FROM unnest({_KEYS}, CAST(:lease AS uuid[]), CAST(:state AS text[]), CAST(:due_at AS timestamptz[]),
    CAST(:code AS smallint[]), CAST(:ambiguous AS boolean[]), CAST(:reason AS text[]),
    CAST(:not_before AS timestamptz[]), CAST(:attempted AS boolean[]))
    AS given(patient_id, schedule_id, local_day, slot, device_id, lease, state, due_at, code, ambiguous, reason,
        not_before, attempted)
WHERE {_SAME} AND d.state IN ('pending', 'leased') AND d.lease IS NOT DISTINCT FROM given.lease
RETURNING d.device_id
""")

_RETIRE = text("""
UPDATE device SET state = 'gone', endpoint = '', p256dh = '', auth = ''
WHERE patient_id = :patient AND id = :device AND endpoint = :endpoint AND seen_at <= :then
RETURNING id
""")

_ADDRESS = text("SELECT endpoint FROM device WHERE patient_id = :patient AND id = :device AND state = 'active'")

_SUSPECT = text("""
UPDATE device SET suspect_at = :then
WHERE patient_id = :patient AND id = :device AND endpoint = :endpoint AND seen_at <= :then AND suspect_at IS NULL
""")

_TRUST = text("""
UPDATE device SET suspect_at = NULL WHERE patient_id = :patient AND id = :device AND endpoint = :endpoint
""")
