"""Invitations: a code that lets one person join a clinic, as a patient or as one of its staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.people import ROLES
from coach.models.registry import Base, one_of


class Invitation(Base):
    """The code itself is shown once and never stored."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the code
    role: Mapped[str] = mapped_column(String(20))
    clinician_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # who will look after the patient
    email: Mapped[str | None] = mapped_column(String(254))  # of staff; a patient gives their own
    name: Mapped[str | None] = mapped_column(String(80))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none = a command
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(one_of("role", ROLES), name="role"),
        CheckConstraint("(role = 'patient') = (email IS NULL)", name="email_of_staff"),
        CheckConstraint("(email IS NULL) = (name IS NULL)", name="name_of_staff"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
    )
