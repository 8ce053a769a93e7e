"""What a person does with their reminders: set, move, remove, put off, show on the phone by itself."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.models.people import Patient
from coach.models.reminders import Delivery, Occurrence, Schedule
from coach.services import reminders, upcoming
from coach.services.problems import Problem
from coach.services.snooze import snooze
from programs import catalog, schedule
from tests.patients import device, patient
from tests.ticks import EIGHT, HOUR, MINUTE, SEVEN, name, occurrence, states, tick

CONTENT = catalog.load()


@pytest.fixture
def ana(session: Session) -> Patient:
    made = patient(session, SEVEN)
    device(session, made, SEVEN)
    return made


def test_the_person_sets_moves_and_removes_reminders(session: Session, ana: Patient) -> None:
    made = reminders.create(session, ana, kind="checkin", minute=600, days=1, now=SEVEN)
    assert [rule.minute for rule in reminders.own(session, ana.id)] == [480, 600]
    reminders.change(session, ana, made.id, minute=660, days=1, now=SEVEN)
    tick(session, EIGHT + 4 * HOUR)
    assert [row.slot for row in session.scalars(select(Occurrence).order_by(Occurrence.slot))] == [480, 660]
    reminders.remove(session, ana, made.id, EIGHT + 4 * HOUR)
    assert [rule.minute for rule in reminders.own(session, ana.id)] == [480]
    assert states(session, Delivery) == ["pending", "cancelled"]


def test_a_reminder_moved_to_later_the_same_day_still_comes(session: Session, ana: Patient) -> None:
    (eight,) = reminders.own(session, ana.id)
    tick(session, EIGHT + MINUTE)
    reminders.change(session, ana, eight.id, minute=600, days=127, now=EIGHT + HOUR)
    tick(session, EIGHT + 2 * HOUR + MINUTE)
    assert states(session, Occurrence) == ["cancelled", "due"]


def test_a_removed_default_does_not_come_back_with_the_next_plan(session: Session, ana: Patient) -> None:
    (eight,) = reminders.own(session, ana.id)
    reminders.remove(session, ana, eight.id, SEVEN)
    reminders.plan_started(session, ana, SEVEN)
    assert reminders.own(session, ana.id) == ()
    tick(session, EIGHT + MINUTE)
    assert states(session, Occurrence) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "red_flag_followup", "minute": 480, "days": 1}, "kind"),
        ({"kind": "routine", "minute": 1440, "days": 1}, "minute"),
        ({"kind": "routine", "minute": -1, "days": 1}, "minute"),
        ({"kind": "routine", "minute": 0, "days": 0}, "days"),
        ({"kind": "routine", "minute": 0, "days": 128}, "days"),
    ],
)
def test_an_impossible_reminder_is_refused_by_its_field(
    session: Session, ana: Patient, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Problem) as refused:
        reminders.create(session, ana, now=SEVEN, **values)
    assert list(refused.value.fields) == [field]


def test_the_twenty_first_reminder_is_refused(session: Session, ana: Patient) -> None:
    for minute in range(19):
        reminders.create(session, ana, kind="checkin", minute=minute, days=1, now=SEVEN)
    with pytest.raises(Problem, match="conflict"):
        reminders.create(session, ana, kind="checkin", minute=30, days=1, now=SEVEN)


def test_what_is_not_ones_own_cannot_be_changed(session: Session, ana: Patient) -> None:
    reminders.follow_up(session, ana, SEVEN)
    follow_up = session.scalars(select(Schedule.id).where(Schedule.kind == "red_flag_followup")).first()
    for rule_id in (follow_up, uuid4()):
        with pytest.raises(Problem) as refused:
            reminders.remove(session, ana, rule_id or UUID(int=0), SEVEN)
        assert refused.value.status == 404


def test_a_snoozed_reminder_comes_again_twice_and_no_more(session: Session, ana: Patient) -> None:
    tick(session, EIGHT + MINUTE)
    shown = name(occurrence(session))
    again_at = snooze(session, ana, shown, 15, EIGHT + 2 * MINUTE)
    assert again_at == EIGHT + 17 * MINUTE
    assert snooze(session, ana, shown, 15, EIGHT + 3 * MINUTE) == again_at  # a double tap
    assert states(session, Occurrence) == ["snoozed", "due"]
    assert states(session, Delivery) == ["cancelled", "pending"]
    second = session.scalars(select(Occurrence).where(Occurrence.slot == 10_001)).one()
    assert second.expires_at == EIGHT + 4 * HOUR + schedule.spread(ana.id)
    snooze(session, ana, name(second), 30, again_at + MINUTE)
    third = session.scalars(select(Occurrence).where(Occurrence.slot == 10_002)).one()
    with pytest.raises(Problem, match="conflict"):
        snooze(session, ana, name(third), 15, third.fire_at + MINUTE)


@pytest.mark.parametrize(
    ("quiet", "minutes", "now"),
    [((495, 600), 15, EIGHT + 2 * MINUTE), ((1290, 450), 30, EIGHT + 3.7 * HOUR)],
    ids=["into quiet hours", "past its end"],
)
def test_a_snooze_that_would_come_at_a_bad_time_is_refused(
    session: Session, ana: Patient, quiet: tuple[int, int], minutes: int, now: datetime
) -> None:
    tick(session, EIGHT + MINUTE)
    ana.quiet_from, ana.quiet_until = quiet
    session.flush()
    with pytest.raises(Problem, match="conflict"):
        snooze(session, ana, name(occurrence(session)), minutes, now)


def test_the_phone_can_show_the_days_reminders_by_itself(session: Session, ana: Patient) -> None:
    reminders.create(session, ana, kind="checkin", minute=1200, days=127, now=SEVEN)
    coming = upcoming.items(session, ana, SEVEN, CONTENT)
    assert [(each.kind, each.fire_at) for each in coming] == [
        ("routine", EIGHT + schedule.spread(ana.id)),
        ("missed", EIGHT + 4 * HOUR + schedule.spread(ana.id)),  # and with it the day's budget is used up
    ]
    assert len(upcoming.items(session, ana, SEVEN, CONTENT, days=7)) == 10  # the week's budget
    tick(session, EIGHT + MINUTE)
    assert (coming[0].collapse_id, coming[0].text) == (name(occurrence(session)), occurrence(session).text)
    ana.lock = "URGENT"
    assert [each.kind for each in upcoming.items(session, ana, EIGHT + 5 * HOUR, CONTENT)] == ["checkin"]
