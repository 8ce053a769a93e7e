"""acting: keyed calls, ends of care episodes"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patient", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "keyed_call",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_keyed_call_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_keyed_call_patient_id_patient"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_keyed_call")),
    )
    op.create_index("ix_keyed_call_made_at", "keyed_call", ["made_at"])
    op.create_index(op.f("ix_keyed_call_patient_id"), "keyed_call", ["patient_id"])


def downgrade() -> None:
    op.drop_table("keyed_call")
    op.drop_column("patient", "closed_at")
