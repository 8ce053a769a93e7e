"""The referral pack: one course of care as a specialist reads it, as one frozen value (clinical dossier 7.7, E2). Pure.

Nothing is judged here again: series and doses as reported, decisions and scores as the fold made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programs import events as log
from programs import timeline
from programs.catalog import Catalog
from programs.events import Event
from programs.logged import Therapy
from programs.patient import Patient
from programs.plan import Plan, Referral
from programs.rules.adherence import done_share
from programs.rules.draft import Draft
from programs.triage import Lock

DAYS_SHOWN = 180  # of the series
MOST_SELF_CHECKS, MOST_THERAPIES = 26, 50


@dataclass(frozen=True, slots=True)
class Point:
    """One day: pain 0-10 in back and leg in the morning, and how far the leg symptoms reached, 0 back to 4 foot."""

    day: date
    back: int | None
    leg: int | None
    location: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """What was done of what was planned."""

    first: date
    sessions: int
    planned: int


@dataclass(frozen=True, slots=True)
class ProgramHad:
    """A programme with its first day."""

    day: date
    program: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One exercise of the plan: where it stands now."""

    exercise: str
    sets: int
    amount: int


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """A strength check of both legs: heel walk and chair as told, single-leg heel raises."""

    day: date
    left: log.Leg
    right: log.Leg


@dataclass(frozen=True, slots=True)
class FlagTold:
    """A red flag that a card raised, or one that still stands."""

    flag: str
    day: date
    level: str | None  # None: it has been released


@dataclass(frozen=True, slots=True)
class Scored:
    """A questionnaire: first and latest value, and the class of the change where one is known."""

    name: str
    first: float
    latest: float
    day: date
    band: str | None


@dataclass(frozen=True, slots=True)
class TherapyHad:
    day: date
    therapy: str
    before: int | None
    after: int | None
    next_day: int | None


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything a spine specialist is told of a course, as of a day."""

    day: date
    began: date
    episode_day: date
    person: Patient
    conditions: tuple[str, ...]
    irritable: bool
    direction: str
    programs: tuple[ProgramHad, ...]
    tried: tuple[Tried, ...]
    adherence: int  # percent, of the last two weeks
    weeks: tuple[Week, ...]
    series: tuple[Point, ...]
    self_checks: tuple[SelfCheck, ...]
    flags: tuple[FlagTold, ...]
    questionnaires: tuple[Scored, ...]
    response: str | None
    therapies: tuple[TherapyHad, ...]
    overrides: tuple[str, ...]
    referrals: tuple[Referral, ...]


def pack(plan: Plan, events: Iterable[Event], catalog: Catalog) -> Pack:
    """The pack of a course up to the plan's day, from its whole log."""
    days = timeline.by_day(events, None, plan.day)
    bodies = [
        (day, line.event.body) for day in sorted(days) for line in days[day] if day >= plan.began and not line.corrected
    ]
    draft = Draft(plan, catalog)
    return Pack(
        day=plan.day,
        began=plan.began,
        episode_day=plan.patient.episode_day,
        person=plan.patient,
        conditions=tuple(sorted(plan.conditions)),
        irritable=plan.irritable,
        direction=plan.direction.value,
        programs=_programs(plan, bodies),
        tried=tuple(Tried(item.exercise, item.dose.sets, item.dose.amount) for item in plan.items),
        adherence=round(100 * done_share(draft, catalog.constants.adherence.window)),
        weeks=_weeks(plan, bodies, draft.sessions_week()),
        series=_series(plan.day, bodies),
        self_checks=tuple(SelfCheck(day, body.left, body.right) for day, body in bodies if isinstance(body, log.Motor))[
            -MOST_SELF_CHECKS:
        ],
        flags=_flags(plan.locks, bodies),
        questionnaires=_scores(plan),
        response=plan.response.group,
        therapies=tuple(
            TherapyHad(day, body.therapy, body.before, body.after, body.next_day)
            for day, body in bodies
            if isinstance(body, Therapy)
        )[-MOST_THERAPIES:],
        overrides=tuple(f"{row.field} {row.value}" for row in plan.overrides),
        referrals=plan.referrals,
    )


def _programs(plan: Plan, bodies: Sequence[tuple[date, log.Body]]) -> tuple[ProgramHad, ...]:
    """What a clinician assigned, and what the person is on now; the decisions of the log tell the rest."""
    assigned = [(day, body.program) for day, body in bodies if isinstance(body, log.Assigned) and body.program]
    now = [(plan.program_day, plan.program)] if plan.program else []
    earlier = [(plan.began, plan.previous_program)] if plan.previous_program else []
    return tuple(ProgramHad(day, program) for day, program in sorted({*earlier, *assigned, *now}))


def _weeks(plan: Plan, bodies: Sequence[tuple[date, log.Body]], planned: int) -> tuple[Week, ...]:
    done: dict[int, int] = {}
    for day, body in bodies:
        if isinstance(body, log.Session):
            week = (day - plan.began).days // 7
            done[week] = done.get(week, 0) + 1
    last = (plan.day - plan.began).days // 7
    first = max(0, last - DAYS_SHOWN // 7)
    return tuple(
        Week(plan.began + timedelta(weeks=week), done.get(week, 0), planned) for week in range(first, last + 1)
    )


def _series(today: date, bodies: Sequence[tuple[date, log.Body]]) -> tuple[Point, ...]:
    points: dict[date, Point] = {}
    for day, body in bodies:
        if (today - day).days >= DAYS_SHOWN:
            continue
        known = points.get(day, Point(day, None, None, None))
        if isinstance(body, log.Morning):
            leg = body.leg if body.leg is not None else known.leg
            points[day] = Point(day, body.pain, leg, known.location)
        elif isinstance(body, log.Session):
            leg = known.leg if known.leg is not None else body.leg_pre
            place = body.loc_post if body.loc_post is not None else body.loc_pre
            points[day] = Point(day, known.back, leg, place if place is not None else known.location)
    return tuple(points[day] for day in sorted(points))


def _flags(standing: Sequence[Lock], bodies: Sequence[tuple[date, log.Body]]) -> tuple[FlagTold, ...]:
    told: dict[str, FlagTold] = {}
    for day, body in bodies:
        if isinstance(body, log.Checkin | log.Intake):
            answers: Mapping[str, str] = body.answers if isinstance(body, log.Checkin) else body.red_flags
            for flag in sorted({*body.severe, *(flag for flag, answer in answers.items() if answer != "no")}):
                told[flag] = FlagTold(flag, day, None)
    told |= {lock.flag: FlagTold(lock.flag, lock.since, lock.level) for lock in standing}
    return tuple(sorted(told.values(), key=lambda each: (each.day, each.flag)))


def _scores(plan: Plan) -> tuple[Scored, ...]:
    names = sorted(plan.baselines)
    scores = plan.scores
    return tuple(
        Scored(
            name,
            plan.baselines[name],
            plan.latest.get(name, plan.baselines[name]),
            scores[name].day if name in scores else plan.began,
            scores[name].band if name in scores else None,
        )
        for name in names
    )
