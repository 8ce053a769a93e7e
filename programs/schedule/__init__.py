"""When reminders are due, whether they are sent, and the local time both rest on: pure functions of values."""

from programs.schedule.habits import (
    SHIFTS,
    SILENT_DAYS,
    TRAINING_DAYS,
    Course,
    Hours,
    better_hour,
    choose,
    course_of,
    missed_days,
    silent_days,
    text_set,
)
from programs.schedule.instants import (
    WHOLE_DAY,
    assert_pinned,
    day_begins_at,
    instant,
    is_far,
    local_day,
    next_day_at,
    on_the_minute,
    tzdata_version,
    wall,
    zone,
    zones,
)
from programs.schedule.judge import (
    REASONS,
    Sent,
    Standing,
    Verdict,
    before_quiet,
    judge,
    judge_again,
    judge_all,
    quiet_end,
)
from programs.schedule.rules import (
    BREAKS,
    DAY_MINUTES,
    KINDS,
    MOST_IN_A_DAY,
    OWN_KINDS,
    RANKED,
    SUPPORT,
    Kind,
    Local,
    Moment,
    Rule,
    Run,
    collapse_id,
    moments,
    run,
    spread,
    with_follow_up,
)

__all__ = [
    "BREAKS", "DAY_MINUTES", "KINDS", "MOST_IN_A_DAY", "OWN_KINDS", "RANKED", "REASONS", "SHIFTS", "SILENT_DAYS",
    "SUPPORT", "TRAINING_DAYS", "WHOLE_DAY", "Course", "Hours", "Kind", "Local", "Moment", "Rule", "Run", "Sent",
    "Standing", "Verdict", "assert_pinned", "before_quiet", "better_hour", "choose", "collapse_id", "course_of",
    "day_begins_at", "instant", "is_far", "judge", "judge_again", "judge_all", "local_day", "missed_days",
    "moments", "next_day_at", "on_the_minute", "quiet_end", "run", "silent_days", "spread", "text_set",
    "tzdata_version", "wall", "with_follow_up", "zone", "zones",
]  # fmt: skip
