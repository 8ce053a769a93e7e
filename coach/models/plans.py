"""What the fold made of the log: the current plan, the decisions with their reasons, and the cached routines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class Plan(Base):
    """One current plan a patient. `opening` is the plan as `day` began: today's events are folded again from it."""

    __tablename__ = "plan"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    day: Mapped[date]
    opening: Mapped[dict[str, Any]]
    state: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # what lists show of it
    folded_seq: Mapped[int]  # the last event that this plan has taken in
    rules_version: Mapped[str] = mapped_column(String(40))
    content_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class Decision(Base):
    """What a rule chose and why. Rows are never deleted; a late report supersedes them."""

    __tablename__ = "decision"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    day: Mapped[date]
    rule: Mapped[str] = mapped_column(String(12))
    exercise: Mapped[str | None] = mapped_column(String(40))
    change: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]]
    revision: Mapped[int]
    superseded_by: Mapped[int | None]  # revision whose fold decided otherwise
    made_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_decision_standing", "patient_id", "day", postgresql_where=text("superseded_by IS NULL")),
    )


class Routine(Base):
    """Ready bytes of one local day: a cache, valid only for the revision, content and locale it names."""

    __tablename__ = "routine"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    local_day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(12))
    etag: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
