"""When reminders are due, whether they are sent, and the local time both rest on: pure functions of values."""

from programs.schedule.habits import (
    SHIFTS,
    SILENT_DAYS,
    TEXT_SETS,
    TRAINING_DAYS,
    Course,
    Hours,
    better_hour,
    choose,
    course_of,
    missed_days,
    silent_days,
    text_set,
    turn,
)
from programs.schedule.instants import (
    WHOLE_DAY,
    assert_pinned,
    day_begins_at,
    instant,
    local_day,
    next_day_at,
    on_the_minute,
    zone,
    zones,
)
from programs.schedule.judge import (
    REASONS,
    SENT_LASTS,
    Reason,
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
    KINDS,
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
    routine_days,
    run,
    spread,
    with_follow_up,
)

__all__ = [
    "BREAKS", "KINDS", "OWN_KINDS", "RANKED", "REASONS", "SENT_LASTS", "SHIFTS", "SILENT_DAYS", "SUPPORT", "TEXT_SETS",
    "TRAINING_DAYS", "WHOLE_DAY", "Course", "Hours", "Kind", "Local", "Moment", "Reason", "Rule", "Run", "Sent",
    "Standing", "Verdict", "assert_pinned", "before_quiet", "better_hour", "choose", "collapse_id", "course_of",
    "day_begins_at", "instant", "judge", "judge_again", "judge_all", "local_day", "missed_days", "moments",
    "next_day_at", "on_the_minute", "quiet_end", "routine_days", "run", "silent_days", "spread", "text_set", "turn",
    "with_follow_up", "zone", "zones",
]  # fmt: skip
