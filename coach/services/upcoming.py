"""What is still to come for a person, by all rules of sending, and the hour that would suit them better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.events import Event
from coach.models.people import Patient
from coach.models.reminders import Cursor
from coach.services import cursors, occurrences, reminders
from programs import schedule
from programs.catalog import Catalog
from programs.schedule import Rule

MOST_DAYS = 7
HABIT_DAYS = timedelta(days=28)  # whose sessions tell the better hour
MOST_SESSIONS = 200


@dataclass(frozen=True)
class Upcoming:
    """A reminder still to come, for a phone that shows it by itself under the same name."""

    collapse_id: str
    kind: str
    text: str  # as a push would say it
    fire_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Suggestion:
    """A better hour for a reminder; nothing moves unless the person moves it (N3)."""

    id: UUID
    hour: int


def items(
    session: Session,
    patient: Patient,
    now: datetime,
    catalog: Catalog,
    *,
    days: int = 1,
    rules: Sequence[Rule] | None = None,
) -> tuple[Upcoming, ...]:
    """The reminders to come until the end of the local day, or of up to 7 days, by all rules of sending.

    `rules`: those of the person, where they are read already.
    """
    local, until = cursors.local_time(patient), now
    for _ in range(min(days, MOST_DAYS)):
        until = schedule.next_day_at(until, patient.zone, patient.day_starts_at)
    cursor = session.get(Cursor, patient.id)
    if cursor is None:
        return ()
    rules = cursors.rules(session, patient.id) if rules is None else rules
    sent = occurrences.sent(session, [patient.id], now).get(patient.id, ())
    most = (len(rules) + 1) * schedule.MOST_IN_A_DAY * (days + 1)
    coming = schedule.run(rules, local, now, until, most=most).moments
    words, told, training_days = catalog.in_language(patient.locale), dict(cursor.texts), schedule.routine_days(rules)
    found = []
    for moment, verdict, met in schedule.judge_all(coming, rules, local, cursors.standing(patient, cursor, sent), now):
        kind = moment.rule.kind
        if verdict.state != "due":
            continue
        name = schedule.text_set(kind, moment.day, training_days, met.done_day, met.course)
        line = schedule.choose(words.lines(f"reminders.{name}"), patient.id, told.get(name, 0))
        told[name] = told.get(name, 0) + 1
        if verdict.push:
            collapse_id = schedule.collapse_id(moment.rule.id, moment.day, moment.slot)
            found.append(Upcoming(collapse_id, kind, line, verdict.fire_at, verdict.expires_at))
    return tuple(found)


def suggestion(session: Session, patient: Patient, now: datetime) -> Suggestion | None:
    """The hour at which the person does most sessions, if another than that of the one daily routine reminder."""
    own = reminders.own(session, patient.id)
    routines = [rule for rule in own if rule.kind == "routine" and rule.minute is not None]
    cursor = session.get(Cursor, patient.id)
    if len(routines) != 1 or cursor is None:
        return None
    begun, today = cursors.course(cursor).begun, schedule.local_day(now, patient.zone, patient.day_starts_at)
    done = session.scalars(
        select(Event.occurred_at)
        .where(Event.patient_id == patient.id, Event.kind == "session", Event.local_day > today - HABIT_DAYS)
        .limit(MOST_SESSIONS)
    )
    walls = [schedule.wall(at, patient.zone) for at in done]
    minute = routines[0].minute or 0
    known = (today - begun).days if begun else 0
    hour = schedule.better_hour([wall.hour * 60 + wall.minute for wall in walls], minute, known)
    return None if hour is None else Suggestion(routines[0].id, hour)
