"""How a person has been doing: the series that a chart shows, from their own log. No rule decides by them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import log
from programs import events, logged, outcomes, routine, timeline
from programs.catalog import Catalog
from programs.events import Event
from programs.plan import Plan

Points = tuple[tuple[date, float], ...]
WEEK = timedelta(days=7)
WEEKS_MOST = 52
ACTS = ("assigned", "override", "release", "locked")  # of clinicians, marked on the charts


@dataclass(frozen=True)
class Asked:
    """Scores of one questionnaire. `change`: how far from the first counts as meaningful, where that is known."""

    name: str
    points: Points
    better: str  # low or high
    change: float | None


@dataclass(frozen=True)
class Progress:
    """Series of the days from `first` to `last`; weeks are named by their first day, counted back from `last`."""

    first: date
    last: date
    back: Points = ()
    worst: Points = ()  # back pain at its worst in a session
    leg: Points = ()
    location: Points = ()
    sessions: Points = ()  # a week
    planned: int = 0  # sessions a week
    load: Points = ()  # sets a week that the plan asks for
    steps: Points = ()
    step_goal: int | None = None
    weight: Points = ()
    questionnaires: tuple[Asked, ...] = ()
    flares: tuple[date, ...] = ()
    acts: tuple[tuple[date, str], ...] = ()  # a clinician's, by kind
    therapies: tuple[tuple[date, logged.Therapy], ...] = ()  # newest first


@dataclass
class _Days:
    back: dict[date, float] = field(default_factory=dict)
    worst: dict[date, float] = field(default_factory=dict)
    leg: dict[date, float] = field(default_factory=dict)
    location: dict[date, float] = field(default_factory=dict)
    steps: dict[date, float] = field(default_factory=dict)
    weight: dict[date, float] = field(default_factory=dict)
    trained: set[date] = field(default_factory=set)
    scores: dict[str, dict[date, float]] = field(default_factory=lambda: defaultdict(dict))
    acts: list[tuple[date, str]] = field(default_factory=list)
    therapies: list[tuple[date, logged.Therapy]] = field(default_factory=list)


def read(session: Session, patient: Patient, plan: Plan, weeks: int, catalog: Catalog) -> Progress:
    """The last weeks of a patient, at most a year and never before the course began."""
    first = max(plan.began, plan.day - min(weeks, WEEKS_MOST) * WEEK)
    known = log.read(session, patient.id, since=first)
    return of_events(known, plan, first, catalog)


def of_events(known: Iterable[Event], plan: Plan, first: date, catalog: Catalog) -> Progress:
    """The same from events already read; corrections count in place of what they correct."""
    days = _Days()
    for day, lines in sorted(timeline.by_day(known, None, plan.day).items()):
        for line in lines:
            if not line.corrected and day >= first:
                _take(days, line.event, catalog)
    return Progress(
        first=first,
        last=plan.day,
        back=_sorted(days.back),
        worst=_sorted(days.worst),
        leg=_sorted(days.leg),
        location=_sorted(days.location),
        sessions=tuple(_weekly(days.trained, first, plan.day)),
        planned=routine.sessions_week(plan, catalog) if plan.program else 0,
        load=tuple((max(load.day, first), float(load.sets)) for load in plan.training.loads),
        steps=_sorted(days.steps),
        step_goal=plan.walking.goal,
        weight=_sorted(days.weight),
        questionnaires=tuple(_asked(name, scores, catalog) for name, scores in sorted(days.scores.items())),
        flares=tuple(day for day in plan.flares if day >= first),
        acts=tuple(days.acts),
        therapies=tuple(reversed(days.therapies)),
    )


def meaningful(catalog: Catalog) -> dict[str, float]:
    """By questionnaire, how far from the first score counts as meaningful, where that is known."""
    numbers = catalog.constants.response
    pain = numbers.nprs_abs
    return {"RMDQ": numbers.rmdq_abs, "ODI": numbers.odi_abs, "NPRS_BACK": pain, "NPRS_LEG": pain}


def _take(days: _Days, event: Event, catalog: Catalog) -> None:
    day = event.day
    match event.body:
        case events.Morning(pain=pain, leg=leg):
            days.back[day] = pain
            if leg is not None:
                days.leg[day] = leg
        case events.Session():
            _take_session(days, day, event.body)
        case events.DirectionTest(loc_after=place):
            days.location[day] = place
        case logged.Therapy():
            days.therapies.append((day, event.body))
        case events.Steps(count=count):
            days.steps[day] = max(count, days.steps.get(day, 0))
        case events.Weight(kg=kg):
            days.weight[day] = kg
        case events.Questionnaire(name=name, score=score, items=items, applies=applies, answered=answered):
            value = outcomes.score(outcomes.Sheet(name, score, items, applies, answered), catalog).value
            if value is not None:
                days.scores[name][day] = value
        case _ if event.kind in ACTS:
            days.acts.append((day, event.kind))


def _take_session(days: _Days, day: date, body: events.Session) -> None:
    days.trained.add(day)
    days.worst[day] = max(body.peak, days.worst.get(day, 0))
    if body.leg_post is not None:
        days.leg.setdefault(day, body.leg_post)
    if body.loc_post is not None:
        days.location[day] = body.loc_post


def _weekly(trained: set[date], first: date, last: date) -> Iterator[tuple[date, float]]:
    """Sessions in each whole week back from the last day."""
    start = last - WEEK * ((last - first).days // 7) + timedelta(days=1)
    if start - WEEK >= first:
        start -= WEEK
    while start <= last:
        yield start, float(sum(start <= day < start + WEEK for day in trained))
        start += WEEK


def _asked(name: str, scores: dict[date, float], catalog: Catalog) -> Asked:
    known = catalog.education.questionnaires.get(name)
    return Asked(name, _sorted(scores), (known.better if known else None) or "low", meaningful(catalog).get(name))


def _sorted(values: dict[date, float]) -> Points:
    return tuple((day, float(value)) for day, value in sorted(values.items()))
