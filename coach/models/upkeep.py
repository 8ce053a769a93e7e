"""What the daily upkeep has done, in one row: the zones' rules that stored instants follow, and the last audit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class Upkeep(Base):
    __tablename__ = "upkeep"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tzdata: Mapped[str] = mapped_column(String(10), server_default="")  # stored instants were computed with it
    target: Mapped[str] = mapped_column(String(10), server_default="")  # the release they are being moved to
    reached: Mapped[UUID | None]  # the last patient looked at on the way there
    moved: Mapped[int] = mapped_column(server_default="0")  # patients whose instants the last change moved
    audited_at: Mapped[datetime | None]
    audited: Mapped[int] = mapped_column(server_default="0")  # cursors computed afresh in the last audit
    differing: Mapped[int] = mapped_column(server_default="0")  # of these, not what was stored

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
