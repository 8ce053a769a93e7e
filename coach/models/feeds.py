"""The calendar feed of a clinician: whoever has its address reads it, so it holds no name and can be revoked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class Feed(Base):
    """One for each clinician; the token is shown once and stored as its SHA-256."""

    __tablename__ = "feed"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
