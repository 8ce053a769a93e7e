"""What the dose, flare, gap, walking and adherence rules use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from programs.canonical import Within
from programs.constants.kinds import Age, Count, Days, Level, Minutes, Pain, Seconds, Share


@dataclass(frozen=True, slots=True)
class Zone:
    """P1: pain before and during a session -> green, amber, red. "low" is for pre <= low_base_max."""

    low_base_max: Pain
    red_peak: Pain
    amber_peak: Pain
    red_delta_low: Pain
    amber_delta_low: Pain
    red_delta_high: Pain
    amber_delta_high: Pain
    abs_red_peak: Annotated[int, Within(6, 8)]


@dataclass(frozen=True, slots=True)
class Morning:
    """P2: morning pain above usual, and how the usual (median) is taken."""

    settled_max: Pain
    bad_min: Pain
    window_days: Days
    min_values: Annotated[int, Within(1, 7)]


@dataclass(frozen=True, slots=True)
class HighPain:
    """P4, P5: days and sessions with severe pain."""

    calm_pre: Annotated[int, Within(4, 7)]
    calm_level_max: Level
    flare_pre: Annotated[int, Within(5, 8)]
    flare_days: Annotated[int, Within(1, 3)]


@dataclass(frozen=True, slots=True)
class Leg:
    """C1-C3: where leg symptoms go and how strong they get."""

    centralised_minutes: Minutes
    centralised_peak_max: Annotated[int, Within(0, 6)]
    peripheralised_minutes: Minutes
    lock_days: Annotated[int, Within(7, 60)]
    review_sessions: Annotated[int, Within(1, 2)]
    review_working_days: Annotated[int, Within(0, 3)]
    rise: Annotated[int, Within(1, 3)]
    rise_minutes: Minutes
    slider_factor: Share
    morning_rise: Annotated[int, Within(1, 3)]
    mini_sets_low: Annotated[int, Within(1, 6)]
    mini_sets_high: Annotated[int, Within(1, 6)]
    mini_set_reps: Annotated[int, Within(1, 10)]


@dataclass(frozen=True, slots=True)
class Direction:
    """C4, C5: the test for a direction of preference and how long it closes the opposite."""

    test_pain_change: Pain
    test_held_minutes: Minutes
    opposite_free_days: Days
    leg_location_min: Annotated[int, Within(1, 4)]


@dataclass(frozen=True, slots=True)
class Progress:
    """G1, G2: when a dose may rise and by how much."""

    ok_streak: Annotated[int, Within(2, 10)]
    ok_streak_level: Annotated[int, Within(2, 10)]
    rpe_max: Pain
    adherence7_min: Share
    pre_pain_max: Annotated[int, Within(0, 6)]
    rep_step: Annotated[int, Within(1, 4)]
    hold_step_s: Annotated[int, Within(1, 10)]
    min_step: Annotated[int, Within(1, 5)]
    level_up_min_days: Annotated[int, Within(7, 60)]


@dataclass(frozen=True, slots=True)
class Caps:
    """G3: how much a week may rise."""

    level_ups_per_week_plan: Annotated[int, Within(0, 2)]
    sets_week_pct: Annotated[int, Within(0, 20)]
    sets_week_abs: Annotated[int, Within(0, 6)]
    session_min_week: Annotated[int, Within(0, 5)]
    new_ex_per_replan: Annotated[int, Within(0, 2)]
    steps_pct: Annotated[int, Within(0, 10)]
    steps_floor: Annotated[int, Within(0, 250)]
    steps_abs: Annotated[int, Within(0, 1000)]
    walk_min_pct: Annotated[int, Within(0, 10)]
    walk_min_floor: Annotated[int, Within(0, 2)]


@dataclass(frozen=True, slots=True)
class Flare:
    """F1-F3."""

    resid: Annotated[int, Within(2, 4)]
    mornings: Annotated[int, Within(1, 3)]
    min_days: Days
    max_days: Days
    end_resid: Pain
    end_mornings: Annotated[int, Within(1, 7)]
    dose: Share
    level_drop_from: Level
    no_progress_days: Annotated[int, Within(7, 60)]
    repeat_window_days: Days
    repeat_count: Count
    worst: Annotated[int, Within(5, 8)]
    walk_factor: Share
    review_days: Annotated[int, Within(0, 7)]
    clinician_leg: Annotated[int, Within(4, 7)]


@dataclass(frozen=True, slots=True)
class Gap:
    """M1-M5: days without a session; each `..._max` is the last day of its rule."""

    same_dose_max: Days
    repeat_max: Days
    minus1_max: Days
    minus40_max: Annotated[int, Within(14, 28)]
    minus40_factor: Share
    level_drop_from: Level
    restart_level_drop: Annotated[int, Within(1, 4)]


@dataclass(frozen=True, slots=True)
class Deload:
    """D2."""

    every_weeks: Annotated[int, Within(3, 12)]
    factor: Share
    days: Annotated[int, Within(7, 14)]
    amber_run: Annotated[int, Within(2, 5)]
    regressed_share: Share
    regressed_days: Days
    min_exercises: Count


@dataclass(frozen=True, slots=True)
class Plateau:
    """T1, T2, G4: days without a raise although the person trains, or at the top dose of an exercise."""

    days: Days
    alternative_days: Days
    second_days: Days
    adherence_min: Share
    review_days: Days


@dataclass(frozen=True, slots=True)
class Adherence:
    """A1-A4: share of planned sessions done."""

    window: Annotated[int, Within(7, 28)]
    high: Share
    ok: Share
    low: Share
    dormant_days: Days
    complete_session: Share
    short_exercises: Annotated[int, Within(1, 5)]
    short_minutes: Annotated[int, Within(5, 15)]
    micro_exercises: Annotated[int, Within(1, 2)]


@dataclass(frozen=True, slots=True)
class Walking:
    """W1-W5: steps a day and minutes of walking."""

    base_days: Annotated[int, Within(3, 14)]
    valid_steps: Annotated[int, Within(100, 2000)]
    valid_days: Annotated[int, Within(1, 7)]
    raise_met_days: Annotated[int, Within(1, 7)]
    raise_median_share: Share
    hold_met_days: Annotated[int, Within(1, 7)]
    lower_weeks: Annotated[int, Within(1, 4)]
    lower_factor: Share
    round_to: Annotated[int, Within(1, 500)]
    ceiling: Annotated[int, Within(8000, 10_000)]
    older_age: Age
    older_ceiling: Annotated[int, Within(6000, 8000)]
    minutes_start_share: Share
    minutes_target: Minutes


@dataclass(frozen=True, slots=True)
class Session:
    """The size of one day's routine."""

    transition_s: Seconds
    over_pct: Annotated[int, Within(0, 10)]
    new_person_days: Days
    new_person_exercises: Annotated[int, Within(1, 6)]
    hit_exercises: Annotated[int, Within(1, 5)]
    short_minutes: Annotated[int, Within(5, 10)]


@dataclass(frozen=True, slots=True)
class Range:
    """A clinician's room for one number."""

    low: Annotated[int, Within(-100, 100)]
    high: Annotated[int, Within(-100, 100)]


@dataclass(frozen=True, slots=True)
class Overrides:
    """Table O: what a clinician may set, and the defaults where no programme gives one."""

    peak_accepted: Range
    peak_accepted_default: Annotated[int, Within(2, 6)]
    sessions_week: Range
    minutes: Range
    level_cap: Range
    steps_raise_pct: Range
    review_delay_days: Range
    recheck_every_days: Range
    days_max: Annotated[int, Within(1, 42)]
    acute_level_cap_max: Annotated[int, Within(1, 3)]
    surgery_level_cap_max: Annotated[int, Within(1, 2)]
