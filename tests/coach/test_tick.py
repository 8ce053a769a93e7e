"""What one pass of the tick knows of a person: their course, what they ignored, stopped or show by themselves."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery, Device, Occurrence, Schedule
from coach.services import access, cursors, deliveries, inbox, reminders
from coach.services.tokens import Identity
from programs import canonical, catalog, schedule
from programs.course import Pause
from programs.schedule import Course
from tests.patients import device, patient
from tests.ticks import EIGHT, HOUR, MINUTE, SEVEN, TODAY, occurrence, states, tick

DAY = timedelta(days=1)
BEGUN = Course(begun=TODAY)


@pytest.fixture
def ana(session: Session) -> Patient:
    made = patient(session, SEVEN)
    device(session, made, SEVEN)
    return made


def course(session: Session, ana: Patient, **values: object) -> None:
    cursor = cursors.claim(session, ana.id, SEVEN)
    cursor.course = canonical.to_json(replace(BEGUN, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours", "pushed"), [(48, ["pending"]), (47.9, [])])
def test_a_phone_that_shows_a_kind_by_itself_gets_no_push_of_it_for_two_days(
    session: Session, ana: Patient, hours: float, pushed: list[str]
) -> None:
    seen_at = EIGHT + MINUTE - hours * HOUR
    session.execute(update(Schedule).values(since=seen_at - DAY))  # it knows of the rule
    session.execute(update(Device).values(local_timers=["routine"], seen_at=seen_at))
    tick(session, EIGHT + MINUTE)
    assert states(session, Occurrence) == ["due"]
    assert states(session, Delivery) == pushed


def test_it_gets_the_pushes_of_other_kinds_all_the_same(session: Session, ana: Patient) -> None:
    session.execute(update(Device).values(local_timers=["checkin"], seen_at=EIGHT))
    tick(session, EIGHT + MINUTE)
    assert states(session, Delivery) == ["pending"]


def test_budgeted_ones_count_as_ignored_until_the_person_does_something(session: Session, ana: Patient) -> None:
    for day in range(3):
        tick(session, EIGHT + MINUTE + day * DAY)
    assert session.scalars(select(Cursor.ignored)).one() == 3
    access.own_patient(session, Identity(ana.id, "patient"))  # looking is not yet doing
    assert session.scalars(select(Cursor.ignored)).one() == 3
    access.own_patient(session, Identity(ana.id, "patient"), lock=True)
    assert session.scalars(select(Cursor.ignored)).one() == 0


def test_after_five_ignored_ones_every_other_is_left_out(session: Session, ana: Patient) -> None:
    session.execute(update(Schedule).values(minute=1080))  # in the evening, so that no follow-up comes after it
    for day in range(9):
        tick(session, EIGHT + day * DAY + 11 * HOUR)
    assert states(session, Occurrence, "routine") == ["due"] * 5 + ["left_out", "due", "left_out", "due"]
    assert "ignored" in session.scalars(select(Occurrence.reason)).all()


def test_what_the_person_set_themselves_is_never_ignored(session: Session, ana: Patient) -> None:
    reminders.create(session, ana, kind="own", minute=600, now=SEVEN)
    tick(session, EIGHT + 3 * HOUR)
    assert session.scalars(select(Cursor.ignored)).one() == 1  # the routine


def test_who_is_silent_for_a_month_is_reminded_every_fifteenth_day(session: Session, ana: Patient) -> None:
    session.execute(update(Schedule).values(minute=1080))
    course(session, ana)
    for day in range(61):
        tick(session, EIGHT + day * DAY + 11 * HOUR)
        cursors.seen(session, ana.id)
    due = select(Occurrence.local_day).where(Occurrence.state == "due").order_by(Occurrence.local_day)
    assert [(each - TODAY).days for each in session.scalars(due)] == [0, 1, 2, 3, 4, 5, 6, 8, 14, 20, 27, 42, 57]


def test_each_set_of_texts_is_gone_through_by_itself(session: Session, ana: Patient) -> None:
    course(session, ana)
    for day in range(4):
        tick(session, EIGHT + MINUTE + day * DAY)
        cursors.seen(session, ana.id)
    words = catalog.load().in_language("en")
    texts = session.scalars(select(Occurrence.text).where(Occurrence.kind == "routine").order_by(Occurrence.local_day))
    sets = ["routine", "routine", "routine_softer", "routine_barrier"]
    assert all(text in words.lines(f"reminders.{name}") for text, name in zip(texts, sets, strict=True))
    counted = session.scalars(select(Cursor.texts)).one()
    assert {name: counted[name] for name in sets} == {"routine": 2, "routine_softer": 1, "routine_barrier": 1}


def test_a_pause_of_the_plan_holds_without_reading_the_plan(session: Session, ana: Patient) -> None:
    course(session, ana, pauses=(Pause(TODAY, TODAY, "away", "off"),))
    tick(session, EIGHT + MINUTE)
    assert occurrence(session).reason == "paused"
    tick(session, EIGHT + MINUTE + DAY)
    assert states(session, Occurrence, "routine") == ["left_out", "due"]


def test_a_pause_told_after_materialising_is_seen_at_the_lease(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    course(session, ana, pauses=(Pause(TODAY, TODAY, "ill", "off"),))
    session.flush()
    assert deliveries.lease(session, EIGHT + MINUTE, EIGHT, 10).handovers == ()
    assert states(session, Delivery) == ["cancelled"]


def test_what_a_human_waits_for_stays_in_the_inbox_of_who_wants_no_pushes(session: Session, ana: Patient) -> None:
    reminders.stop(session, ana, list(schedule.KINDS), SEVEN)
    ana.lock = "URGENT"
    reminders.follow_up(session, ana, EIGHT - 24 * HOUR)
    tick(session, EIGHT + MINUTE)
    assert states(session, Occurrence, "red_flag_followup") == ["due"]
    assert states(session, Occurrence, "routine") == ["left_out"]
    assert states(session, Delivery) == []
    assert [item.kind for item in inbox.items(session, ana, EIGHT + MINUTE)] == ["red_flag_followup"]


def test_only_an_own_reminder_that_says_so_comes_in_quiet_hours(session: Session, ana: Patient) -> None:
    for crosses in (True, False):
        reminders.create(session, ana, kind="own", minute=1320, crosses_quiet=crosses, now=SEVEN)
    tick(session, EIGHT + 14 * HOUR + MINUTE)
    rows = session.scalars(select(Occurrence).where(Occurrence.kind == "own")).all()
    assert sorted((row.state, row.reason) for row in rows) == [("due", None), ("left_out", "quiet")]
    assert len(deliveries.lease(session, EIGHT + 14 * HOUR + 2 * MINUTE, EIGHT, 10).handovers) == 1


def test_breaks_come_in_working_hours_and_sixteen_a_day_at_most(session: Session, ana: Patient) -> None:
    reminders.create(session, ana, kind="break_sitting", every=20, days=127, now=SEVEN)
    for minutes in range(0, 24 * 60, 5):
        tick(session, EIGHT + minutes * MINUTE)
    rows = session.scalars(select(Occurrence).where(Occurrence.kind == "break_sitting")).all()
    due = [row for row in rows if row.state == "due"]
    assert len(due) == 16
    assert all(540 <= row.slot < 1020 for row in due)


def test_a_rule_of_each_shape_comes_back_as_it_was_stored(session: Session, ana: Patient) -> None:
    reminders.create(session, ana, kind="break_bending", every=45, days=31, now=SEVEN)
    reminders.create(session, ana, kind="walk", minute=700, on_day=TODAY, now=SEVEN)
    reminders.follow_up(session, ana, SEVEN)
    shapes = {(rule.kind, rule.minute, rule.days, rule.on_day, rule.every) for rule in cursors.rules(session, ana.id)}
    assert ("break_bending", None, 31, None, 45) in shapes
    assert ("walk", 700, None, TODAY, None) in shapes
    instants = sorted(rule.at for rule in cursors.rules(session, ana.id) if rule.at)
    assert instants == [SEVEN + 24 * HOUR, SEVEN + 72 * HOUR]


def test_spent_one_offs_make_room(session: Session, ana: Patient) -> None:
    later = SEVEN + 10 * DAY
    reminders.create(session, ana, kind="own", minute=500, on_day=TODAY, now=SEVEN)
    tick(session, later)
    reminders.create(session, ana, kind="own", minute=500, on_day=(later + DAY).date(), now=later)
    kept = [rule.on_day for rule in reminders.own(session, ana.id) if rule.on_day]
    assert kept == [(later + DAY).date()]


def test_a_stranger_has_no_course(session: Session) -> None:
    assert cursors.rules(session, uuid4()) == []
