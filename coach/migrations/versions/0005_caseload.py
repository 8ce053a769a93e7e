"""caseload: what lists show of a plan, and unread messages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    summary = sa.Column(
        "summary",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
    )
    op.add_column("plan", summary)
    op.create_index(
        "ix_message_unread",
        "message",
        ["patient_id"],
        postgresql_where=sa.text("author = 'patient' AND read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_unread", table_name="message")
    op.drop_column("plan", "summary")
