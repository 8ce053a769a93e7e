"""A clinician's caseload of simulated lives: each is lived and folded once, then many patients are loaded from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from coach.models.care import Alert, CareRelationship
from coach.models.contact import Message
from coach.models.people import Account, Clinic, Patient
from coach.models.plans import Plan as PlanRow
from coach.services import caseload
from programs import adapt, canonical, catalog, simulate
from programs.plan import Plan

# Each life as it is after so many days: locked, referred, worse, unchanged, idle, waiting for approval, well.
LIVES = {
    "cauda-equina": 10, "chronic-worse": 46, "disc-peripheraliser": 20, "chronic-unchanged": 59,
    "chronic-wavering": 15, "approved": 12, "flare-prone": 8, "acute-fast": 8, "desk-worker": 9, "stenosis": 7,
}  # fmt: skip
SEED = 7
T = TypeVar("T")


@cache
def plans() -> tuple[Plan, ...]:
    """Every life at its day."""
    content, found = catalog.load(), []
    for name, days in LIVES.items():
        log = simulate.log((name, 0), SEED, days + 1, content)
        last = min(event.day for event in log) + timedelta(days=days)
        found.append(adapt.fold(None, [each for each in log if each.day <= last], last, content).plan)
    return tuple(found)


def load(session: Session, clinician: UUID, number: int, now: datetime) -> list[UUID]:
    """So many patients in the care of one clinician, the lives taking turns; every 7th has written, every 50th missed
    a visit."""
    content, lives = catalog.load(), plans()
    clinic = session.get_one(Account, clinician).clinic_id
    assert session.scalar(select(Clinic.id).where(Clinic.id == clinic))
    documents = [(canonical.to_json(plan), caseload.summary(plan, content)) for plan in lives]
    ids = [uuid4() for _ in range(number)]
    person = {"clinic_id": clinic, "role": "patient", "password_hash": "none", "created_at": now}
    account_rows = [
        {"id": id_, "email": f"{id_}@example.org", "name": f"Person {place:04}", **person}
        for place, id_ in enumerate(ids)
    ]
    session.execute(insert(Account), account_rows)
    session.execute(insert(Patient), [
        {"id": id_, "clinic_id": clinic, "zone": "Europe/Paris", "locale": "en", "created_at": now,
         "lock": _level(plan), "locks": [canonical.to_json(lock) for lock in plan.locked_by]}
        for id_, plan in zip(ids, _turns(lives, number), strict=True)
    ])  # fmt: skip
    session.execute(
        insert(CareRelationship), [{"patient_id": id_, "clinician_id": clinician, "since": now} for id_ in ids]
    )
    session.execute(insert(PlanRow), [
        {"patient_id": id_, "revision": 1, "day": plan.day, "opening": {}, "state": state, "summary": summary,
         "folded_seq": 0, "rules_version": adapt.rules_version, "content_hash": content.content_hash, "made_at": now}
        for id_, plan, (state, summary) in zip(ids, _turns(lives, number), _turns(documents, number), strict=True)
    ])  # fmt: skip
    alerts = [
        {"patient_id": id_, "id": uuid4(), "kind": "referral", "subject": subject, "level": "SOON", "raised_at": now,
         "due_day": min(r.due for r in plan.referrals if r.kind == subject)}
        for id_, plan in zip(ids, _turns(lives, number), strict=True)
        for subject in sorted({referral.kind for referral in plan.referrals})
    ]  # fmt: skip
    alerts += [
        {"patient_id": id_, "id": uuid4(), "kind": "visit", "subject": "late", "level": "SOON", "raised_at": now,
         "due_day": now.date()}
        for id_ in ids[7::50]
    ]  # fmt: skip
    session.execute(insert(Alert), alerts)
    session.execute(insert(Message), [
        {"patient_id": id_, "id": uuid4(), "author": "patient", "author_id": id_, "text": "May I swim?", "sent_at": now}
        for id_ in ids[::7]
    ])  # fmt: skip
    session.flush()
    return ids


def _level(plan: Plan) -> str:
    return plan.locked_by[0].level if plan.locks else "none"


def _turns(some: Sequence[T], number: int) -> list[T]:
    return [some[place % len(some)] for place in range(number)]
