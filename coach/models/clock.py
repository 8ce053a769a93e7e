"""Where the domain's time stands against the real one; no row means they are the same."""

from datetime import datetime

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class ClockRow(Base):
    """domain time = since + offset + (real - since) x speed"""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    offset_seconds: Mapped[float]
    speed: Mapped[float]
    since: Mapped[datetime]  # the real instant at which the row was set

    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("speed >= 0 AND speed <= 100000", name="speed"),
    )
