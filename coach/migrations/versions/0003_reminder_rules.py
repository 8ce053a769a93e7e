"""reminders follow the plan; visits and messages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS_BEFORE = "'routine', 'checkin', 'new_plan', 'red_flag_followup'"
KINDS = (
    "'red_flag_followup', 'message', 'visit', 'routine', 'missed', 'checkin', 'questionnaire', 'weigh_in', 'walk', "
    "'new_plan', 'own', 'break_sitting', 'break_standing', 'break_bending', 'support_on', 'support_off', "
    "'support_wean'"
)
REASONS_BEFORE = "'budget', 'changed', 'done', 'locked', 'quiet', 'released'"
REASONS = (
    "'released', 'locked', 'stopped', 'paused', 'flare', 'no_support', 'done', 'rest', 'quiet', 'travel', 'missed', "
    "'back_off', 'ignored', 'budget', 'changed'"
)
ALERTS_BEFORE = "'red_flag', 'no_program', 'referral', 'failed_plan'"
EMPTY_OBJECT, EMPTY_ARRAY = sa.text("'{}'::jsonb"), sa.text("'{}'::text[]")


def upgrade() -> None:
    _widen("alert", "kind", f"{ALERTS_BEFORE}, 'silent'")
    _widen("schedule", "kind", KINDS)
    _widen("occurrence", "kind", KINDS)
    _widen("occurrence", "reason", REASONS)
    _upgrade_schedule()
    _upgrade_patient()
    op.add_column("cursor", sa.Column("course", postgresql.JSONB(), nullable=True))
    op.add_column("cursor", sa.Column("texts", postgresql.JSONB(), server_default=EMPTY_OBJECT, nullable=False))
    op.add_column("cursor", sa.Column("ignored", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_cursor_ignored"), "cursor", "ignored BETWEEN 0 AND 100")
    for name, table, column in _brin():
        op.create_index(
            name, table, [column], unique=False, postgresql_using="brin", postgresql_with={"autosummarize": "on"}
        )
    _create_contact()
    op.create_table(
        "upkeep",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("tzdata", sa.String(length=10), server_default="", nullable=False),
        sa.Column("target", sa.String(length=10), server_default="", nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audited", sa.Integer(), server_default="0", nullable=False),
        sa.Column("differing", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_upkeep_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upkeep")),
    )


def downgrade() -> None:
    """What only the new schema can hold is deleted."""
    op.drop_table("upkeep")
    op.drop_table("message")
    op.drop_table("visit")
    for name, table, _column in _brin():
        op.drop_index(name, table_name=table)
    for column in ("ignored", "texts", "course"):
        op.drop_column("cursor", column)
    for column in ("stopped", "moved_at", "shifts", "shift", "work_until", "work_from"):
        op.drop_column("patient", column)
    op.execute(f"DELETE FROM schedule WHERE minute IS NULL OR kind NOT IN ({KINDS_BEFORE})")
    op.drop_index("uq_schedule_interval", table_name="schedule")
    op.drop_constraint(op.f("ck_schedule_time"), "schedule")
    op.drop_constraint(op.f("ck_schedule_day"), "schedule")
    for column in ("edited", "crosses_quiet", "until", "at", "every"):
        op.drop_column("schedule", column)
    op.alter_column("schedule", "minute", nullable=False)
    op.create_check_constraint(op.f("ck_schedule_days_or_one_off"), "schedule", "num_nonnulls(days, on_day) = 1")
    op.execute(f"DELETE FROM occurrence WHERE kind NOT IN ({KINDS_BEFORE}) OR reason NOT IN ({REASONS_BEFORE})")
    op.execute("DELETE FROM alert WHERE kind = 'silent'")
    _widen("occurrence", "reason", REASONS_BEFORE)
    _widen("occurrence", "kind", KINDS_BEFORE)
    _widen("schedule", "kind", KINDS_BEFORE)
    _widen("alert", "kind", ALERTS_BEFORE)


def _widen(table: str, column: str, words: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({words})")


def _brin() -> list[tuple[str, str, str]]:
    return [("ix_occurrence_fire_at", "occurrence", "fire_at"), ("ix_delivery_all_due_at", "delivery", "due_at")]


def _upgrade_schedule() -> None:
    op.alter_column("schedule", "minute", nullable=True)
    op.add_column("schedule", sa.Column("every", sa.SmallInteger(), nullable=True))
    op.add_column("schedule", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("schedule", sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("schedule", sa.Column("crosses_quiet", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("schedule", sa.Column("edited", sa.Boolean(), server_default="false", nullable=False))
    # Every rule so far that is not as the service made it was set by the person.
    op.execute("UPDATE schedule SET edited = true WHERE days IS NOT NULL AND (minute, days) <> (480, 127)")
    op.drop_constraint(op.f("ck_schedule_days_or_one_off"), "schedule")
    checks = {
        "every": "every BETWEEN 20 AND 120",
        "time": "num_nonnulls(minute, every, at) = 1",
        "day": "num_nonnulls(days, on_day, at) = 1",
        "interval_on_days": "every IS NULL OR days IS NOT NULL",
        "until_after": "until > at",
        "until_of_instant": "until IS NULL OR at IS NOT NULL",
        "crosses_quiet": "NOT crosses_quiet OR kind = 'own'",
    }
    for name, rule in checks.items():
        op.create_check_constraint(op.f(f"ck_schedule_{name}"), "schedule", rule)
    op.create_index(
        "uq_schedule_interval",
        "schedule",
        ["patient_id", "kind"],
        unique=True,
        postgresql_where=sa.text("every IS NOT NULL"),
    )


def _upgrade_patient() -> None:
    op.add_column("patient", sa.Column("work_from", sa.SmallInteger(), server_default="540", nullable=False))
    op.add_column("patient", sa.Column("work_until", sa.SmallInteger(), server_default="1020", nullable=False))
    op.add_column("patient", sa.Column("shift", sa.String(length=10), server_default="day", nullable=False))
    op.add_column("patient", sa.Column("shifts", postgresql.JSONB(), server_default=EMPTY_OBJECT, nullable=False))
    op.add_column("patient", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("stopped", sa.ARRAY(sa.Text()), server_default=EMPTY_ARRAY, nullable=False))
    op.create_check_constraint(op.f("ck_patient_work_from"), "patient", "work_from BETWEEN 0 AND 1439")
    op.create_check_constraint(op.f("ck_patient_work_until"), "patient", "work_until BETWEEN 0 AND 1439")
    op.create_check_constraint(op.f("ck_patient_shift"), "patient", "shift IN ('day', 'early', 'late', 'night', 'off')")


def _create_contact() -> None:
    op.create_table(
        "visit",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="planned", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 240", name=op.f("ck_visit_minutes")),
        sa.CheckConstraint("mode IN ('clinic', 'home', 'phone', 'video')", name=op.f("ck_visit_mode")),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled', 'missed')", name=op.f("ck_visit_state")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_visit_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_visit_made_by_account")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_patient_id_at", "visit", ["patient_id", "at"], unique=False)
    op.create_table(
        "message",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("author IN ('patient', 'clinician')", name=op.f("ck_message_author")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_message_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_message_author_id_account")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_patient_id_sent_at", "message", ["patient_id", "sent_at"], unique=False)
