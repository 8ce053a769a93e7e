"""native pushes"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("reason", sa.String(length=40), nullable=True))
    op.add_column("delivery", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device", sa.Column("sandbox", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("device", sa.Column("suspect_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "device", sa.Column("local_timers", sa.ARRAY(sa.String(length=20)), server_default="{}", nullable=False)
    )
    op.create_check_constraint(op.f("ck_device_local_timers"), "device", "cardinality(local_timers) <= 20")
    op.drop_constraint(op.f("ck_device_provider"), "device", type_="check")
    op.create_check_constraint(op.f("ck_device_provider"), "device", "provider IN ('webpush', 'fcm', 'apns')")


def downgrade() -> None:
    op.execute("DELETE FROM device WHERE provider <> 'webpush'")
    op.drop_constraint(op.f("ck_device_provider"), "device", type_="check")
    op.create_check_constraint(op.f("ck_device_provider"), "device", "provider IN ('webpush')")
    op.drop_constraint(op.f("ck_device_local_timers"), "device", type_="check")
    op.drop_column("device", "local_timers")
    op.drop_column("device", "suspect_at")
    op.drop_column("device", "sandbox")
    op.drop_column("delivery", "not_before")
    op.drop_column("delivery", "reason")
