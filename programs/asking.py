"""What is asked of a person and when, beside the gate: the intake in small screens, questionnaires, checks.

The first plan needs little; the rest of the intake comes over two weeks, so that nobody faces a long form
(information overload at set-up lowers use: Svendsen, JMIR 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from programs import outcomes
from programs.catalog import Catalog
from programs.patient import Patient
from programs.plan import Plan
from programs.triage import OPEN

EVERY_DAYS = {"week": 7, "two_weeks": 14}
ASKED_ELSEWHERE = ("LOCATION", "CONFIDENCE")  # with every session, and within WEEKLY
OnlyIf = Literal["", "leg_symptoms", "SPLI", "HTN", "weight_consent"]
RETURN_SHEETS = (("back", "NPRS_BACK"), ("function", "RMDQ"))  # M5: what a return waits for beside the whole screen


@dataclass(frozen=True, slots=True)
class Screen:
    """Facts that are asked together, on which day of the course (0 = before the first plan), and of whom."""

    id: str
    day: int
    facts: tuple[str, ...]
    only_if: OnlyIf = ""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to answer now. `facts` are answered by a `condition` entry, the others by an entry of their kind."""

    kind: Literal["questionnaire", "form", "facts", "screen", "motor", "direction_test", "belt"]
    name: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the log says beside the plan: lessons read, forms answered (last day each), facts told since the intake."""

    lessons: Mapping[str, date]
    forms: Mapping[str, date]
    facts: frozenset[str]


SCREENS: tuple[Screen, ...] = (
    Screen("you", 0, ("age", "height_cm", "weight_kg")),
    Screen("pain", 0, ("back_average", "back_worst", "leg", "location", "episode_day")),
    Screen("leg", 0, ("provoked_minutes", "sleep_lost_nights", "eased_by_sitting"), "leg_symptoms"),
    Screen("health", 0, ("diagnoses", "pregnancy_day", "birth", "surgery", "cancer_ever")),
    Screen("slip", 0, ("slip_grade",), "SPLI"),
    Screen("pressure", 0, ("systolic", "diastolic"), "HTN"),
    Screen("days", 0, ("minutes", "equipment", "sit_h", "stand_h", "bend_h")),
    Screen("positions", 2, ("avoids",)),
    Screen("lifting", 4, ("lifting_goal",)),
    Screen("weight", 7, ("weight_consent",)),
    Screen("weight_more", 7, ("eating_disorder", "weight_goal", "weight_scheme"), "weight_consent"),
)
LATER = tuple(screen for screen in SCREENS if screen.day > 0)
DEFAULTS = {field.name: field.default for field in fields(Patient)}

_HOLDS: Mapping[OnlyIf, Callable[[Plan], bool]] = {
    "": lambda plan: True,
    "leg_symptoms": lambda plan: plan.patient.leg > 0 or plan.patient.location > 0,
    "SPLI": lambda plan: "SPLI" in plan.conditions,
    "HTN": lambda plan: "HTN" in plan.conditions,
    "weight_consent": lambda plan: plan.patient.weight_consent,
}


def due(plan: Plan, heard: Heard, catalog: Catalog) -> tuple[Due, ...]:
    """What waits for an answer on the plan's day.

    Behind a lock only what its end waits for is asked: the return after a long gap.
    """
    if any(lock.level not in OPEN for lock in plan.locks):
        return _of_return(plan)
    weekly = (plan.day - plan.asked.get("W", plan.began)).days >= catalog.constants.card.weekly_days
    found = [Due("questionnaire", name) for name in outcomes.asked(plan, date.min, catalog)]
    found += _forms(plan, heard, catalog)
    if weekly and not plan.conditions.isdisjoint({"RAD", "STEN"}):
        found.append(Due("motor", "weekly"))
    if plan.direction.test_next != "none":
        found.append(Due("direction_test", plan.direction.test_next))
    if weekly and plan.belt.status == "worn":
        found.append(Due("belt", "check"))
    found += [
        Due("facts", screen.id, screen.facts)
        for screen in LATER
        if screen.day <= (plan.day - plan.began).days
        and _HOLDS[screen.only_if](plan)
        and not _is_told(screen, plan, heard)
    ]
    return tuple(found)


def _is_told(screen: Screen, plan: Plan, heard: Heard) -> bool:
    """Whether one of a screen's facts has been told since the intake, or is another than that of who says nothing."""
    own = any(getattr(plan.patient, fact) != DEFAULTS[fact] for fact in screen.facts)
    return own or not heard.facts.isdisjoint(screen.facts)


def _forms(plan: Plan, heard: Heard, catalog: Catalog) -> Iterator[Due]:
    """Questionnaires that no rule scores, in their weeks or every so often. What another one asks as well is left."""
    day = (plan.day - plan.began).days
    for name, sheet in catalog.education.questionnaires.items():
        concerned = not sheet.only_for or not plan.conditions.isdisjoint(sheet.only_for)
        if sheet.words != "shipped" or not concerned or name in ASKED_ELSEWHERE:
            continue
        scored = name in outcomes.SCORED
        score = plan.scores.get(name)
        last = heard.forms.get(name) if not scored else score.day if score else None
        answered = (last - plan.began).days if last else None
        kind: Literal["questionnaire", "form"] = "questionnaire" if scored else "form"
        if sheet.weeks and not scored:
            reached = [max(week * 7, 1) for week in sheet.weeks if max(week * 7, 1) <= day]
            if reached and (answered is None or answered < max(reached)):
                yield Due(kind, name)
        elif not sheet.weeks and sheet.every in EVERY_DAYS and day - (answered or 0) >= EVERY_DAYS[sheet.every]:
            yield Due(kind, name)


def _of_return(plan: Plan) -> tuple[Due, ...]:
    back = plan.returning
    if back is None:
        return ()
    screen = () if back.screened else (Due("screen", "whole"),)
    return (*screen, *(Due("questionnaire", sheet) for part, sheet in RETURN_SHEETS if not getattr(back, part)))
