"""The append-only log of one patient: everything the fold reads, in the order it was received."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

AUTHORS = ("patient", "clinician", "system")


class Event(Base):
    """`local_day` is the day the phone says the entry belongs to; the server keeps it.

    A replay sorts by (local_day, occurred_at, id), never by `seq`: phones work offline and send late.
    """

    __tablename__ = "event"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]  # made by the client: the same id twice is the same entry
    local_day: Mapped[date]
    occurred_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # of what was sent, to tell "same" from "conflict"
    marks: Mapped[list[dict[str, Any]]]  # what the server had to mend, such as a clock of tomorrow
    author: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("patient_id", "id"),
        Index("ix_event_patient_id_local_day", "patient_id", "local_day"),
        CheckConstraint(one_of("author", AUTHORS), name="author"),
        CheckConstraint("seq > 0", name="seq"),
    )
