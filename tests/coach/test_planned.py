"""How a plan moves its person's reminders: training days, new phases, questionnaires, weighing, silence."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.care import Alert
from coach.models.people import Patient
from coach.models.plans import Plan as PlanRow
from coach.models.reminders import Cursor, Occurrence, Schedule
from coach.services import alerts, cursors, log, planned, plans, reminders
from programs import canonical, catalog, events, routine
from programs.course import BeltState, Pause
from programs.events import Event
from programs.plan import Plan
from tests.patients import patient
from tests.ticks import EIGHT, MINUTE, SEVEN, TODAY, states, tick
from tests.workers.facts import chronic

DAY = timedelta(days=1)
CONTENT = catalog.load()


@pytest.fixture
def ana(session: Session) -> Patient:
    made = patient(session, SEVEN)
    _log(session, made, "intake", events.Intake(patient=replace(chronic(TODAY), weight_consent=True)), SEVEN)
    plans.store(session, made, SEVEN, CONTENT)
    return made


def _log(session: Session, ana: Patient, kind: str, body: Any, at: datetime) -> None:
    log.append(session, ana, Event(str(uuid4()), at.date(), at, kind, "patient", body), received_at=at)


def _plan(session: Session) -> Plan:
    return canonical.from_json(Plan, session.scalars(select(PlanRow.state)).one())


def _follow(session: Session, ana: Patient, now: datetime = SEVEN, **changes: Any) -> None:
    """As if the plan had been stored with these changes."""
    before = _plan(session)
    planned.follow(session, ana, before, replace(before, **changes), now, CONTENT)


def _kinds(session: Session) -> list[str]:
    return sorted(session.scalars(select(Schedule.kind).where(Schedule.at.is_not(None))))


def _days(session: Session, kind: str = "routine") -> list[int]:
    return list(session.scalars(select(Schedule.days).where(Schedule.kind == kind)))


def test_the_reminder_comes_on_the_days_of_the_routine(session: Session, ana: Patient) -> None:
    (mask,) = _days(session)
    plan = _plan(session)
    for ahead in range(7):
        day = TODAY + ahead * DAY
        assert bool(mask >> day.weekday() & 1) == routine.is_training_day(plan, day, CONTENT)
    assert mask.bit_count() == CONTENT.programs[str(plan.program)].sessions_week < 7
    course = cursors.course(session.scalars(select(Cursor)).one())
    assert (course.begun, course.sessions_week) == (TODAY, mask.bit_count())


def test_a_reminder_the_person_has_edited_or_removed_stays_so(session: Session, ana: Patient) -> None:
    (routine_rule, *_) = [rule for rule in reminders.own(session, ana.id) if rule.kind == "routine"]
    reminders.change(session, ana, routine_rule.id, minute=600, days=3, now=SEVEN)
    plans.store(session, ana, SEVEN + DAY, CONTENT)
    assert _days(session) == [3]
    reminders.remove(session, ana, routine_rule.id, SEVEN + DAY)
    plans.store(session, ana, SEVEN + 2 * DAY, CONTENT)
    assert [rule.kind for rule in reminders.own(session, ana.id)] == ["weigh_in"]


def test_weighing_is_a_topic_only_with_consent(session: Session, ana: Patient) -> None:
    assert _days(session, "weigh_in") == [1 << TODAY.weekday()]
    _follow(session, ana, patient=replace(_plan(session).patient, weight_consent=False))
    assert _days(session, "weigh_in") == []


def test_a_new_phase_or_programme_is_announced_once_a_day(session: Session, ana: Patient) -> None:
    plans.store(session, ana, SEVEN + MINUTE, CONTENT)
    assert _kinds(session) == []  # the first plan is not news
    later = CONTENT.programs[str(_plan(session).program)].blocks[1].first_week
    for _ in range(2):
        _follow(session, ana, block_week=later)
    _follow(session, ana, program="T10", block_week=1)
    assert _kinds(session) == ["new_plan"]
    assert session.scalars(select(Schedule.at).where(Schedule.kind == "new_plan")).one() == SEVEN + 30 * MINUTE


def test_questionnaires_are_asked_for_in_the_evening_of_their_day(session: Session, ana: Patient) -> None:
    plans.store(session, ana, SEVEN + DAY, CONTENT)
    assert _kinds(session) == ["questionnaire"]  # those of the start, on the day after
    plans.store(session, ana, SEVEN + 2 * DAY, CONTENT)
    assert _kinds(session) == ["questionnaire"]
    for day in (13, 14, 15):
        plans.store(session, ana, SEVEN + day * DAY, CONTENT)
    asked = sorted(session.scalars(select(Schedule.at).where(Schedule.kind == "questionnaire")))
    assert [(at.date() - TODAY).days for at in asked][-1] == 14
    assert all(at.hour == 17 for at in asked)  # six in Paris


def test_what_is_answered_is_not_asked_for(session: Session, ana: Patient) -> None:
    for name, answer in {"RMDQ": {"score": 5}, "PSFS": {"items": (5,)}}.items():
        _log(session, ana, "questionnaire", events.Questionnaire(name=name, **answer), SEVEN)  # type: ignore[arg-type]
    for name in ("NPRS_BACK", "NPRS_LEG"):
        _log(session, ana, "questionnaire", events.Questionnaire(name=name, score=3), SEVEN)  # type: ignore[arg-type]
    plans.store(session, ana, SEVEN + DAY, CONTENT)
    assert _kinds(session) == []


@pytest.mark.parametrize(("worn", "told"), [(41, []), (42, ["support_wean"])])
def test_wearing_the_support_less_is_said_on_the_day_it_begins(
    session: Session, ana: Patient, worn: int, told: list[str]
) -> None:
    belt = BeltState("worn", TODAY - worn * DAY, 600)
    before = replace(_plan(session), belt=replace(belt, start=TODAY - (worn - 1) * DAY), day=TODAY)
    planned.follow(session, ana, before, replace(before, belt=belt), SEVEN, CONTENT)
    assert _kinds(session) == told


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pauses": (Pause(TODAY, TODAY, "busy", "off"),)}, "paused"),
        ({"program": None}, "changed"),
    ],
)
def test_a_plan_that_changes_takes_back_what_is_not_sent(
    session: Session, ana: Patient, changes: dict[str, Any], reason: str
) -> None:
    ana.quiet_from, ana.quiet_until = 470, 600
    tick(session, EIGHT + MINUTE)  # kept until ten
    assert states(session, Occurrence, "routine") == ["due"]
    _follow(session, ana, EIGHT + 2 * MINUTE, **changes)
    row = session.scalars(select(Occurrence).where(Occurrence.kind == "routine")).one()
    assert (row.state, row.reason) == ("cancelled", reason)


def _silent(session: Session) -> list[tuple[str, bool]]:
    session.expire_all()
    rows = session.scalars(select(Alert).where(Alert.kind == "silent").order_by(Alert.subject))
    return [(row.subject, row.resolved_at is None) for row in rows]


def _at_day(session: Session, ana: Patient, day: int, **changes: Any) -> None:
    _follow(session, ana, SEVEN + day * DAY, day=TODAY + day * DAY, **changes)


def test_a_week_of_silence_is_told_once_and_ends_with_a_session(session: Session, ana: Patient) -> None:
    _at_day(session, ana, 6)
    assert _silent(session) == []
    for day in (7, 8):
        _at_day(session, ana, day)
    assert _silent(session) == [("since 2026-03-02", True)]
    alert = session.scalars(select(Alert).where(Alert.kind == "silent")).one()
    alerts.resolve(session, alert, alert.patient_id, "called", SEVEN + 8 * DAY)
    _at_day(session, ana, 9)
    assert _silent(session) == [("since 2026-03-02", False)]
    reminders.session_done(session, ana.id, TODAY + 9 * DAY, SEVEN + 9 * DAY)
    _at_day(session, ana, 16)
    assert _silent(session) == [("since 2026-03-02", False), ("since 2026-03-11", True)]
    reminders.session_done(session, ana.id, TODAY + 16 * DAY, SEVEN + 16 * DAY)
    assert _silent(session) == [("since 2026-03-02", False), ("since 2026-03-11", False)]


def test_a_pause_or_a_lock_explains_a_silence(session: Session, ana: Patient) -> None:
    away = Pause(TODAY + 2 * DAY, TODAY + 10 * DAY, "away", "off")
    for day in (7, 10, 15):
        _at_day(session, ana, day, pauses=(away,))
    assert _silent(session) == []  # its days do not count: six are left
    ana.lock = "URGENT"
    _at_day(session, ana, 16, pauses=(away,))
    assert _silent(session) == []
    ana.lock = "none"
    _at_day(session, ana, 16, pauses=(away,))
    assert _silent(session) == [("since 2026-03-02", True)]
