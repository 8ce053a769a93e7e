"""How staff are told of an alert outside the app: their channels, and the outbox of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

CHANNELS = ("email", "webhook")
STATES = ("pending", "leased", "accepted", "gone", "refused", "expired", "cancelled")


class Channel(Base):
    """Where one member of staff can be reached. The e-mail address comes with the account and stays."""

    __tablename__ = "channel"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(1024))
    secret: Mapped[str | None] = mapped_column(String(64))  # signs a webhook's notices; shown once
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("kind", CHANNELS), name="kind"),
        CheckConstraint("(kind = 'webhook') = (secret IS NOT NULL)", name="webhook_signed"),
        Index("uq_channel_email", "account_id", unique=True, postgresql_where=text("kind = 'email'")),
    )


class Notice(Base):
    """One alert to one person over one channel. Retry and lease live here, never in the broker.

    The channel `list` is the person's list of alerts in the app: it takes a notice the moment it is made, so each
    step of an alert is recorded, and whoever is told may open the record until the alert is resolved.
    """

    __tablename__ = "notice"

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    channel_id: Mapped[UUID] = mapped_column(primary_key=True)  # the account's own id for the list
    channel: Mapped[str] = mapped_column(String(10))
    step: Mapped[int] = mapped_column(SmallInteger)  # 1 on duty, 2 deputy, 3 administrator
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]  # domain time
    expires_at: Mapped[datetime]
    lease: Mapped[UUID | None]  # fencing token of the worker that holds it
    leased_until: Mapped[datetime | None]  # real clock, unlike every other instant here
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    ambiguous: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # answers that were lost
    code: Mapped[int | None] = mapped_column(SmallInteger)  # last status of the mail server or receiver
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["patient_id", "alert_id"], ["alert.patient_id", "alert.id"], ondelete="CASCADE"),
        CheckConstraint(one_of("channel", ("list", *CHANNELS)), name="channel"),
        CheckConstraint("step BETWEEN 1 AND 3", name="step"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("(state = 'leased') = (lease IS NOT NULL)", name="lease_held"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_ends"),
        CheckConstraint("(state IN ('pending', 'leased')) = (finished_at IS NULL)", name="finished"),
        CheckConstraint("channel <> 'list' OR state = 'accepted'", name="list_accepts"),
        Index("ix_notice_due_at", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_notice_leased_until", "leased_until", postgresql_where=text("state = 'leased'")),
        Index("ix_notice_account_id", "account_id", "patient_id", postgresql_where=text("channel = 'list'")),
    )
