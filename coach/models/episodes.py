"""Ends of care episodes: what both sides keep of one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

CARE = ("self_care", "closed")


class Closing(Base):
    """Never changed. Whoever's trouble is back answers the intake again."""

    __tablename__ = "closing"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    care: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(2000))
    summary: Mapped[dict[str, Any]]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint(one_of("care", CARE), name="care"),)
