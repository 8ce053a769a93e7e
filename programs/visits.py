"""The follow-up calendar: when a person of a path is contacted, by whom, and what is overdue (clinical dossier 7.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from programs.catalog import Catalog
from programs.course import Score
from programs.plan import Plan, Referral

Path = Literal["surgery", "radicular_irritable", "radicular", "risk", "maintenance", "acute", "chronic"]
MAINTENANCE = "T10"
FIRST = ("safety_check", "first_contact")  # what the first contact of a path is, where the path has it
DECIDES, QUESTION, APP = "next_steps", "one_question", "asked_by_app"


@dataclass(frozen=True, slots=True)
class Visit:
    """One contact: its day, the first and the last day on which it is in time, its kind, and who does it."""

    day: date
    opens: date
    closes: date
    kind: str
    mode: str

    def is_overdue(self, today: date) -> bool:
        """Past its window: the person is reminded once, then it goes to the clinic's list."""
        return today > self.closes


def path(plan: Plan, catalog: Catalog) -> Path:
    """Which calendar a person follows; the one with the earliest human contact comes first."""
    held, risk = plan.conditions, plan.scores.get("STARTBACK", Score(plan.began, None)).band
    if "SURG" in held:
        return "surgery"
    if "RAD" in held:
        return "radicular_irritable" if plan.irritable else "radicular"
    if risk in ("medium", "high"):
        return "risk"
    if plan.program == MAINTENANCE:
        return "maintenance"
    return (
        "acute" if (plan.began - plan.patient.episode_day).days < catalog.constants.conditions.acute_days else "chronic"
    )


def calendar(plan: Plan, catalog: Catalog) -> tuple[Visit, ...]:
    """All contacts of a person's path, in order, counted from the start of the course or of the maintenance."""
    visits, own = catalog.education.visits, path(plan, catalog)
    start = plan.program_day if own == "maintenance" else plan.began
    days = dict(_kinds(own, catalog))
    if own == "maintenance":
        every = catalog.constants.visits.question_days
        days |= {day: QUESTION for day in range(every, max(days), every) if day not in days}
    modes = {kind.id: kind.mode for kind in visits.kinds}
    return tuple(_visit(start + timedelta(days=day), kind, modes[kind], catalog) for day, kind in sorted(days.items()))


def overdue_referrals(plan: Plan, today: date, catalog: Catalog) -> tuple[Referral, ...]:
    """Referrals that nobody has settled for so long after they were due that their owner is alerted."""
    waits = timedelta(days=catalog.constants.visits.referral_overdue_days)
    return tuple(referral for referral in plan.referrals if today > referral.due + waits)


def _kinds(own: Path, catalog: Catalog) -> Iterator[tuple[int, str]]:
    visits = catalog.education.visits
    kinds = [kind.id for kind in visits.kinds if own in kind.paths]
    usual = APP if APP in kinds else "progress"
    for place, day in enumerate(visits.days[own]):
        first = next((kind for kind in FIRST if kind in kinds), usual)
        yield day, DECIDES if day in visits.decides.get(own, ()) else first if place == 0 else usual


def _visit(day: date, kind: str, mode: str, catalog: Catalog) -> Visit:
    numbers = catalog.constants.visits
    return Visit(day, day - timedelta(days=numbers.early_days), day + timedelta(days=numbers.late_days), kind, mode)
