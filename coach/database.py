"""The engine and its sessions. The edge (request, task, command) opens one session and commits once."""

import select

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000  # a stuck process must not hold its locks for long
POOL_SIZE = 5  # more than the threads of a process; what a burst needs beyond it is closed again
POOL_OVERFLOW = 5
POOL_TIMEOUT_S = 3


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine whose every wait is bounded: connect, statement, lock, idle transaction, pool."""
    limits = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "timezone": "UTC",
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_S,
        pool_use_lifo=True,
        hide_parameters=True,  # they are health data, and errors are logged
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": (CONNECT_TIMEOUT_S + 2) * 1_000,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    )
    event.listen(engine, "checkout", _refuse_dropped)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose rows stay readable after the commit, because nothing is loaded behind one's back."""
    return sessionmaker(engine, expire_on_commit=False)


def _refuse_dropped(connection: object, _record: object, _proxy: object) -> None:
    """An idle connection has nothing to say: if there is something to read, the server has hung up.

    This costs one system call where `pool_pre_ping` costs a round trip on every request.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)  # type: ignore[attr-defined]
    if poll.poll(0):
        raise DisconnectionError
