"""Unsafe calls of the clinic that were made under a key, so that the same call sent again does nothing twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class KeyedCall(Base):
    """Written in the very transaction of the act; the answer comes beside it right after, where it may be kept."""

    __tablename__ = "keyed_call"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The answer may speak of a patient: erasing them takes it along.
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of method, address and body
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]  # real clock

    __table_args__ = (Index("ix_keyed_call_made_at", "made_at"),)
