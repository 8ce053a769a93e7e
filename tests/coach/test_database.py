"""No wait on the database is without an end, and a restart of the server costs nobody a request."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from coach.config import Config
from coach.database import make_engine


def test_every_connection_has_its_limits(engine: Engine) -> None:
    with engine.connect() as connection:
        limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
        found = [connection.scalar(text(f"SHOW {name}")) for name in limits]
    assert found == ["5s", "2s", "10s", "UTC"]


def test_a_lock_is_not_waited_for_without_end(engine: Engine) -> None:
    with engine.connect() as holder, engine.connect() as waiter:
        holder.execute(text("SELECT pg_advisory_xact_lock(1)"))
        with pytest.raises(OperationalError, match="lock timeout"):
            waiter.execute(text("SELECT pg_advisory_xact_lock(1)"))


def test_a_connection_that_the_server_dropped_is_replaced_unnoticed(config: Config) -> None:
    engine = make_engine(config.database_url)
    with engine.connect() as first, engine.connect() as second:
        killed = first.scalar(text("SELECT pg_backend_pid()"))
        first.rollback()
        first.close()
        second.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": killed})
        with engine.connect() as third:
            assert third.scalar(text("SELECT pg_backend_pid()")) != killed
    engine.dispose()
