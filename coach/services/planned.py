"""What a person's plan does to their reminders, each time it is stored: the plan moves them, nobody has to."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.services import alerts, cursors, reminders, visits
from programs import canonical, outcomes, posture, prescribe, routine, schedule, weight
from programs.catalog import Catalog
from programs.plan import Plan
from programs.schedule import WHOLE_DAY, Course

WEIGH_IN_MINUTE = 7 * 60 + 30  # after getting up, on the weekday on which the plan began
EVENING_MINUTE = 18 * 60  # away from the routine's reminder


def follow(
    session: Session, patient: Patient, before: Plan | None, plan: Plan, now: datetime, catalog: Catalog
) -> None:
    """Takes a stored plan in: training days, flares, pauses and locks hold at once, also for what is not sent yet."""
    course = schedule.course_of(plan, routine.sessions_week(plan, catalog))
    cursor = cursors.claim(session, patient.id, now)
    cursor.course = canonical.to_json(course)
    cursor.done_day = max(filter(None, (cursor.done_day, plan.training.last_session)), default=None)
    weighed = 1 << plan.began.weekday() if weight.may_speak(plan, catalog) else None
    routines = (reminders.DEFAULT_MINUTE, _training_days(plan, catalog))
    reminders.defaults(session, patient, {"routine": routines, "weigh_in": (WEIGH_IN_MINUTE, weighed)}, now)
    if before is not None and _phase(before, catalog) != _phase(plan, catalog):
        reminders.plan_renewed(session, patient, now)
    if outcomes.asked(plan, before.day if before else plan.day - WHOLE_DAY, catalog):
        _in_the_evening(session, patient, "questionnaire", now)
    if before is not None and _weans(before, plan, catalog):
        _in_the_evening(session, patient, "support_wean", now)
    cursors.settle(session, patient, now, cursor)
    _watch_silence(session, patient, plan, cursor.done_day, course, now)
    visits.give_up(session, patient, now, catalog)
    visits.watch(session, patient, plan, now, catalog)


def _training_days(plan: Plan, catalog: Catalog) -> int | None:
    """The days on which the routine itself says that a session is planned; none without a programme."""
    if plan.program is None:
        return None
    week = (plan.day + ahead * WHOLE_DAY for ahead in range(7))
    return sum(1 << day.weekday() for day in week if routine.is_training_day(plan, day, catalog))


def _phase(plan: Plan, catalog: Catalog) -> tuple[str | None, int]:
    """The programme and the first week of its block."""
    program = catalog.with_own(plan.own).programs.get(plan.program or "")
    return plan.program, prescribe.block(program, plan.block_week, plan.patient).first_week if program else 0


def _weans(before: Plan, plan: Plan, catalog: Catalog) -> bool:
    """Whether the lumbar support is to be worn less from now on."""
    was, worn = posture.belt(before, catalog), posture.belt(plan, catalog)
    return worn.status == "wean" and worn.minutes_week < was.minutes_week


def _in_the_evening(session: Session, patient: Patient, kind: str, now: datetime) -> None:
    today = schedule.local_day(now, patient.zone, patient.day_starts_at)
    evening = schedule.instant(today, EVENING_MINUTE, patient.zone)
    reminders.once(session, patient, kind, max(now, evening or now), now)


def _watch_silence(
    session: Session, patient: Patient, plan: Plan, done: date | None, course: Course, now: datetime
) -> None:
    """Tells the clinic once of each silence that no pause and no lock explains."""
    explained = course.pause(plan.day) is not None or patient.lock in cursors.HELD or patient.closed_at is not None
    done = done if done is not None and done >= plan.began else None  # of this course
    if schedule.silent_days(plan.day, done, course) >= schedule.SILENT_DAYS and not explained:
        alerts.for_silence(session, patient, f"since {done or course.begun}", now)
