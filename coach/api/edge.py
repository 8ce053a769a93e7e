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
from coach.clock import real_now
from coach.config import Config
from coach.limits import RequestLimit
from coach.models.people import Patient
from coach.services import access, keyed_calls
from coach.services.problems import Problem
from coach.services.tokens import Identity, Signer
from coach.wake import Waker
from programs.catalog import Catalog

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
IF_MATCH = "If-Match"


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
    """A patient of the calling clinician; the visit to the record is written down. Raises Problem 404.

    To change something, lock: then an If-Match of the caller is held against the patient's revision (412).
    """
    patient = access.patient_in_care(
        unit.session, identity(), patient_id, action=action, now=unit.now, request_id=request_id(), lock=lock
    )
    g.revision_of = patient
    if lock:
        _check_revision(patient)
    return patient


@contextmanager
def unit() -> Iterator[Unit]:
    """One transaction: committed when the block ends well, rolled back when it raises."""
    with parts().sessions() as session:
        now = clock.read(session, parts().config)
        g.server_time = now
        if "key" in g and "key_claimed" not in g:
            _claim_key(session)
        yield Unit(session, now)
        if (patient := g.get("revision_of")) is not None:
            g.revision = patient.revision
        session.commit()


def _check_revision(patient: Patient) -> None:
    sent = request.headers.get(IF_MATCH, "*").strip()
    tags = [each.strip().removeprefix("W/").strip('"') for each in sent.split(",")]
    if request.method in UNSAFE and sent != "*" and str(patient.revision) not in tags:
        raise Problem(
            "changed-meanwhile",
            412,
            "This patient's plan has changed since you read it.",
            f"It is at revision {patient.revision} now. Nothing of yours was stored: read it again, then decide.",
        )


def _claim_key(session: Session) -> None:
    patient_id = (request.view_args or {}).get("patient_id")
    keyed_calls.claim(session, identity().account_id, g.key, g.key_digest, patient_id, real_now())
    g.key_claimed = True


@contextmanager
def glance() -> Iterator[Glance]:
    """For one statement that only reads: no transaction has to be begun and ended around it."""
    with parts().reads.connect() as connection:
        now = clock.read(connection, parts().config)
        g.server_time = now
        yield Glance(connection, now)
