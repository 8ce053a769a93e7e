"""From a rule to an occurrence and its hand-overs, and everything that stops or moves them on the way."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from coach.models.people import Patient
from coach.models.reminders import Cursor, Delivery, Device, Occurrence, Schedule
from coach.services import cursors, deliveries, devices, inbox, occurrences, reminders
from coach.services.problems import Problem
from programs import catalog, schedule
from tests.patients import device, patient
from tests.ticks import EIGHT, HOUR, MINUTE, SEVEN, TODAY, name, occurrence, states, tick


@pytest.fixture
def ana(session: Session) -> Patient:
    made = patient(session, SEVEN)
    device(session, made, SEVEN)
    return made


def test_the_first_plan_brings_a_daily_reminder_at_eight(session: Session, ana: Patient) -> None:
    assert tick(session, EIGHT - MINUTE).occurrences == 0
    assert tick(session, EIGHT + MINUTE) == occurrences.Ticked(patients=1, occurrences=1, failed=0)
    row = occurrence(session)
    assert (row.kind, row.local_day, row.slot, row.state) == ("routine", TODAY, 480, "due")
    assert row.fire_at == EIGHT + schedule.spread(ana.id)
    assert row.expires_at == row.fire_at + 4 * HOUR
    assert row.text in catalog.load().in_language("en").lines("reminders.routine")
    waiting = session.scalars(select(Delivery)).one()
    assert (waiting.state, waiting.due_at, waiting.expires_at) == ("pending", row.fire_at, row.expires_at)


def test_ticks_repeated_and_replayed_make_one_occurrence(session: Session, ana: Patient) -> None:
    for _ in range(3):
        tick(session, EIGHT + MINUTE)
    session.execute(update(Cursor).values(passed_at=SEVEN, next_at=SEVEN))  # as if the tick had never been
    tick(session, EIGHT + MINUTE)
    assert states(session, Occurrence) == ["due"]
    assert states(session, Delivery) == ["pending"]


def test_a_week_brings_seven_different_texts(session: Session, ana: Patient) -> None:
    for day in range(7):
        tick(session, EIGHT + MINUTE + timedelta(days=day))
        cursors.seen(session, ana.id)
    texts = list(session.scalars(select(Occurrence.text).where(Occurrence.kind == "routine")))
    assert len(set(texts)) == len(texts) == 7


def test_after_an_outage_the_missed_are_counted_and_only_the_fresh_one_is_sent(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + 3 * timedelta(days=1) + HOUR)
    assert states(session, Occurrence, "routine") == ["expired", "expired", "expired", "due"]
    assert states(session, Delivery) == ["pending"]


def test_a_very_long_outage_is_worked_off_in_pieces(session: Session, ana: Patient) -> None:
    now = EIGHT + timedelta(days=100, minutes=1)
    assert [tick(session, now).occurrences for _ in range(5)] == [64, 64, 64, 9, 0]  # with the follow-ups


def test_without_a_device_the_inbox_still_has_it(session: Session) -> None:
    bea = patient(session, SEVEN)
    tick(session, EIGHT + MINUTE)
    (item,) = inbox.items(session, bea, EIGHT + MINUTE)
    assert (item.kind, item.id, item.read_at) == ("routine", name(occurrence(session)), None)
    inbox.mark_read(session, bea, item.id, EIGHT + 2 * MINUTE)
    assert inbox.items(session, bea, EIGHT + HOUR)[0].read_at == EIGHT + 2 * MINUTE


@pytest.mark.parametrize(("lock", "reason"), [("URGENT", "locked"), ("NO_PLAN", "locked"), ("SOON", None)])
def test_a_lock_that_stands_keeps_exercise_reminders_from_being_made(
    session: Session, ana: Patient, lock: str, reason: str | None
) -> None:
    ana.lock = lock
    session.flush()
    tick(session, EIGHT + MINUTE)
    assert occurrence(session).reason == reason


def test_a_lock_cancels_what_is_made_and_not_sent(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    ana.lock = "EMERGENCY"
    cursors.settle(session, ana, EIGHT + MINUTE)
    assert (occurrence(session).state, occurrence(session).reason) == ("cancelled", "locked")
    assert states(session, Delivery) == ["cancelled"]
    assert deliveries.lease(session, EIGHT + MINUTE, EIGHT, 10).claimed == 0
    assert inbox.items(session, ana, EIGHT + HOUR) == ()


def test_a_lock_that_leaves_the_exercises_open_cancels_nothing(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    ana.lock = "SOON"
    cursors.settle(session, ana, EIGHT + MINUTE)
    assert states(session, Delivery) == ["pending"]


def test_a_lock_after_materialising_is_seen_at_the_lease_too(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    session.execute(update(Patient).values(lock="EMERGENCY"))
    assert deliveries.lease(session, EIGHT + MINUTE, EIGHT, 10).handovers == ()
    assert states(session, Delivery) == ["cancelled"]


def test_a_red_flag_is_followed_up_after_one_and_three_days(session: Session, ana: Patient) -> None:
    ana.lock = "URGENT"
    reminders.follow_up(session, ana, SEVEN)
    reminders.follow_up(session, ana, SEVEN + HOUR)  # a second flag of the same day asks no more
    for hours in (25, 49, 73):
        tick(session, SEVEN + hours * HOUR)
    rows = session.execute(
        select(Occurrence.local_day, Occurrence.fire_at).where(
            Occurrence.kind == "red_flag_followup", Occurrence.state == "due"
        )
    ).all()
    assert [row.local_day for row in rows] == [TODAY + timedelta(1), TODAY + timedelta(3)]
    # Seven o'clock is quiet: they come when quiet hours end.
    assert rows[0].fire_at == SEVEN + timedelta(days=1, minutes=30) + schedule.spread(ana.id)


def test_a_released_flag_is_not_followed_up(session: Session, ana: Patient) -> None:
    reminders.follow_up(session, ana, SEVEN + 2 * HOUR)
    tick(session, SEVEN + 27 * HOUR)
    asked = session.scalars(select(Occurrence).where(Occurrence.kind == "red_flag_followup")).one()
    assert (asked.state, asked.reason) == ("left_out", "released")


def test_a_new_plan_is_announced_once_a_day(session: Session, ana: Patient) -> None:
    reminders.plan_renewed(session, ana, EIGHT + HOUR)
    reminders.plan_renewed(session, ana, EIGHT + 2 * HOUR)
    tick(session, EIGHT + 3 * HOUR)
    kinds = session.scalars(select(Occurrence.kind).order_by(Occurrence.fire_at))
    assert list(kinds) == ["routine", "new_plan"]


def test_a_session_before_the_reminder_makes_it_needless(session: Session, ana: Patient) -> None:
    reminders.session_done(session, ana.id, TODAY, SEVEN)
    tick(session, EIGHT + MINUTE)
    assert occurrence(session).reason == "done"
    tick(session, EIGHT + MINUTE + timedelta(days=1))
    assert states(session, Occurrence, "routine") == ["left_out", "due"]


def test_a_session_cancels_todays_unsent_reminder(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    reminders.session_done(session, ana.id, TODAY, EIGHT + MINUTE)
    assert occurrence(session).reason == "done"
    assert states(session, Delivery) == ["cancelled"]


def test_a_late_report_of_yesterday_leaves_todays_reminder(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    reminders.session_done(session, ana.id, TODAY - timedelta(1), EIGHT + MINUTE)
    assert states(session, Delivery) == ["pending"]


def test_flying_west_repeats_no_slot_and_flying_east_catches_a_fresh_one_up(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    ana.zone = "America/New_York"
    reminders.settings_changed(session, ana, EIGHT + HOUR)
    tick(session, EIGHT + 7 * HOUR)  # eight o'clock there
    assert states(session, Occurrence) == ["due"]
    ana.zone = "Asia/Kolkata"  # it is 19:31 there; tomorrow's eight comes in 12.5 hours
    reminders.settings_changed(session, ana, EIGHT + 7 * HOUR)
    tick(session, EIGHT + 19.6 * HOUR)
    assert states(session, Occurrence) == ["due", "due"]


def test_a_flight_over_the_reminder_is_caught_up_while_it_is_worth_it(session: Session, ana: Patient) -> None:
    ana.zone = "Asia/Dubai"  # at 07:00 in Paris it is 10:00 there
    reminders.settings_changed(session, ana, SEVEN)
    tick(session, SEVEN)
    assert states(session, Occurrence) == []  # the rule is younger than that eight o'clock
    session.execute(update(Schedule).values(since=SEVEN - timedelta(days=9)))
    session.execute(update(Cursor).values(passed_at=SEVEN - timedelta(days=1), next_at=SEVEN))
    tick(session, SEVEN)
    assert states(session, Occurrence, "routine") == ["due"]


def test_one_poisoned_patient_in_a_thousand_stops_nobody(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        ids = [patient(session, SEVEN).id for _ in range(30)]
        session.execute(update(Patient).where(Patient.id == ids[3]).values(zone="Mars/Olympus"))
        # A text too long for its column: the database refuses the batch, not Python.
        session.execute(update(Schedule).where(Schedule.patient_id == ids[17]).values(kind="checkin"))
        session.execute(text("ALTER TABLE occurrence ADD CONSTRAINT trap CHECK (kind <> 'checkin')"))
    try:
        with committed.begin() as session:
            assert tick(session, EIGHT + MINUTE) == occurrences.Ticked(30, 29, 2)
    finally:
        with committed.begin() as session:
            session.execute(text("ALTER TABLE occurrence DROP CONSTRAINT trap"))
    with committed.begin() as session:
        assert len(list(session.scalars(select(Occurrence)))) == 28
        aside = session.execute(select(Cursor.patient_id, Cursor.failures).where(Cursor.failed_at.is_not(None)))
        assert {(row.patient_id, row.failures) for row in aside} == {(ids[3], 1), (ids[17], 1)}
        assert tick(session, EIGHT + MINUTE).patients == 0  # put aside for a minute
        session.execute(update(Patient).where(Patient.id == ids[3]).values(zone="Europe/Paris"))
        assert tick(session, EIGHT + 3 * MINUTE).failed == 0
        assert len(list(session.scalars(select(Occurrence)))) == 30


def test_two_tickers_share_the_work_and_double_nothing(committed: sessionmaker[Session]) -> None:
    with committed.begin() as session:
        for _ in range(6):
            device(session, patient(session, SEVEN), SEVEN)
    content = catalog.load()
    with committed() as one, committed() as other:
        first = occurrences.materialise(one, EIGHT + MINUTE, content, batch=4)
        second = occurrences.materialise(other, EIGHT + MINUTE, content, batch=4)
        assert (first.patients, second.patients) == (4, 2)
        one.commit()
        other.commit()
    with committed() as session:
        assert states(session, Delivery) == ["pending"] * 6


def test_a_removed_device_gets_nothing_more(session: Session, ana: Patient) -> None:

    tick(session, EIGHT + MINUTE)
    device_id = session.scalars(select(Device.id)).one()
    devices.remove(session, ana.id, device_id, EIGHT + MINUTE)
    assert states(session, Delivery) == ["cancelled"]
    assert session.scalars(select(Device.endpoint)).one() == ""
    with pytest.raises(Problem):
        devices.remove(session, ana.id, device_id, EIGHT + MINUTE)
