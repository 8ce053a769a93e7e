"""phone: units on the screen, what phones and watches measured, and that somebody was erased"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patient", sa.Column("weight_unit", sa.String(length=2), server_default="kg", nullable=False))
    op.add_column("patient", sa.Column("height_unit", sa.String(length=2), server_default="cm", nullable=False))
    op.create_check_constraint(op.f("ck_patient_weight_unit"), "patient", "weight_unit IN ('kg', 'lb')")
    op.create_check_constraint(op.f("ck_patient_height_unit"), "patient", "height_unit IN ('cm', 'ft')")
    op.create_table(
        "measured",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("metric", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("metric IN ('steps')", name=op.f("ck_measured_metric")),
        sa.CheckConstraint("source IN ('watch', 'phone', 'other')", name=op.f("ck_measured_source")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_measured_value")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_measured_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("patient_id", "local_day", "metric", "source", name=op.f("pk_measured")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_erasure_clinic_id_clinic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("measured")
    op.drop_constraint(op.f("ck_patient_height_unit"), "patient", type_="check")
    op.drop_constraint(op.f("ck_patient_weight_unit"), "patient", type_="check")
    op.drop_column("patient", "height_unit")
    op.drop_column("patient", "weight_unit")
