"""What needs a human: who cares for whom and with whose consent, alerts and referrals."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

ALERT_KINDS = (
    "red_flag", "no_program", "referral", "failed_plan", "silent", "visit", "adverse", "message", "returned",
)  # fmt: skip
CONSENTS = ("care",)


class CareRelationship(Base):
    """Lets one clinician see one patient, from a moment until another. What has ended is kept."""

    __tablename__ = "care_relationship"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    clinician_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_care_relationship_live",
            "patient_id",
            "clinician_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )


class Consent(Base):
    """What a patient agreed to: the version of the words that stood on the screen, and when."""

    __tablename__ = "consent"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(one_of("kind", CONSENTS), name="kind"),)


class Alert(Base):
    """Something a named human must look at. `subject` is the flag or rule: one open alert for each.

    It climbs from whoever is on duty to the deputy and the administrator; every step is a row of `notice`.
    """

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
    round: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # one more each time it gets graver
    step: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # how far it has climbed in this round
    stepped_at: Mapped[datetime | None]
    climb_at: Mapped[datetime | None]  # when the worker must look next; none = it has come to rest

    __table_args__ = (
        CheckConstraint(one_of("kind", ALERT_KINDS), name="kind"),
        CheckConstraint("step BETWEEN 0 AND 3", name="step"),
        Index(
            "uq_alert_open",
            "patient_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_alert_open_raised_at", "raised_at", postgresql_where=text("resolved_at IS NULL")),
        Index("ix_alert_climb_at", "climb_at", postgresql_where=text("climb_at IS NOT NULL")),
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
