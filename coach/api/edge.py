"""The edge of a request: one session, one commit, one `now`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from coach import clock
from coach.config import Config
from coach.limits import RequestLimit
from coach.models.people import Patient
from coach.services import access
from coach.services.tokens import Identity, Signer
from coach.wake import Waker
from programs.catalog import Catalog


@dataclass(frozen=True)
class Parts:
    """What the process holds for its lifetime; made once in `coach.app`."""

    config: Config
    sessions: sessionmaker[Session]
    reads: Engine  # the same connections; each statement is a transaction of its own
    catalog: Catalog
    signer: Signer
    limit: RequestLimit
    waker: Waker


@dataclass(frozen=True)
class Unit:
    session: Session
    now: datetime  # domain time; see coach.clock


@dataclass(frozen=True)
class Glance:
    connection: Connection
    now: datetime


def parts() -> Parts:
    found: Parts = current_app.extensions["coach"]
    return found


def identity() -> Identity:
    """Who calls; set by `coach.api.auth` before any view that is not public."""
    found: Identity = g.identity
    return found


def limited() -> int | None:
    """Counts this request for its account and address; the seconds to wait if it is one too many."""
    who = g.identity.account_id if "identity" in g else "nobody"
    return parts().limit.wait(f"{who} {request.remote_addr}")


def request_id() -> str:
    return str(g.request_id)


def in_care(unit: Unit, patient_id: UUID, action: str, *, lock: bool = False) -> Patient:
    """A patient of the calling clinician; the visit to the record is written down. Raises Problem 404."""
    return access.patient_in_care(
        unit.session, identity(), patient_id, action=action, now=unit.now, request_id=request_id(), lock=lock
    )


@contextmanager
def unit() -> Iterator[Unit]:
    """One transaction: committed when the block ends well, rolled back when it raises."""
    with parts().sessions() as session:
        now = clock.read(session, parts().config)
        g.server_time = now
        yield Unit(session, now)
        session.commit()


@contextmanager
def glance() -> Iterator[Glance]:
    """For one statement that only reads: no transaction has to be begun and ended around it."""
    with parts().reads.connect() as connection:
        now = clock.read(connection, parts().config)
        g.server_time = now
        yield Glance(connection, now)
