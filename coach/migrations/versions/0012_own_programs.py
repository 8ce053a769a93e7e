"""programmes of a clinic's own"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_program",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("copied_from", sa.String(length=12), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version BETWEEN 1 AND 1000", name=op.f("ck_own_program_version")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_own_program_clinic_id_clinic")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_own_program_made_by_account")),
        sa.PrimaryKeyConstraint("clinic_id", "id", "version", name=op.f("pk_own_program")),
    )
    op.create_index(
        "uq_own_program_draft",
        "own_program",
        ["clinic_id", "id"],
        unique=True,
        postgresql_where=sa.text("published_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("own_program")
