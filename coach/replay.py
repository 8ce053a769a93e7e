"""`coach replay`: folds a stored log again, in this process, and compares the plan with the stored one."""

from collections import Counter
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coach.config import CannotStart, Config
from coach.database import make_engine, make_sessions
from coach.differences import first_difference
from coach.models.plans import Plan
from coach.services import plans
from programs import catalog as content
from programs.catalog import Catalog

SAMPLE_MOST = 100_000
Verdict = Literal["same", "different", "not comparable"]


def run(config: Config, patient_id: UUID | None, sample: int | None) -> int:
    """One patient's plan, or those of a random sample: 0, or 1 when one differs. Raises CannotStart."""
    if (patient_id is None) == (sample is None):
        raise CannotStart("replay needs a patient's id, or --all-of-a-sample N")
    if sample is not None and not 1 <= sample <= SAMPLE_MOST:
        raise CannotStart(f"--all-of-a-sample: {sample} is not from 1 to {SAMPLE_MOST}")
    engine = make_engine(config.database_url)
    sessions, catalog = make_sessions(engine), content.load()
    found: Counter[Verdict] = Counter()
    try:
        with sessions() as session:
            ids = [patient_id] if patient_id else _sample(session, sample or 0)
        for each in ids:
            with sessions() as session:
                verdict, line = compare(session, each, catalog)
            found[verdict] += 1
            print(f"{each}: {line}", flush=True)
    finally:
        engine.dispose()
    if sample:
        print(
            f"{found.total()} plans: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(found.items()))
        )
    return 1 if found["different"] else 0


def compare(session: Session, patient_id: UUID, catalog: Catalog) -> tuple[Verdict, str]:
    """The verdict on one stored plan, and a line on it. Raises CannotStart for a patient without a plan."""
    try:
        replay = plans.replay(session, patient_id, catalog)
    except ValueError as error:
        return "different", f"the log cannot be folded: {error}"
    if replay is None:
        raise CannotStart(f"{patient_id}: no plan is stored")
    if replay.folded is None:
        return "not comparable", "made by other rules or content; the next fold begins from it"
    found = first_difference(replay.stored, replay.folded)
    if found is None:
        return "same", "same"
    return "different", f"{found.path}: stored {found.one!r}, folded {found.other!r}"


def _sample(session: Session, size: int) -> list[UUID]:
    return list(session.scalars(select(Plan.patient_id).order_by(func.random()).limit(size)))
