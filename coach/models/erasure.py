"""That somebody was erased, and when: all that is kept of them. The id is a new one and leads to nobody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class Erasure(Base):
    __tablename__ = "erasure"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    erased_at: Mapped[datetime]
