"""Who read or changed whose record. Append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base


class AuditEvent(Base):
    __tablename__ = "audit_event"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    request_id: Mapped[str] = mapped_column(String(36))

    __table_args__ = (Index("ix_audit_event_patient_id_at", "patient_id", "at"),)
