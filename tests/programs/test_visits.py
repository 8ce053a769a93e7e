"""The follow-up calendar: whose it is, on which days, who does it, and when it is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from programs import catalog, visits
from programs.course import Score
from programs.patient import Surgery
from programs.plan import Plan, Referral
from tests.programs.logs import START
from tests.programs.stories import fold, started

CONTENT = catalog.load()


def plan(**facts: object) -> Plan:
    return fold(started(2, **facts), 1)


def days(one: Plan) -> list[int]:
    return [(visit.day - START).days for visit in visits.calendar(one, CONTENT)]


@pytest.mark.parametrize(
    ("facts", "path", "expected"),
    [
        ({}, "chronic", [14, 42, 84, 180, 365]),
        ({"episode_day": START - timedelta(days=3)}, "acute", [7, 14, 42, 84]),
        ({"location": 3, "leg": 4}, "radicular", [2, 7, 14, 28, 42, 84, 180, 365]),
        ({"location": 3, "leg": 8}, "radicular_irritable", [2, 4, 7, 10, 14, 28, 42, 84]),
        ({"surgery": Surgery(START - timedelta(days=10), False)}, "surgery", [7, 14, 42, 84]),
    ],
)
def test_each_path_has_its_days(facts: dict[str, object], path: str, expected: list[int]) -> None:
    assert visits.path(plan(**facts), CONTENT) == path
    assert days(plan(**facts)) == expected


def test_a_raised_starting_risk_brings_a_person_within_a_week() -> None:
    at_risk = replace(plan(), scores={"STARTBACK": Score(START, 5.0, "medium", 2)})
    first = visits.calendar(at_risk, CONTENT)[0]
    assert (days(at_risk), first.kind, first.mode) == ([7, 14, 28, 42, 84], "first_contact", "person")


def test_the_next_steps_are_talked_about_with_a_person_in_week_six() -> None:
    disc = visits.calendar(plan(location=3, leg=4), CONTENT)
    assert [(visit.kind, visit.mode) for visit in disc[:5:4]] == [
        ("safety_check", "automatic"),
        ("next_steps", "person"),
    ]


def test_a_maintenance_counts_from_its_own_start_and_asks_one_question_between() -> None:
    later = replace(plan(), program="T10", program_day=START + timedelta(days=100))
    kinds = {(visit.day - later.program_day).days: visit.kind for visit in visits.calendar(later, CONTENT)}
    assert (kinds[30], kinds[60], kinds[90], kinds[365]) == ("one_question", "one_question", "progress", "progress")


def test_a_visit_is_due_around_its_day_and_overdue_after_its_window() -> None:
    visit = visits.calendar(plan(), CONTENT)[0]
    assert (visit.opens, visit.closes) == (visit.day - timedelta(days=2), visit.day + timedelta(days=5))
    assert [visit.is_overdue(visit.closes + timedelta(days=late)) for late in (0, 1)] == [False, True]


def test_a_referral_nobody_saw_to_is_overdue_a_week_after_it_was_due() -> None:
    referral = Referral("REFER_SPINE", "E2", START, START + timedelta(days=14))
    waiting = replace(plan(), referrals=(referral,))
    found = [visits.overdue_referrals(waiting, START + timedelta(days=day), CONTENT) for day in (21, 22)]
    assert found == [(), (referral,)]
