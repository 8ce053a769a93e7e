"""A clinic's own programmes: copied from a reviewed one, changed, checked as the content is, published as a version.

A version that is published never changes, and a plan holds the version it was given: nobody's plan moves by surprise.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coach.models.programs import OwnProgram as Row
from coach.services.problems import Problem, conflict, invalid, not_found
from programs import canonical, faults
from programs.canonical import Misfit
from programs.catalog import Catalog, OwnProgram, Program

MOST = 200  # programmes of one clinic
MOST_FAULTS = 20  # shown at once
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LETTERS = 5


@dataclass(frozen=True)
class Shown:
    """One version; `published_at` is none while it is being written."""

    id: str
    version: int
    title: str
    summary: str
    copied_from: str
    published_at: datetime | None
    program: Program


def copy(
    session: Session,
    clinic_id: UUID,
    source: str,
    title: str,
    summary: str,
    *,
    author_id: UUID,
    now: datetime,
    catalog: Catalog,
) -> Shown:
    """A new programme that is a reviewed one, or one of the clinic's own, until it is changed. Raises Problem."""
    found = catalog.programs.get(source)
    if found is None:
        own = published(session, clinic_id, source)
        if own is None:
            raise invalid("copy_of", "No such programme.")
        found = own.program
    known = select(func.count(Row.id.distinct())).where(Row.clinic_id == clinic_id)
    if (session.scalar(known) or 0) >= MOST:
        raise conflict(f"At most {MOST} programmes of a clinic's own are possible.")
    name = "C" + "".join(secrets.choice(SIGNS) for _ in range(LETTERS))
    program = replace(found, id=name, entry="Assigned by a clinician of this clinic.", exit="Ended by a clinician.")
    row = Row(clinic_id=clinic_id, id=name, version=1, title=title, summary=summary, copied_from=source)
    row.body, row.made_by, row.made_at = canonical.to_json(program), author_id, now
    session.add(row)
    session.flush()
    return _shown(row)


def change(
    session: Session, clinic_id: UUID, program_id: str, changes: Mapping[str, Any], *, author_id: UUID, now: datetime
) -> Shown:
    """Changes the version being written, begun from the published one if there is none. Raises Problem 404, 422."""
    row = _draft(session, clinic_id, program_id, author_id, now)
    body = {**row.body, **{key: value for key, value in changes.items() if key not in ("title", "summary")}}
    try:
        row.body = canonical.to_json(canonical.from_json(Program, body))
    except Misfit as misfit:
        raise invalid(".".join(misfit.path) or "body", misfit.reason) from misfit
    row.title, row.summary = changes.get("title", row.title), changes.get("summary", row.summary)
    session.flush()
    return _shown(row)


def publish(session: Session, clinic_id: UUID, program_id: str, *, now: datetime, catalog: Catalog) -> Shown:
    """Checks the version being written as built-in content is checked, and lets it be assigned. Raises Problem: 404
    without such a version, 422 with its faults."""
    query = select(Row).where(Row.clinic_id == clinic_id, Row.id == program_id, Row.published_at.is_(None))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise not_found()
    wrong = check(_value(row), catalog)
    if wrong:
        fields = {f"program.{place}": reason for place, reason in enumerate(wrong[:MOST_FAULTS])}
        raise Problem("invalid", 422, "Some fields were not accepted.", fields=fields)
    row.published_at = now
    return _shown(row)


def check(own: OwnProgram, catalog: Catalog) -> list[str]:
    """Its faults, by the very checks that the content passes at the start; none for a sound one."""
    known = set(faults.found(catalog))  # of a loaded catalogue: what is computed counts as written there
    new = (each for each in faults.found(catalog.with_own(own)) if each not in known)
    # Its texts are a clinician's own, in one language; their length is the wire's to check.
    return [f"{item}: {reason}" for file, item, reason in new if not file.startswith("locale/")]


def published(session: Session, clinic_id: UUID, program_id: str) -> OwnProgram | None:
    """The newest published version; None where the clinic has none."""
    query = select(Row).where(Row.clinic_id == clinic_id, Row.id == program_id, Row.published_at.is_not(None))
    row = session.scalar(query.order_by(Row.version.desc()).limit(1))
    return _value(row) if row else None


def listed(session: Session, clinic_id: UUID) -> list[Shown]:
    """The newest published version of each, and the one being written, by title."""
    rows = session.scalars(select(Row).where(Row.clinic_id == clinic_id).order_by(Row.id, Row.version.desc()))
    newest: dict[tuple[str, bool], Row] = {}
    for row in rows:
        newest.setdefault((row.id, row.published_at is not None), row)
    return sorted((_shown(row) for row in newest.values()), key=lambda each: (each.title, each.id, each.version))


def _draft(session: Session, clinic_id: UUID, program_id: str, author_id: UUID, now: datetime) -> Row:
    mine = select(Row).where(Row.clinic_id == clinic_id, Row.id == program_id)
    last = session.scalar(mine.order_by(Row.version.desc()).limit(1).with_for_update())
    if last is None:
        raise not_found()
    if last.published_at is None:
        return last
    if last.version >= 1000:
        raise conflict("This programme has too many versions. Copy it.")
    row = Row(clinic_id=clinic_id, id=program_id, version=last.version + 1, title=last.title, summary=last.summary)
    row.body, row.copied_from, row.made_by, row.made_at = last.body, last.copied_from, author_id, now
    session.add(row)
    return row


def _value(row: Row) -> OwnProgram:
    return OwnProgram(canonical.from_json(Program, row.body), row.version, row.title, row.summary)


def _shown(row: Row) -> Shown:
    own = _value(row)
    return Shown(row.id, row.version, row.title, row.summary, row.copied_from, row.published_at, own.program)
