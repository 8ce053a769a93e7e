"""The parts of the reminder rules that the stories of tests/schedule do not tell: edges of single functions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import adapt, catalog, events, schedule
from programs.course import Pause
from programs.schedule import Course, Local, Moment, Rule, Sent, Standing, Verdict
from tests.programs import logs

PERSON = UUID("6f1c2a52-5a9e-4a55-9d3c-0b8a1c3f7e10")
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
EIGHT, NINE, EVENING = 480, 540, 1320
SPREAD = timedelta(seconds=20)
FREE = Standing()
any_instant = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def local(quiet: tuple[int, int] = (1290, 450), zone: str = "Europe/Paris") -> Local:
    return Local(zone, 240, *quiet, spread=SPREAD)


def rule(kind: str, minute: int, number: int = 1) -> Rule:
    return Rule(UUID(int=number), kind, minute, 127, None, LONG_AGO)


def at(day: date, minute: int) -> datetime:
    found = schedule.instant(day, minute, "Europe/Paris")
    assert found is not None
    return found


def first(made: Rule, where: Local, day: date = MONDAY) -> Moment:
    return next(schedule.moments(made, where, at(day, 0)))


def judge(made: Rule, standing: Standing = FREE) -> Verdict:
    moment = first(made, local())
    return schedule.judge(moment, (made,), local(), standing, now=moment.at)


def test_a_reminder_leaves_at_its_minute_plus_the_persons_spread() -> None:
    verdict = judge(rule("routine", EIGHT))
    assert verdict == Verdict(
        at(MONDAY, EIGHT) + timedelta(seconds=20), at(MONDAY, EIGHT + 240) + timedelta(seconds=20), "due"
    )


def test_the_spread_is_the_persons_own_and_always_the_same() -> None:
    assert schedule.spread(PERSON) == timedelta(milliseconds=32_949)
    spreads = {schedule.spread(UUID(int=number)) for number in range(500)}
    assert len(spreads) > 450
    assert timedelta() <= min(spreads) < max(spreads) < timedelta(seconds=50)


def test_quiet_hours_that_wrap_midnight_end_in_the_morning() -> None:
    assert schedule.quiet_end(at(MONDAY, EVENING), local()) == at(MONDAY + timedelta(1), 450)
    assert schedule.quiet_end(at(MONDAY, 449), local()) == at(MONDAY, 450)
    assert schedule.quiet_end(at(MONDAY, 450), local()) is None
    assert schedule.quiet_end(at(MONDAY, 1289), local()) is None


@settings(deadline=None, max_examples=300)
@given(any_instant, st.sampled_from(sorted(schedule.zones())), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_end_later_and_outside_of_themselves(when: datetime, zone: str, start: int, end: int) -> None:
    where = local((start, end), zone)
    until = schedule.quiet_end(when, where)
    if until is not None:
        assert until > when
        assert schedule.quiet_end(until, where) is None


def test_quiet_hours_end_in_the_second_pass_of_a_repeated_hour() -> None:
    where = local((1290, 150))  # until 02:30, which comes twice that night
    in_second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert schedule.quiet_end(in_second_pass, where) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_one_off_comes_once_and_only_if_it_is_still_to_come() -> None:
    once = Rule(UUID(int=1), "red_flag_followup", EIGHT, None, MONDAY, since=at(MONDAY, 0))
    found = list(schedule.moments(once, local(), LONG_AGO))
    assert [moment.day for moment in found] == [MONDAY]
    assert schedule.run([once], local(), found[0].at, found[0].at).next_at is None


def test_what_was_due_at_the_very_instant_a_run_reached_does_not_come_again() -> None:
    once = Rule(UUID(int=1), "message", None, None, None, LONG_AGO, at=at(MONDAY, NINE))
    for made in (once, rule("walk", NINE)):
        reached = first(made, local()).at
        assert schedule.run([made], local(), reached, reached + timedelta(hours=1)).moments == ()


def test_a_skipped_minute_still_comes_when_the_clocks_are_already_past_it() -> None:
    just_after_the_change = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)  # 03:10; the 02:30 of today comes at 03:30
    found = next(schedule.moments(rule("walk", 150), local(), just_after_the_change))
    assert found.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC) + SPREAD


def test_collapse_ids_are_one_an_occurrence_and_fit_every_provider() -> None:
    names = {schedule.collapse_id(PERSON, MONDAY + timedelta(day), slot) for day in range(9) for slot in (480, 10_001)}
    assert len(names) == 18
    assert all(len(name) == 32 and name.isalnum() for name in names)


@settings(deadline=None, max_examples=300)
@given(any_instant, st.sampled_from(sorted(schedule.zones())), st.integers(0, 1439), st.integers(0, 20 * 60))
def test_before_quiet_is_never_later_and_never_quiet(when: datetime, zone: str, start: int, length: int) -> None:
    where = local((start, (start + length) % 1440), zone)
    told = schedule.before_quiet(when, where)
    assert told <= when
    assert schedule.quiet_end(told, where) is None


def test_just_before_sending_quiet_hours_that_have_begun_put_it_off() -> None:
    planned = Verdict(at(MONDAY, 1289), at(MONDAY, 1289) + timedelta(hours=24), "due")
    again = schedule.judge_again("red_flag_followup", planned, local(), Standing(locked=True), at(MONDAY, 1300))
    assert (again.state, again.fire_at) == ("due", at(MONDAY + timedelta(1), 450) + SPREAD)
    short = Verdict(at(MONDAY, 1289), at(MONDAY, 1289) + timedelta(hours=4), "due")
    assert schedule.judge_again("checkin", short, local(), FREE, at(MONDAY, 1300)).state == "expired"
    crossing = schedule.judge_again("own", short, local(), FREE, at(MONDAY, 1300), crosses_quiet=True)
    assert (crossing.state, crossing.fire_at) == ("due", short.fire_at)


@pytest.mark.parametrize(
    ("kind", "standing", "reason"),
    [
        ("routine", FREE, None),
        ("routine", Standing(locked=True), "locked"),
        ("routine", Standing(done_day=MONDAY), "done"),
        ("routine", Standing(course=Course(pauses=(Pause(MONDAY, MONDAY, "ill", "off"),))), "paused"),
        ("red_flag_followup", FREE, "released"),
        ("message", Standing(stopped=frozenset({"message"})), "stopped"),  # the inbox has it; no phone gets it
    ],
)
def test_just_before_sending_what_happened_since_counts(kind: str, standing: Standing, reason: str | None) -> None:
    planned = Verdict(at(MONDAY, NINE), at(MONDAY, NINE) + timedelta(hours=4), "due")
    again = schedule.judge_again(kind, planned, local(), standing, at(MONDAY, NINE + 5))
    assert (again.state, again.reason) == ("left_out" if reason else "due", reason)


def test_just_before_sending_what_is_too_late_is_expired_to_the_second() -> None:
    planned = Verdict(at(MONDAY, NINE), at(MONDAY, NINE) + timedelta(hours=4), "due")
    last = planned.expires_at - timedelta(seconds=1)
    assert schedule.judge_again("checkin", planned, local(), FREE, last).state == "due"
    assert schedule.judge_again("checkin", planned, local(), FREE, planned.expires_at).state == "expired"


def test_each_moment_meets_what_was_sent_before_it() -> None:
    rules = [
        rule("walk", EIGHT),
        rule("own", EIGHT + 10, 2),
        rule("break_sitting", EIGHT + 20, 3),
        rule("walk", NINE, 4),
    ]
    coming = schedule.run(rules, local(), at(MONDAY, 0), at(MONDAY, NINE + 1)).moments
    met = [standing for *_, standing in schedule.judge_all(coming, rules, local(), FREE, coming[0].at)]
    walk, pause = Sent("walk", at(MONDAY, EIGHT) + SPREAD), Sent("break_sitting", at(MONDAY, EIGHT + 20) + SPREAD)
    after_walk = Standing(sent=(walk,), ignored=1)
    assert met == [FREE, after_walk, after_walk, Standing(sent=(walk, pause), ignored=1)]


def test_no_room_is_left_for_a_follow_up_even_if_it_is_named() -> None:
    rules = schedule.with_follow_up([rule("routine", EIGHT)], local())
    check = first(rule("checkin", NINE, 2), local())
    standing = Standing(sent=(Sent("routine", at(MONDAY, EIGHT)),))
    assert schedule.judge(check, rules, local(), standing, check.at).state == "due"


def test_each_day_has_its_own_sixteen_breaks() -> None:
    often = Rule(UUID(int=1), "break_sitting", None, 127, None, LONG_AGO, every=15)
    coming = schedule.run([often], local(), at(MONDAY, 0), at(MONDAY + timedelta(2), 0)).moments
    due = [
        each.day
        for each, verdict, _ in schedule.judge_all(coming, [often], local(), FREE, coming[0].at)
        if verdict.state == "due"
    ]
    assert due == [MONDAY] * 16 + [MONDAY + timedelta(1)] * 16


def test_a_follow_up_moves_with_its_routine_and_is_its_own_reminder() -> None:
    routine = rule("routine", EIGHT)
    (*_, follow_up) = schedule.with_follow_up([routine], local())
    (*_, moved) = schedule.with_follow_up([replace(routine, minute=NINE)], local())
    assert (follow_up.kind, follow_up.minute, moved.minute) == ("missed", EIGHT + 240, NINE + 240)
    assert follow_up.id == moved.id != routine.id
    assert schedule.with_follow_up([rule("walk", EIGHT)], local()) == [rule("walk", EIGHT)]


def test_training_days_are_those_of_all_routines() -> None:
    rules = [replace(rule("routine", EIGHT), days=0b1), replace(rule("routine", NINE), days=0b110), rule("walk", NINE)]
    assert schedule.routine_days(rules) == 0b111
    assert schedule.routine_days([rule("walk", NINE)]) == 0


@pytest.mark.parametrize(
    ("done_at", "minute", "days_known", "suggested"),
    [
        ([610] * 5, EIGHT, 14, 10),
        ([610] * 4, EIGHT, 14, None),  # too few
        ([610] * 5, EIGHT, 13, None),  # too soon
        ([610] * 5 + [485] * 5, EIGHT, 14, None),  # the present hour is as good
        ([610] * 6 + [485] * 5, EIGHT, 14, 10),
        ([610] * 5 + [1210] * 5, EIGHT, 14, 10),  # of equals the nearer one
        ([], EIGHT, 99, None),
    ],
)
def test_a_better_hour_is_suggested_only_when_it_is_one(
    done_at: list[int], minute: int, days_known: int, suggested: int | None
) -> None:
    assert schedule.better_hour(done_at, minute, days_known) == suggested


def test_no_text_comes_back_before_all_others_were_used() -> None:
    texts = [f"text {number}" for number in range(12)]
    told = [schedule.choose(texts, PERSON, number) for number in range(24)]
    assert len(set(told[:12])) == len(set(told[5:17])) == 12


def test_what_reminders_need_of_a_plan() -> None:
    content = catalog.load()
    writer = logs.Writer(random=None)  # type: ignore[arg-type]
    writer.write(0, "intake", events.Intake(logs.patient()))
    writer.write(1, "away", events.Away(logs.START + timedelta(3), logs.START + timedelta(4), "ill", "off"))
    for day in (0, 1, 2):
        writer.write(day, "checkin", events.Checkin())
        writer.write(day, "session", events.Session(pre=1, peak=1))
    plan = adapt.fold(None, sorted(writer.lines, key=lambda e: e.day), logs.START + timedelta(10), content).plan
    early = adapt.fold(None, sorted(writer.lines, key=lambda e: e.day), logs.START + timedelta(2), content).plan

    course = schedule.course_of(plan, 3)
    assert (course.begun, course.flare, course.support) == (logs.START, False, False)
    assert course.rest_until is None  # a new week has begun
    assert schedule.course_of(early, 3).rest_until == logs.START + timedelta(6)
    assert schedule.course_of(early, 4).rest_until is None
    # A pause that is over still says that its days were not missed.
    assert [(pause.first, pause.last) for pause in course.pauses] == [
        (logs.START + timedelta(3), logs.START + timedelta(4))
    ]
    assert schedule.missed_days(logs.START + timedelta(7), 127, logs.START + timedelta(2), course) == 2
    assert schedule.silent_days(logs.START + timedelta(7), logs.START + timedelta(2), course) == 3


def test_a_long_outage_is_caught_up_in_bounded_pieces() -> None:
    days, passed_at, now = [], at(MONDAY, 0), at(date(2026, 6, 1), 0)
    for _ in range(3):
        run = schedule.run([rule("walk", EIGHT)], local(), passed_at, now, most=40)
        days += [moment.day for moment in run.moments]
        passed_at = run.passed_at
    assert days == [MONDAY + timedelta(day) for day in range(91)]
    assert (passed_at, run.next_at) == (now, at(date(2026, 6, 1), EIGHT) + SPREAD)


def test_what_is_due_at_one_instant_stays_in_one_piece() -> None:
    rules = [rule("walk", EIGHT, 1), rule("own", EIGHT, 2), rule("own", EIGHT, 3)]
    seen, passed_at, now = [], at(MONDAY, 0), at(MONDAY + timedelta(2), 0)
    while passed_at < now:
        run = schedule.run(rules, local(), passed_at, now, most=2)
        seen += [(moment.rule.id, moment.day) for moment in run.moments]
        passed_at = run.passed_at
    assert len(seen) == len(set(seen)) == 6
