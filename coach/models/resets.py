"""Password resets: asked for on the web, told by e-mail, used once. The code is derived from the id, never stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class PasswordReset(Base):
    """Also the outbox of its mail: `next_at` is when it is tried, none once it has been handed over or given up."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]  # all instants here are of the real clock
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    __table_args__ = (
        CheckConstraint("attempts BETWEEN 0 AND 20", name="attempts"),
        Index("ix_password_reset_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
