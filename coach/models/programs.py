"""Programmes of a clinic's own: versions, of which at most one is being written; what is published never changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class OwnProgram(Base):
    __tablename__ = "own_program"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(300))
    body: Mapped[dict[str, Any]]  # programs.catalog.Program
    copied_from: Mapped[str] = mapped_column(String(12))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("version BETWEEN 1 AND 1000", name="version"),
        Index("uq_own_program_draft", "clinic_id", "id", unique=True, postgresql_where=text("published_at IS NULL")),
    )
