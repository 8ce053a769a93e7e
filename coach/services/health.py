"""How far behind the service is: the age of the oldest thing that should have happened."""

from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.notices import Notice
from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery


@cache
def expected_revision() -> str | None:
    """The migration this code was written for."""
    from alembic.script import ScriptDirectory  # slow to import, and only asked for here

    return ScriptDirectory(Path(__file__).parent.parent / "migrations").get_current_head()


def schema_revision(session: Session) -> str | None:
    """The migration the database stands at; None before the first."""
    if session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def ages(session: Session, now: datetime) -> dict[str, float]:
    """Seconds since the oldest due reminder, delivery, notice, unadapted patient, unseen emergency; 0 = none waits."""
    waiting = {
        "oldest_due_reminder_s": select(func.min(Cursor.next_at)).where(Cursor.next_at <= now),
        "oldest_unsent_delivery_s": select(func.min(Delivery.due_at)).where(
            Delivery.state.in_(("pending", "leased")), Delivery.due_at <= now
        ),
        "oldest_unsent_notice_s": select(func.min(Notice.due_at)).where(
            Notice.state.in_(("pending", "leased")), Notice.due_at <= now
        ),
        "oldest_unadapted_s": select(func.min(Patient.adapt_at)).where(
            Patient.adapt_at <= now, Patient.failed_at.is_(None)
        ),
        "oldest_unseen_emergency_s": select(func.min(Alert.raised_at)).where(
            Alert.resolved_at.is_(None), Alert.seen_at.is_(None), Alert.level == "EMERGENCY"
        ),
    }
    row = session.execute(select(*(query.scalar_subquery().label(name) for name, query in waiting.items()))).one()
    found = row._asdict()
    return {name: max(0.0, (now - at).total_seconds()) if at else 0.0 for name, at in found.items()}
