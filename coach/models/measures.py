"""What is stopped for everyone at once, and reports of harm that may lead to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

KINDS = ("recall", "freeze")


class Measure(Base):
    """An exercise recalled or all raises frozen, for one clinic or for the whole service.

    Each patient's log gets a line of its own; `reached` says how far the pass that writes them has come.
    """

    __tablename__ = "measure"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"), index=True)  # none = everyone
    kind: Mapped[str] = mapped_column(String(10))
    exercise: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none = a command
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    pending: Mapped[bool] = mapped_column(server_default="true")  # not every log has the last word yet
    reached: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("(kind = 'recall') = (exercise IS NOT NULL)", name="exercise_of_recall"),
        Index("ix_measure_pending", "made_at", postgresql_where=text("pending")),
    )


class AdverseEvent(Base):
    """Harm that somebody puts down to the programme. Never changed; the alert of it says what was done."""

    __tablename__ = "adverse_event"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # made by the client: the same id twice is the same report
    exercise: Mapped[str | None] = mapped_column(String(40))
    serious: Mapped[bool]
    text: Mapped[str] = mapped_column(String(2000))
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reported_at: Mapped[datetime]
