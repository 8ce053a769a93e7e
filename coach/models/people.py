"""Who uses the service: clinics, accounts, patients, and the tokens that let them in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from coach.models.registry import Base, one_of
from programs import schedule

ROLES = ("patient", "physiotherapist", "doctor", "administrator")
WEIGHT_UNITS, HEIGHT_UNITS = ("kg", "lb"), ("cm", "ft")
LOCK_LEVELS = ("none", "SOON", "unanswered", "NO_PLAN", "SOON_HOLD", "URGENT", "EMERGENCY")


class Clinic(Base):
    __tablename__ = "clinic"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(64))
    # Self-registration joins the deployment's one default clinic, or is refused.
    is_default: Mapped[bool] = mapped_column(server_default="false")
    # Who is told of an alert, in this order; without somebody on duty nobody can register.
    on_duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", use_alter=True))
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", use_alter=True))
    administrator_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", use_alter=True))

    __table_args__ = (
        Index("uq_clinic_default", "is_default", unique=True, postgresql_where=text("is_default")),
        CheckConstraint("on_duty_id <> deputy_id", name="deputy_is_another"),
    )


class Account(Base):
    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254), unique=True)  # stored in lower case
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    # The second factor (RFC 6238) of those who see other people's records; it counts once confirmed.
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_at: Mapped[datetime | None]  # real clock
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default="0")  # of the last code used: none works twice

    __table_args__ = (
        CheckConstraint(one_of("role", ROLES), name="role"),
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        CheckConstraint("totp_at IS NULL OR totp_secret IS NOT NULL", name="totp_confirmed"),
    )


class RecoveryCode(Base):
    """Lets somebody in who has lost the second factor; each once, stored as its SHA-256 only."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class Patient(Base):
    """The safety state of one person; every other clinical table leads with this id.

    A change of `lock` raises `revision` in the same commit, so nothing cached can outlive it.
    """

    __tablename__ = "patient"

    id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(12))
    day_starts_at: Mapped[int] = mapped_column(SmallInteger, server_default="240")  # local minute, for shift workers
    quiet_from: Mapped[int] = mapped_column(SmallInteger, server_default="1290")  # local minutes; may wrap midnight
    quiet_until: Mapped[int] = mapped_column(SmallInteger, server_default="450")
    work_from: Mapped[int] = mapped_column(SmallInteger, server_default="540")
    work_until: Mapped[int] = mapped_column(SmallInteger, server_default="1020")
    shift: Mapped[str] = mapped_column(String(10), server_default="day")  # whose hours stand above
    shifts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # own hours by shift
    moved_at: Mapped[datetime | None]  # last change of zone that counts as travel
    weight_unit: Mapped[str] = mapped_column(String(2), server_default="kg")  # on the screen; the wire is metric
    height_unit: Mapped[str] = mapped_column(String(2), server_default="cm")
    stopped: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))  # kinds not wanted

    lock: Mapped[str] = mapped_column(String(12), server_default="none")  # the worst that stands
    locks: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))  # each flag by itself
    revision: Mapped[int] = mapped_column(server_default="0")

    last_seq: Mapped[int] = mapped_column(server_default="0")  # of the last event stored
    next_day_at: Mapped[datetime | None]  # when the next local day begins; none before the intake
    adapt_at: Mapped[datetime | None]  # when the worker must look next: a new event, a turned day or a back-off
    failed_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    closed_at: Mapped[datetime | None]  # when the care episode ended; none while one goes on
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("lock", LOCK_LEVELS), name="lock"),
        CheckConstraint("day_starts_at BETWEEN 0 AND 1439", name="day_starts_at"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439", name="quiet_from"),
        CheckConstraint("quiet_until BETWEEN 0 AND 1439", name="quiet_until"),
        CheckConstraint("work_from BETWEEN 0 AND 1439", name="work_from"),
        CheckConstraint("work_until BETWEEN 0 AND 1439", name="work_until"),
        CheckConstraint(one_of("weight_unit", WEIGHT_UNITS), name="weight_unit"),
        CheckConstraint(one_of("height_unit", HEIGHT_UNITS), name="height_unit"),
        CheckConstraint(one_of("shift", tuple(schedule.SHIFTS)), name="shift"),
        Index("ix_patient_adapt_at", "adapt_at", postgresql_where=text("adapt_at IS NOT NULL")),
    )


class RefreshToken(Base):
    """One link of a rotating family; the token is derived from the id and never stored.

    Using a spent link again, once its successor is in use, revokes the whole family.
    """

    __tablename__ = "refresh_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    family: Mapped[UUID] = mapped_column(index=True)
    successor: Mapped[UUID | None]
    spent_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttempt(Base):
    """Counted in PostgreSQL, so that a Redis outage opens nothing."""

    __tablename__ = "login_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))  # SHA-256 of what is tried: an e-mail, an address, a second factor
    at: Mapped[datetime]

    __table_args__ = (Index("ix_login_attempt_subject_at", "subject", "at"),)
