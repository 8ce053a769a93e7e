"""Whom a clinician looks after, and who of them needs a human first, each with the reason in one line."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Row,
    Subquery,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.contact import Message
from coach.models.people import LOCK_LEVELS, Account, Patient
from coach.models.plans import Plan
from coach.services import access
from coach.services.problems import invalid
from coach.services.tokens import Identity
from programs import attention, canonical
from programs.attention import KINDS, Need
from programs.catalog import Catalog
from programs.plan import Plan as PlanValue
from programs.triage import Lock
from programs.words import Words

MOST = 100  # patients on one page, alerts in the list
LONGEST_CURSOR = 600
ANY = "any"  # `attention`: whoever needs anything
NEVER = date(9999, 12, 31)  # sorts after every day


@dataclass(frozen=True)
class Reason:
    """Why this person needs a human, in one line of the reader's language."""

    kind: str
    since: date
    text: str


@dataclass(frozen=True)
class CaseloadRow:
    """One patient of a caseload; `reasons` are the most urgent first, none where all is well."""

    id: UUID
    name: str
    lock: str
    worst: Lock | None  # of its locks
    program: str | None
    mode: str | None
    day: str | None
    adherence: int | None  # percent of the planned sessions
    last_session: str | None
    unread: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Page:
    patients: list[CaseloadRow]
    next: str | None  # the cursor of the page after this one


def summary(plan: PlanValue, catalog: Catalog) -> dict[str, Any]:
    """What lists need of a plan, stored beside it so that a thousand patients are one cheap statement."""
    return {
        "program": plan.program,
        "mode": plan.mode,
        "adherence": attention.share_done(plan, catalog),
        "last_session": plan.training.last_session.isoformat() if plan.training.last_session else None,
        "needs": {need.kind: canonical.to_json(need) for need in attention.of_plan(plan, catalog)},
    }


def page(
    session: Session,
    identity: Identity,
    *,
    now: datetime,
    catalog: Catalog,
    locale: str = "en",
    need: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    closed: bool = False,
    most: int = 50,
) -> Page:
    """The caller's patients, who needs a human first on top, then by name.

    `closed`: those whose care has ended, instead of the others. `need`: only who has this kind of need, or any. `q`: a
    part of the name. A person whose need changes between two pages may be on both or on none; the first page is always
    true. Raises Problem 422 for a cursor of no page.
    """
    found = _needs(identity, now, closed)
    query = select(found).order_by(*_order(found)).limit(most + 1)
    if need is not None:
        query = query.where(found.c.rank < len(KINDS) if need == ANY else found.c[f"has_{need}"])
    if q is not None:
        query = query.where(found.c.name.icontains(q, autoescape=True))
    if cursor is not None:
        query = query.where(tuple_(*_order(found)) > tuple_(*_read(cursor)))
    rows = session.execute(query).all()
    words = catalog.in_language(locale)
    shown = [_row(row, words, catalog) for row in rows[:most]]
    return Page(shown, _cursor(rows[most - 1]) if len(rows) > most else None)


def counts(session: Session, identity: Identity, *, now: datetime) -> dict[str, int]:
    """How many of the caller's patients have each kind of need, and how many there are in all."""
    found = _needs(identity, now, False)
    columns = [func.count().filter(found.c[f"has_{kind}"]).label(kind) for kind in KINDS]
    row = session.execute(select(func.count().label("all"), *columns).select_from(found)).one()
    return dict(row._mapping)


def open_alerts(session: Session, identity: Identity, *, now: datetime) -> list[Alert]:
    """The gravest open alerts of the caller's patients, oldest first among equals; at most 100."""
    gravity = case({level: rank for rank, level in enumerate(LOCK_LEVELS)}, value=Alert.level)
    query = select(Alert).where(
        Alert.patient_id.in_(access.patients_in_care(identity, now)), Alert.resolved_at.is_(None)
    )
    return list(session.scalars(query.order_by(gravity.desc(), Alert.raised_at, Alert.id).limit(MOST)))


def _needs(identity: Identity, now: datetime, closed: bool) -> Subquery:
    """Every patient in care with what lists show, one column for each kind of need, and the place in the order."""
    mine = access.patients_in_care(identity, now).cte("mine")
    alerts, unread = _alerts(mine), _unread(mine)
    has: dict[str, ColumnElement[bool]] = {
        "lock": Patient.lock != "none",
        "referral": alerts.c.referral_due.is_not(None),
        "low_adherence": or_(_told("low_adherence"), alerts.c.silent.is_not(None)),
        "visit": alerts.c.visit_due.is_not(None),
        "message": unread.c.number > 0,
    }
    has |= {kind: _told(kind) for kind in KINDS if kind not in has}
    since: dict[str, ColumnElement[Any]] = {
        "lock": literal(date.min),  # the level decides
        "referral": alerts.c.referral_due,
        "visit": alerts.c.visit_due,
        "message": cast(unread.c.oldest, Date),
    }
    since |= {kind: cast(Plan.summary["needs"][kind]["since"].astext, Date) for kind in KINDS if kind not in since}
    rank = case(*((has[kind], place) for place, kind in enumerate(KINDS)), else_=len(KINDS))
    columns = [
        Patient.id,
        Account.name,
        Patient.lock,
        Patient.locks,
        Plan.day,
        Plan.summary,
        alerts.c.referral_due,
        alerts.c.referral,
        alerts.c.visit_due,
        alerts.c.silent,
        func.coalesce(unread.c.number, 0).label("unread"),
        unread.c.oldest,
        *(func.coalesce(has[kind], false()).label(f"has_{kind}") for kind in KINDS),
        rank.label("rank"),
        case({level: -place for place, level in enumerate(LOCK_LEVELS)}, value=Patient.lock).label("gravity"),
        func.coalesce(case(*((has[kind], since[kind]) for kind in KINDS), else_=NEVER), NEVER).label("since"),
    ]
    return (
        select(*columns)
        .join(mine, mine.c[0] == Patient.id)
        .join(Account, Account.id == Patient.id)
        .outerjoin(Plan, Plan.patient_id == Patient.id)
        .outerjoin(alerts, alerts.c.patient_id == Patient.id)
        .outerjoin(unread, unread.c.patient_id == Patient.id)
        .where(Patient.closed_at.is_not(None) if closed else Patient.closed_at.is_(None))
        .subquery("caseload")
    )


def _told(kind: str) -> ColumnElement[bool]:
    told: ColumnElement[bool] = Plan.summary["needs"].has_key(kind)
    return told


def _alerts(mine: CTE) -> CTE:
    """The open alerts of each patient on one row: the next referral, the oldest overdue visit, a silence."""
    referral = Alert.kind == "referral"
    return (
        select(
            Alert.patient_id,
            func.min(Alert.due_day).filter(referral).label("referral_due"),
            func.min(func.concat(Alert.due_day, " ", Alert.subject)).filter(referral).label("referral"),
            func.min(Alert.due_day).filter(Alert.kind == "visit").label("visit_due"),
            func.min(Alert.subject).filter(Alert.kind == "silent").label("silent"),
        )
        .where(Alert.resolved_at.is_(None), Alert.patient_id.in_(select(mine.c[0])))
        .group_by(Alert.patient_id)
        .cte("alerts")
        .prefix_with("MATERIALIZED")  # once, also where PostgreSQL does not know yet how much there is
    )


def _unread(mine: CTE) -> CTE:
    of_patient = and_(Message.author == "patient", Message.read_at.is_(None))
    return (
        select(Message.patient_id, func.count().label("number"), func.min(Message.sent_at).label("oldest"))
        .where(of_patient, Message.patient_id.in_(select(mine.c[0])))
        .group_by(Message.patient_id)
        .cte("unread")
        .prefix_with("MATERIALIZED")
    )


def _order(found: Subquery) -> tuple[ColumnElement[Any], ...]:
    return found.c.rank, found.c.gravity, found.c.since, found.c.name, found.c.id


def _cursor(row: Row[Any]) -> str:
    place = [row.rank, row.gravity, row.since.isoformat(), row.name, str(row.id)]
    return urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[ColumnElement[Any], ...]:
    """A cursor's place in the order. Raises Problem 422."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        rank, gravity, since, name, id_ = json.loads(raw)
        known = date.fromisoformat(since), str(name), UUID(id_)
        if not (isinstance(rank, int) and 0 <= rank <= len(KINDS) and isinstance(gravity, int) and abs(gravity) < 100):
            raise ValueError("out of range")
        if "\0" in name:
            raise ValueError("not a name")
        known[1].encode()
    except (ValueError, TypeError, AttributeError) as error:
        raise invalid("cursor", "is not a cursor of this list") from error
    typed = (literal(known[0], Date), literal(known[1]), literal(known[2], Uuid))
    return literal(rank), literal(gravity), *typed


def _row(row: Row[Any], words: Words, catalog: Catalog) -> CaseloadRow:
    known = row.summary or {}
    return CaseloadRow(
        id=row.id,
        name=row.name,
        lock=row.lock,
        worst=_worst(row),
        program=known.get("program"),
        mode=known.get("mode"),
        day=row.day.isoformat() if row.day else None,
        adherence=known.get("adherence"),
        last_session=known.get("last_session"),
        unread=row.unread,
        reasons=tuple(
            Reason(need.kind, need.since, attention.sentence(need, words)) for need in _of_row(row, words, catalog)
        ),
    )


def _of_row(row: Row[Any], words: Words, catalog: Catalog) -> list[Need]:
    """All needs of one person, most urgent first."""
    told = (row.summary or {}).get("needs", {})
    needs = {kind: canonical.from_json(Need, each) for kind, each in told.items()}
    if worst := _worst(row):
        needs["lock"] = _lock(worst, words, catalog)
    if row.referral_due is not None:
        kind = row.referral.partition(" ")[2]
        text = words.word(f"referrals.{kind}.clinician", due=row.referral_due.isoformat())
        needs["referral"] = Need("referral", row.referral_due, what=text)
    if row.silent is not None and "low_adherence" not in needs:
        needs["low_adherence"] = Need("low_adherence", date.fromisoformat(row.silent.split()[-1]), "silent")
    if row.visit_due is not None:
        needs["visit"] = Need("visit", row.visit_due)
    if row.unread:
        needs["message"] = Need("message", row.oldest.date(), count=row.unread)
    return [needs[kind] for kind in KINDS if kind in needs]


def _worst(row: Row[Any]) -> Lock | None:
    """They are kept with the gravest first."""
    return canonical.from_json(Lock, row.locks[0]) if row.lock != "none" else None


def _lock(lock: Lock, words: Words, catalog: Catalog) -> Need:
    if lock.flag in catalog.red_flags:
        what = words.word(f"red_flags.{lock.flag}.plainer")
        return Need("lock", lock.since, what=f"{lock.level}, {lock.flag}. {what}")
    if f"levels.{lock.flag}.title" in words.texts:
        return Need("lock", lock.since, what=words.word(f"levels.{lock.flag}.title"))
    return Need("lock", lock.since, "clinician")
