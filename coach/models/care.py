"""What needs a human: who cares for whom, alerts and referrals."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

ALERT_KINDS = ("red_flag", "no_program", "referral", "failed_plan", "silent")


class CareRelationship(Base):
    __tablename__ = "care_relationship"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    clinician_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Alert(Base):
    """Something a named human must look at. `subject` is the flag or rule: one open alert for each."""

    __tablename__ = "alert"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(24))
    level: Mapped[str] = mapped_column(String(12))
    raised_at: Mapped[datetime]
    due_day: Mapped[date | None]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None] = mapped_column(String(2000))

    __table_args__ = (
        CheckConstraint(one_of("kind", ALERT_KINDS), name="kind"),
        Index(
            "uq_alert_open",
            "patient_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_alert_open_raised_at", "raised_at", postgresql_where=text("resolved_at IS NULL")),
    )


class Referral(Base):
    """Never withdrawn, whatever a late report says."""

    __tablename__ = "referral"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    rule: Mapped[str] = mapped_column(String(12), primary_key=True)
    raised_day: Mapped[date] = mapped_column(primary_key=True)
    due_day: Mapped[date]
    raised_at: Mapped[datetime]
