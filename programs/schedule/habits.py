"""How reminders fit a person's course and habits: training days, missed ones, fading, texts, better hours, shifts."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from programs.course import Pause
from programs.schedule.instants import WHOLE_DAY
from programs.schedule.rules import KINDS

if TYPE_CHECKING:  # a plan knows the content, which is checked for the texts of all kinds listed here
    from programs.plan import Plan

# Days without any session -> least days between two routine reminders (N7, A4; Bidargaddi 2018, fading).
FADING = ((30, 15), (21, 7), (10, 6), (7, 2))
SILENT_DAYS = 7  # then the clinic's list shows it
SOFTER, BARRIER, DORMANT_DAYS = 2, 3, 21  # missed training days; days without a session
SUGGEST_AFTER_DAYS, SUGGEST_MIN = 14, 5  # N3
LOOK_BACK_DAYS = 60  # more missed ones change nothing
# One list of texts each; the routine's changes with how things go.
ROUTINE_SETS = ("routine", "routine_softer", "routine_flare", "routine_barrier", "routine_dormant")
TEXT_SETS = (*ROUTINE_SETS, *(kind for kind in KINDS if kind != "routine"))


@dataclass(frozen=True)
class Course:
    """What reminders need to know of a plan; a copy stands beside the cursor, so a tick reads no plan."""

    begun: date | None = None  # first day of the plan
    sessions_week: int = 7
    flare: bool = False
    support: bool = False  # a lumbar support is being worn or weaned
    rest_until: date | None = None  # this week's sessions are done: the next are due after this day
    pauses: tuple[Pause, ...] = ()

    def pause(self, day: date) -> Pause | None:
        """The pause a day lies in."""
        return next((each for each in reversed(self.pauses) if each.first <= day <= each.last), None)


@dataclass(frozen=True)
class Hours:
    """A shift's quiet and working hours in local minutes; equal ends mean none."""

    quiet_from: int
    quiet_until: int
    work_from: int
    work_until: int


# What a person begins with; each may be changed, and one tap switches between them.
SHIFTS: Mapping[str, Hours] = {
    "day": Hours(21 * 60 + 30, 7 * 60 + 30, 9 * 60, 17 * 60),
    "early": Hours(20 * 60, 5 * 60, 6 * 60, 14 * 60),
    "late": Hours(0, 9 * 60, 14 * 60, 22 * 60),
    "night": Hours(7 * 60, 15 * 60, 22 * 60, 6 * 60),
    "off": Hours(21 * 60 + 30, 8 * 60 + 30, 0, 0),
}


def course_of(plan: Plan, sessions_week: int) -> Course:
    """What reminders need to know of a plan on its day."""
    week_began = plan.day - (plan.day - plan.program_day) % (7 * WHOLE_DAY)
    done = sum(session.complete and session.day >= week_began for session in plan.training.sessions)
    rest = week_began + 6 * WHOLE_DAY if done >= sessions_week else None
    # Past ones too: their days were never missed.
    pauses = tuple(each for each in plan.pauses if each.last >= plan.day - LOOK_BACK_DAYS * WHOLE_DAY)
    return Course(plan.began, sessions_week, plan.mode == "flare", plan.belt.status == "worn", rest, pauses)


def missed_days(day: date, days: int | None, done_day: date | None, course: Course) -> int:
    """Training days in a row before `day` without a session; those of a pause do not count."""
    last = done_day or course.begun
    if last is None or days is None:
        return 0
    first = max(last + WHOLE_DAY if done_day else last, day - LOOK_BACK_DAYS * WHOLE_DAY)
    before = (first + step * WHOLE_DAY for step in range((day - first).days))
    return sum(bool(days >> each.weekday() & 1) and course.pause(each) is None for each in before)


def silent_days(day: date, done_day: date | None, course: Course) -> int:
    """Days since the last session, or since the plan began; those of a pause do not count."""
    last = done_day or course.begun
    if last is None:
        return 0
    days = max(0, (day - last).days)
    if not course.pauses:
        return days
    return sum(course.pause(last + step * WHOLE_DAY) is None for step in range(1, days + 1))


def is_too_soon(day: date, last_sent: date | None, done_day: date | None, course: Course) -> bool:
    """Whether a routine reminder must wait: who has been silent for long is asked less and less (N7, A4)."""
    silent = silent_days(day, done_day, course)
    apart = next((apart for least, apart in FADING if silent >= least), 0)
    return last_sent is not None and (day - last_sent).days < apart


def text_set(kind: str, day: date, days: int | None, done_day: date | None, course: Course) -> str:
    """Which texts fit: softer after two missed days, a question about what is in the way after three (N7, N8).

    `days` are the person's training days, whichever of the routine reminders this is.
    """
    if kind != "routine":
        return kind
    missed = missed_days(day, days, done_day, course)
    if course.flare:
        return "routine_flare"
    if silent_days(day, done_day, course) >= DORMANT_DAYS:
        return "routine_dormant"
    if missed == BARRIER:
        return "routine_barrier"
    return "routine_softer" if missed >= SOFTER else kind


def choose(texts: Sequence[str], patient_id: UUID, told: int) -> str:
    """The text after `told` of this set: everyone goes through the list in turn, from a place of their own (N9)."""
    return texts[(zlib.crc32(patient_id.bytes) + told) % len(texts)]


def better_hour(done_minutes: Collection[int], minute: int, days_known: int) -> int | None:
    """The local hour with the most sessions, if it beats the reminder's own (N3): only ever a suggestion.

    `done_minutes` are local minutes at which sessions were reported in the last weeks.
    """
    hours = Counter(each // 60 for each in done_minutes)
    if days_known < SUGGEST_AFTER_DAYS or not hours:
        return None
    hour, most = min(hours.items(), key=lambda pair: (-pair[1], abs(pair[0] - minute // 60), pair[0]))
    return hour if most >= SUGGEST_MIN and most > hours[minute // 60] else None
