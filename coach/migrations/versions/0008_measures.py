"""measures for everyone, reports of harm, and the alerts of both"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "kind IN ('red_flag', 'no_program', 'referral', 'failed_plan', 'silent', 'visit')"
KINDS_NOW = (
    "kind IN ('red_flag', 'no_program', 'referral', 'failed_plan', 'silent', 'visit', 'adverse', 'message', 'returned')"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_alert_kind"), "alert", type_="check")
    op.create_check_constraint(op.f("ck_alert_kind"), "alert", KINDS_NOW)
    op.create_table(
        "measure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("exercise", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('recall', 'freeze')", name=op.f("ck_measure_kind")),
        sa.CheckConstraint("(kind = 'recall') = (exercise IS NOT NULL)", name=op.f("ck_measure_exercise_of_recall")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_measure_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_measure_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_index(op.f("ix_measure_clinic_id"), "measure", ["clinic_id"])
    op.create_index("ix_measure_pending", "measure", ["made_at"], postgresql_where=sa.text("pending"))
    op.create_table(
        "adverse_event",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exercise", sa.String(length=40), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_adverse_event_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reported_by"], ["account.id"], name=op.f("fk_adverse_event_reported_by_account")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("pk_adverse_event")),
    )


def downgrade() -> None:
    op.drop_table("adverse_event")
    op.drop_table("measure")
    op.execute("DELETE FROM alert WHERE kind IN ('adverse', 'message', 'returned')")
    op.drop_constraint(op.f("ck_alert_kind"), "alert", type_="check")
    op.create_check_constraint(op.f("ck_alert_kind"), "alert", KINDS)
