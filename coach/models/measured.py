"""What phones and watches counted: a day's total by source, as last told. The log gets the one that counts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of

METRICS = ("steps",)
SOURCES = ("watch", "phone", "other")  # the first that has told anything counts


class Measured(Base):
    __tablename__ = "measured"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    local_day: Mapped[date] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(String(10), primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[float]
    received_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("metric", METRICS), name="metric"),
        CheckConstraint(one_of("source", SOURCES), name="source"),
        CheckConstraint("value >= 0", name="value"),
    )
