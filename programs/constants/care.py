"""Who a person is to the rules, when a human must look, and how questionnaires are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from programs.canonical import Within
from programs.constants.kinds import Age, Count, Days, Hours, Minutes, Pain, Score, Share, Weeks


@dataclass(frozen=True, slots=True)
class Conditions:
    """Thresholds that make a condition from facts, and the level caps that follow from it."""

    age_min: Annotated[int, Within(18, 120)]
    irritable_leg: Annotated[int, Within(4, 7)]
    irritable_minutes: Minutes
    irritable_nights: Annotated[int, Within(1, 3)]
    irritable_end_leg: Annotated[int, Within(0, 5)]
    irritable_end_nights: Annotated[int, Within(0, 1)]
    irritable_end_mornings: Annotated[int, Within(5, 30)]
    acute_days: Annotated[int, Within(14, 84)]
    acute_pain: Annotated[int, Within(4, 7)]
    subacute_days: Days
    pregnancy_week: Annotated[int, Within(1, 16)]
    postpartum_days: Annotated[int, Within(84, 400)]
    postpartum_ready_vaginal_days: Annotated[int, Within(14, 400)]
    postpartum_ready_caesarean_days: Annotated[int, Within(42, 400)]
    surgery_days: Annotated[int, Within(84, 400)]
    radicular_location: Annotated[int, Within(1, 3)]
    stenosis_age: Age
    stenosis_location: Annotated[int, Within(1, 4)]
    older_age: Age
    pressure_systolic: Annotated[int, Within(120, 180)]
    pressure_diastolic: Annotated[int, Within(80, 110)]
    pressure_hold_s: Annotated[int, Within(3, 10)]
    slip_grade: Annotated[int, Within(2, 3)]
    level_cap_acute: Annotated[int, Within(1, 2)]
    level_cap_irritable: Annotated[int, Within(1, 1)]
    level_cap_balance: Annotated[int, Within(1, 3)]
    level_cap_surgery: Annotated[int, Within(1, 2)]


@dataclass(frozen=True, slots=True)
class Entry:
    """Programme entry and exit by work, goal and pain."""

    stand_hours: Hours
    bend_hours: Hours
    sit_hours: Hours
    acute_exit_pain: Pain
    leg_exit_pain: Pain
    leg_exit_location: Annotated[int, Within(0, 4)]
    leg_exit_days: Days
    leg_exit_rmdq_drop: Share


@dataclass(frozen=True, slots=True)
class Response:
    """E1: meaningful change, and when it is looked for."""

    nprs_abs: Pain
    pct: Share
    nprs_min_abs: Pain
    rmdq_abs: Annotated[int, Within(1, 24)]
    rmdq_min_abs: Annotated[int, Within(1, 24)]
    odi_abs: Score
    worse_nprs: Annotated[int, Within(1, 2)]
    worse_rmdq: Annotated[int, Within(1, 4)]
    leg_refer: Annotated[int, Within(1, 4)]
    check_weeks: Annotated[tuple[Weeks, ...], Within(1, 10)]


@dataclass(frozen=True, slots=True)
class Referrals:
    """E2-E6, R1: thresholds, and the days within which someone must see the person."""

    leg_week: Annotated[int, Within(1, 6)]
    leg_late_week: Annotated[int, Within(1, 8)]
    leg_days: Annotated[int, Within(0, 14)]
    severe_leg: Annotated[int, Within(4, 7)]
    severe_days: Annotated[int, Within(1, 14)]
    severe_values: Annotated[int, Within(1, 3)]
    sleep_lost_nights: Annotated[int, Within(1, 4)]
    clinician_soon_days: Annotated[int, Within(0, 7)]
    non_response_days: Annotated[int, Within(0, 7)]
    late_non_response_week: Annotated[int, Within(1, 12)]
    late_non_response_days: Annotated[int, Within(0, 14)]
    worse_days_between: Annotated[int, Within(0, 7)]
    call_days: Annotated[int, Within(0, 7)]
    starting_risk_days: Annotated[int, Within(0, 7)]
    acute_drop: Annotated[int, Within(1, 10)]
    acute_review_days: Annotated[int, Within(0, 7)]


@dataclass(frozen=True, slots=True)
class Motor:
    """MC: the weekly strength check of each leg."""

    raises_fall: Annotated[int, Within(1, 3)]
    raises_behind: Annotated[int, Within(1, 3)]


@dataclass(frozen=True, slots=True)
class Card:
    """How often the red-flag card holds its weekly and monthly questions."""

    weekly_days: Annotated[int, Within(1, 7)]
    monthly_days: Annotated[int, Within(7, 31)]


@dataclass(frozen=True, slots=True)
class Visits:
    """When a follow-up visit is due around its day, and when a referral that nobody saw to alerts its owner."""

    early_days: Annotated[int, Within(0, 7)]
    late_days: Annotated[int, Within(0, 14)]
    referral_overdue_days: Annotated[int, Within(0, 7)]
    question_days: Annotated[int, Within(7, 60)]


@dataclass(frozen=True, slots=True)
class Instruments:
    """Questionnaires: how many answers may be missing, and where classes begin."""

    rmdq_items: Count
    rmdq_missing_max: Count
    odi_items: Count
    odi_missing_max: Count
    odi_bands: Annotated[tuple[Score, ...], Within(4, 4)]
    startback_medium: Count
    startback_psych_high: Count
    pseq2_low_max: Count
    pseq2_good_min: Count
    phq9_harm_item: Annotated[int, Within(9, 9)]
    phq9_harm_min: Annotated[int, Within(1, 1)]
