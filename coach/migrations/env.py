"""What Alembic runs: one migrator at a time, which does not wait long for locks beside a running service."""

from alembic import context
from sqlalchemy import create_engine, text

from coach.config import Config
from coach.models import metadata

MIGRATOR_LOCK = 7_233_112_908  # any number that is ours
WAIT_FOR_OTHER_MIGRATOR = "60s"
LOCK_TIMEOUT = "4s"  # a step queued behind a long query would make every other query queue behind the step
STATEMENT_TIMEOUT = "60s"  # a longer step, such as building an index concurrently, sets its own


def migrate() -> None:
    url = context.config.attributes.get("url") or Config.from_env().database_url
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SET lock_timeout = '{WAIT_FOR_OTHER_MIGRATOR}'"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATOR_LOCK})
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
            connection.commit()
            context.configure(connection, target_metadata=metadata, compare_server_default=True)
            with context.begin_transaction():
                context.run_migrations()
            # The lock belongs to the connection, which ends here.
    finally:
        engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database: coach migrate")
migrate()
