"""Quiet hours, budget, silence and texts: what is sent, when, and why not."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import schedule
from programs.schedule import Local, Moment, Rule, Standing, Verdict

PERSON = UUID("6f1c2a52-5a9e-4a55-9d3c-0b8a1c3f7e10")
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
EIGHT, NINE, TEN, EVENING = 480, 540, 600, 1320
FREE = Standing(locked=False, done_day=None, budgeted=())
any_instant = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def local(quiet: tuple[int, int] = (1290, 450), zone: str = "Europe/Paris") -> Local:
    return Local(zone, 240, *quiet, spread=timedelta(seconds=20))


def rule(kind: str, minute: int, number: int = 1) -> Rule:
    return Rule(UUID(int=number), kind, minute, 127, None, LONG_AGO)


def at(day: date, minute: int) -> datetime:
    found = schedule.instant(day, minute, "Europe/Paris")
    assert found is not None
    return found


def first(made: Rule, where: Local, day: date = MONDAY) -> Moment:
    return next(schedule.moments(made, where, at(day, 0)))


def judge(made: Rule, standing: Standing = FREE, where: Local | None = None, *others: Rule) -> Verdict:
    where = where or local()
    moment = first(made, where)
    return schedule.judge(moment, (made, *others), where, standing, now=moment.at)


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


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    assert schedule.quiet_end(at(MONDAY, NINE), local((480, 600))) == at(MONDAY, 600)
    assert schedule.quiet_end(at(MONDAY, NINE), local((540, 540))) is None


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


def test_a_routine_shortly_before_quiet_ends_waits_and_an_evening_one_is_dropped() -> None:
    early, late = judge(rule("routine", 360)), judge(rule("routine", EVENING))
    assert (early.state, early.fire_at) == ("due", at(MONDAY, 450) + timedelta(seconds=20))
    assert (late.state, late.reason) == ("left_out", "quiet")


def test_a_follow_up_waits_for_the_morning_however_long() -> None:
    verdict = judge(rule("red_flag_followup", EVENING), Standing(locked=True, done_day=None, budgeted=()))
    assert verdict.state == "due"
    assert verdict.fire_at == at(MONDAY + timedelta(1), 450) + timedelta(seconds=20)
    assert verdict.expires_at == verdict.fire_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("kind", "standing", "reason"),
    [
        ("routine", Standing(True, None, ()), "locked"),
        ("new_plan", Standing(True, None, ()), "locked"),
        ("checkin", Standing(True, None, ()), None),
        ("routine", Standing(False, MONDAY, ()), "done"),
        ("routine", Standing(False, MONDAY - timedelta(1), ()), None),
        ("checkin", Standing(False, MONDAY, ()), None),
        ("red_flag_followup", Standing(False, None, ()), "released"),
    ],
)
def test_locks_and_sessions_silence_what_they_should(kind: str, standing: Standing, reason: str | None) -> None:
    assert judge(rule(kind, NINE), standing).reason == reason


def test_what_comes_after_its_time_is_expired_and_not_sent() -> None:
    moment = first(rule("routine", EIGHT), local())
    verdict = schedule.judge(moment, (), local(), FREE, now=moment.at + timedelta(hours=4))
    assert verdict.state == "expired"


def test_the_third_of_a_day_is_over_the_budget() -> None:
    sent = (at(MONDAY, EIGHT), at(MONDAY, EIGHT + 5))
    assert judge(rule("routine", NINE), Standing(False, None, sent)).reason == "budget"
    assert judge(rule("routine", NINE), Standing(False, None, sent[:1])).state == "due"


def test_the_eleventh_of_seven_days_is_over_the_budget() -> None:
    ten = tuple(at(MONDAY - timedelta(days), minute) for days in range(1, 6) for minute in (EIGHT, NINE))
    assert judge(rule("routine", TEN), Standing(False, None, ten)).reason == "budget"
    eight_days_ago = tuple(sent - timedelta(days=2) for sent in ten)
    assert judge(rule("routine", TEN), Standing(False, None, eight_days_ago)).state == "due"


def test_small_hours_count_for_the_day_before() -> None:
    sent = (at(MONDAY, EIGHT), at(MONDAY, NINE))
    where = local((0, 0))
    night = next(schedule.moments(rule("routine", 120), where, at(MONDAY, TEN)))
    assert schedule.judge(night, (), where, Standing(False, None, sent), night.at).reason == "budget"


def test_a_follow_up_is_outside_the_budget() -> None:
    sent = (at(MONDAY, EIGHT), at(MONDAY, EIGHT + 5))
    assert judge(rule("red_flag_followup", NINE), Standing(True, None, sent)).state == "due"


def test_a_check_in_leaves_room_for_the_routines_of_the_same_day() -> None:
    morning = rule("checkin", EIGHT)
    later = [rule("routine", minute, number) for number, minute in enumerate((TEN, TEN + 60), start=2)]
    assert judge(morning, FREE, None, later[0]).state == "due"
    assert judge(morning, FREE, None, *later).reason == "budget"
    assert judge(morning, Standing(False, MONDAY, ()), None, *later).state == "due"  # the session is done


def test_reminders_judged_together_count_for_each_other() -> None:
    rules = [rule("routine", minute, number) for number, minute in enumerate((EIGHT, NINE, TEN), start=1)]
    coming = schedule.run(rules, local(), at(MONDAY, 0), at(MONDAY, TEN + 1)).moments
    states = [verdict.state for _, verdict in schedule.judge_all(coming, rules, local(), FREE, coming[0].at)]
    assert states == ["due", "due", "left_out"]


def test_just_before_sending_quiet_hours_that_have_begun_put_it_off() -> None:
    planned = Verdict(at(MONDAY, 1289), at(MONDAY, 1289) + timedelta(hours=24), "due")
    again = schedule.judge_again("red_flag_followup", planned, local(), Standing(True, None, ()), at(MONDAY, 1300))
    assert (again.state, again.fire_at) == ("due", at(MONDAY + timedelta(1), 450) + timedelta(seconds=20))
    short = Verdict(at(MONDAY, 1289), at(MONDAY, 1289) + timedelta(hours=4), "due")
    assert schedule.judge_again("checkin", short, local(), FREE, at(MONDAY, 1300)).state == "expired"


def test_no_text_comes_back_before_all_others_were_used() -> None:
    texts = [f"text {number}" for number in range(12)]
    told = [schedule.choose(texts, PERSON, number) for number in range(24)]
    assert len(set(told[:12])) == len(set(told[5:17])) == 12


def test_an_instant_becomes_the_minute_that_follows_it() -> None:
    assert schedule.on_the_minute(datetime(2026, 3, 2, 8, 0, 0, 1, tzinfo=UTC), "Europe/Paris") == (
        MONDAY,
        541,
    )
    assert schedule.on_the_minute(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "Europe/Paris") == (MONDAY, 540)


def test_a_one_off_comes_once_and_only_if_it_is_still_to_come() -> None:
    once = Rule(UUID(int=1), "red_flag_followup", EIGHT, None, MONDAY, since=at(MONDAY, 0))
    found = list(schedule.moments(once, local(), LONG_AGO))
    assert [moment.day for moment in found] == [MONDAY]
    assert schedule.run([once], local(), found[0].at, found[0].at).next_at is None


def test_a_long_outage_is_caught_up_in_bounded_pieces() -> None:
    days, passed_at, now = [], at(MONDAY, 0), at(date(2026, 6, 1), 0)
    for _ in range(3):
        run = schedule.run([rule("routine", EIGHT)], local(), passed_at, now, most=40)
        days += [moment.day for moment in run.moments]
        passed_at = run.passed_at
    assert days == [MONDAY + timedelta(day) for day in range(91)]
    assert (passed_at, run.next_at) == (now, at(date(2026, 6, 1), EIGHT) + timedelta(seconds=20))


def test_collapse_ids_are_one_an_occurrence_and_fit_every_provider() -> None:
    names = {schedule.collapse_id(PERSON, MONDAY + timedelta(day), slot) for day in range(9) for slot in (480, 10_001)}
    assert len(names) == 18
    assert all(len(name) == 32 and name.isalnum() for name in names)
