"""Reminders: rules (schedule), next due instant (cursor), due moments (occurrence), hand-overs (delivery).

Occurrence and delivery carry no foreign keys: the tick writes them by the thousand, always from a schedule
and a device read in the same transaction, and each key check would lock a patient's row against triage.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of
from programs import schedule

KINDS = tuple(schedule.KINDS)
OCCURRENCE_STATES = ("due", "snoozed", "expired", "left_out", "cancelled")
REASONS = (*schedule.REASONS, "changed")  # the last: its rule was changed or removed
DELIVERY_STATES = ("pending", "leased", "accepted", "gone", "refused", "expired", "cancelled")
DEVICE_STATES = ("active", "gone", "removed")
PROVIDERS = ("webpush", "fcm", "apns")


class Schedule(Base):
    """One rule of one patient, in one of the shapes of `programs.schedule.Rule`."""

    __tablename__ = "schedule"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    minute: Mapped[int | None] = mapped_column(SmallInteger)  # local, 0-1439
    days: Mapped[int | None] = mapped_column(SmallInteger)  # bit mask, Monday = 1
    on_day: Mapped[date | None]  # a one-off's date
    every: Mapped[int | None] = mapped_column(SmallInteger)  # minutes, in working hours
    at: Mapped[datetime | None]  # an instant, whatever zone the person is in
    until: Mapped[datetime | None]  # when an instant's reminder is of no more use
    since: Mapped[datetime]  # only what falls due after this counts: set when made and when changed
    crosses_quiet: Mapped[bool] = mapped_column(server_default="false")
    edited: Mapped[bool] = mapped_column(server_default="false")  # by the person: the plan leaves it as it is
    active: Mapped[bool] = mapped_column(server_default="true")  # off = removed by the person, and stays so

    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
        CheckConstraint("days BETWEEN 1 AND 127", name="days"),
        CheckConstraint("every BETWEEN 20 AND 120", name="every"),
        CheckConstraint("num_nonnulls(minute, every, at) = 1", name="time"),
        CheckConstraint("num_nonnulls(days, on_day, at) = 1", name="day"),
        CheckConstraint("every IS NULL OR days IS NOT NULL", name="interval_on_days"),
        CheckConstraint("until > at", name="until_after"),
        CheckConstraint("until IS NULL OR at IS NOT NULL", name="until_of_instant"),
        CheckConstraint("NOT crosses_quiet OR kind = 'own'", name="crosses_quiet"),
        # Two intervals of one kind would remind twice within minutes.
        Index("uq_schedule_interval", "patient_id", "kind", unique=True, postgresql_where=text("every IS NOT NULL")),
    )


class Cursor(Base):
    """One narrow row per patient: the ticker's only queue, and the lock that orders edits and ticks."""

    __tablename__ = "cursor"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    next_at: Mapped[datetime | None]  # when the ticker must look; none = nothing is planned
    passed_at: Mapped[datetime]  # all that was due up to here is materialised
    done_day: Mapped[date | None]  # the patient's last local day with a session: no routine reminder that day
    course: Mapped[dict[str, Any] | None]  # programs.schedule.Course, so that a tick reads no plan
    texts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # set -> reminders made so far
    ignored: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # budgeted ones since any sign of the person
    told: Mapped[int] = mapped_column(server_default="0")  # counted by the release before 0003; goes with the next one
    failed_at: Mapped[datetime | None]  # set while the row is put aside; next_at then is the next try
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    __table_args__ = (
        CheckConstraint("failures BETWEEN 0 AND 1000", name="failures"),
        CheckConstraint("ignored BETWEEN 0 AND 100", name="ignored"),
        Index("ix_cursor_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )


class Occurrence(Base):
    """One due moment; also the patient's in-app inbox. Its key stops every kind of double."""

    __tablename__ = "occurrence"

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    local_day: Mapped[date] = mapped_column(primary_key=True)  # date of the nominal minute; of an instant in UTC
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)  # nominal minute; 10000+n = n-th snooze
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(200))  # as the person was told, in their language
    fire_at: Mapped[datetime]  # nominal moment + the patient's spread, moved to the end of quiet hours
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(10))  # why it was left out or cancelled
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("slot BETWEEN 0 AND 1439 OR slot BETWEEN 10001 AND 10002", name="slot"),
        CheckConstraint(one_of("state", OCCURRENCE_STATES), name="state"),
        CheckConstraint(one_of("reason", REASONS), name="reason"),
        CheckConstraint("(state IN ('left_out', 'cancelled')) = (reason IS NOT NULL)", name="reason_given"),
        Index("ix_occurrence_patient_id_fire_at", "patient_id", "fire_at"),
        # For the figures of the last minutes; costs the tick next to nothing.
        Index("ix_occurrence_fire_at", "fire_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
    )


class Delivery(Base):
    """One occurrence to one device: the outbox. Retry and lease live here, never in the broker."""

    __tablename__ = "delivery"

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    local_day: Mapped[date] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    due_at: Mapped[datetime]  # domain time: first the occurrence's fire_at, then the next try
    expires_at: Mapped[datetime]
    lease: Mapped[UUID | None]  # fencing token of the worker that holds it
    leased_until: Mapped[datetime | None]  # real clock, unlike every other instant here
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    ambiguous: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # answers that were lost
    code: Mapped[int | None] = mapped_column(SmallInteger)  # last HTTP status of the provider
    reason: Mapped[str | None] = mapped_column(String(40))  # the provider's word for it, or ours
    not_before: Mapped[datetime | None]  # real clock: earlier the provider does not want to hear from us
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint("(state = 'leased') = (lease IS NOT NULL)", name="lease_held"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_ends"),
        CheckConstraint("(state IN ('pending', 'leased')) = (finished_at IS NULL)", name="finished"),
        Index("ix_delivery_due_at", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_delivery_all_due_at", "due_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        Index("ix_delivery_leased_until", "leased_until", postgresql_where=text("state = 'leased'")),
    )


class Device(Base):
    """Where a patient's pushes go. The address is wiped as soon as it is of no use."""

    __tablename__ = "device"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(10))
    endpoint: Mapped[str] = mapped_column(String(1024))  # a URL for Web Push, else the provider's token
    p256dh: Mapped[str] = mapped_column(String(90))  # Web Push: base64url of 65 bytes
    auth: Mapped[str] = mapped_column(String(24))  # Web Push: base64url of 16 bytes
    sandbox: Mapped[bool] = mapped_column(server_default="false")  # APNs: an app not from the store
    state: Mapped[str] = mapped_column(String(10), server_default="active")
    seen_at: Mapped[datetime]  # last registration, which is a sync; an older "gone" does not end a newer one
    suspect_at: Mapped[datetime | None]  # its provider has called the token malformed once since then
    local_timers: Mapped[list[str]] = mapped_column(ARRAY(String(20)), server_default="{}")  # kinds it shows by itself

    __table_args__ = (
        CheckConstraint(one_of("provider", PROVIDERS), name="provider"),
        CheckConstraint(one_of("state", DEVICE_STATES), name="state"),
        CheckConstraint("(state = 'active') = (endpoint <> '')", name="address_wiped"),
        CheckConstraint("cardinality(local_timers) <= 20", name="local_timers"),
        # One address is one person's: a phone that changes hands moves, so no one gets another's reminders.
        Index("uq_device_endpoint", "endpoint", unique=True, postgresql_where=text("state = 'active'")),
    )
