"""Between a person and the clinic: visits and messages. Health data, so it is in no push and no log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

VISIT_MODES = ("clinic", "home", "phone", "video")
VISIT_STATES = ("planned", "done", "cancelled", "missed")
AUTHORS = ("patient", "clinician")


class Visit(Base):
    """A meeting at an instant; whoever shows it does so in the clinic's zone and the person's."""

    __tablename__ = "visit"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # made by the client: the same id twice is the same visit
    at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), server_default="planned")
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 240", name="minutes"),
        CheckConstraint(one_of("mode", VISIT_MODES), name="mode"),
        CheckConstraint(one_of("state", VISIT_STATES), name="state"),
        Index("ix_visit_patient_id_at", "patient_id", "at"),
    )


class Message(Base):
    """A few lines from one to the other, never changed."""

    __tablename__ = "message"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # made by the client
    author: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(2000))
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # by the other side

    __table_args__ = (
        CheckConstraint(one_of("author", AUTHORS), name="author"),
        Index("ix_message_patient_id_sent_at", "patient_id", "sent_at"),
        Index("ix_message_unread", "patient_id", postgresql_where=sql("author = 'patient' AND read_at IS NULL")),
    )
