"""All that is stored about one person, to take along; and its erasure, row by row.

Both go by the tables themselves: one that is added later is exported and emptied without a line here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from coach.models import metadata
from coach.models.care import Alert
from coach.models.erasure import Erasure
from coach.models.people import Account, LoginAttempt, Patient, RefreshToken
from coach.services import accounts, attempts
from coach.services.problems import Problem, conflict
from programs.escalation import AT_ONCE

# Caches of what stands elsewhere, and what would let somebody else in or reach the person's phone.
LEFT_OUT = ("routine", "refresh_token", "login_attempt", "recovery_code", "keyed_call")
SECRET = ("password_hash", "totp_secret", "totp_step", "endpoint", "p256dh", "auth", "digest", "lease", "address")
STAFF = ("author_id", "clinician_id", "account_id", "seen_by", "resolved_by", "made_by")  # named in what is exported
# Under which heading a table's rows are shown; what is not named here comes last.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "you": ("account", "patient", "consent"),
    "entries": ("event", "measured"),
    "plan": ("plan", "decision"),
    "care": ("care_relationship", "alert", "referral", "notice"),
    "contact": ("visit", "message"),
    "reminders": ("schedule", "cursor", "occurrence", "delivery", "device"),
    "access": ("audit_event",),
}
MOST_ROWS = 50_000  # of one table: years of the busiest diary


@dataclass(frozen=True)
class Export:
    """Rows by table, in the order of the sections, and who the staff named in them are."""

    made_at: datetime
    people: dict[str, str]
    tables: dict[str, list[dict[str, Any]]]

    def sections(self) -> Iterator[tuple[str, dict[str, list[dict[str, Any]]]]]:
        """The tables under their headings."""
        known = {table for tables in SECTIONS.values() for table in tables}
        for section, tables in SECTIONS.items():
            yield section, {table: self.tables[table] for table in tables if self.tables.get(table)}
        yield "other", {table: rows for table, rows in self.tables.items() if table not in known and rows}


def export(session: Session, patient: Patient, now: datetime) -> Export:
    """Everything, oldest first; without secrets and caches."""
    tables = {table.name: _rows(session, table, column, patient.id) for table, column in _tables()}
    ids = {row[name] for rows in tables.values() for row in rows for name in STAFF if row.get(name)}
    staff = session.execute(select(Account.id, Account.name, Account.role).where(Account.id.in_(ids)))
    return Export(now, {str(row.id): f"{row.name} ({row.role})" for row in staff}, tables)


def erase(session: Session, patient: Patient, password: str, now: datetime, real_now: datetime) -> Problem | None:
    """Removes every row about a locked patient; None when it is done, else why not, with the attempt counted.

    Raises Problem 409 while someone still has to see them about an emergency. One line stays: that somebody of this
    clinic was erased, and when.
    """
    account = accounts.get(session, patient.id)
    subject = attempts.key("erase", str(account.id))
    attempts.refuse_when_too_many(session, subject, accounts.ATTEMPTS, real_now)
    if not accounts.is_password(account, password):
        attempts.failed(session, (subject,), real_now)
        return Problem("wrong-credentials", 401, "The password is not right.")
    waiting = (Alert.patient_id == patient.id, Alert.level.in_(AT_ONCE), Alert.seen_at.is_(None))
    if session.scalar(select(Alert.id).where(*waiting, Alert.resolved_at.is_(None)).limit(1)):
        raise conflict("Your clinic still has to look at your last safety answer. Talk to them, then erase.")
    clinic_id, email = patient.clinic_id, account.email
    session.expunge(patient)
    session.expunge(account)
    for table, column in reversed(list(_tables())):
        if not _cascades(table):
            session.execute(delete(table).where(table.c[column] == patient.id))
    session.execute(delete(RefreshToken).where(RefreshToken.account_id == patient.id))
    subjects = (subject, attempts.key("email", email))
    session.execute(delete(LoginAttempt).where(LoginAttempt.subject.in_(subjects)))
    session.execute(delete(Patient).where(Patient.id == patient.id))
    session.execute(delete(Account).where(Account.id == patient.id))
    session.add(Erasure(id=uuid4(), clinic_id=clinic_id, erased_at=now))
    return None


def _tables() -> Iterator[tuple[Table, str]]:
    """Every table that has rows about a patient, with the column that says whose, referred-to ones first."""
    own = {"account": "id", "patient": "id"}
    for table in metadata.sorted_tables:
        column = own.get(table.name) or ("patient_id" if "patient_id" in table.c else None)
        if column is not None and table.name not in LEFT_OUT:
            yield table, column


def _cascades(table: Table) -> bool:
    """Whether the database takes its rows along with the patient's, as it does with the audit's."""
    return table.name in ("account", "patient") or any(
        key.ondelete == "CASCADE" for key in table.foreign_keys if "patient_id" in key.parent.name
    )


def _rows(session: Session, table: Table, column: str, patient_id: UUID) -> list[dict[str, Any]]:
    shown = [each for each in table.c if each.name not in SECRET]
    query = select(*shown).where(table.c[column] == patient_id).order_by(*table.primary_key.columns).limit(MOST_ROWS)
    return [dict(row._mapping) for row in session.execute(query)]


def plain(value: object) -> str:
    """How JSON writes what it has no form for."""
    return value.isoformat() if isinstance(value, date) else str(value)
