"""What no month of any person may bring: promises about whatever leaves."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from programs import schedule
from programs.schedule import BREAKS, KINDS
from tests.programs import reminder_month as month
from tests.programs.reminder_month import Handed, Life

months = settings(deadline=None, max_examples=20)


def days_of(each: Handed, kinds: set[str]) -> Counter[int]:
    """How many of these kinds on each local day, seen from where the person was; the day's own number is 0."""
    where = each.local
    own = schedule.local_day(each.before[-1].at, where.zone, where.day_starts_at)
    return Counter(
        (schedule.local_day(sent.at, where.zone, where.day_starts_at) - own).days
        for sent in each.before
        if sent.kind in kinds
    )


@months
@given(month.lives())
def test_a_month_keeps_every_promise(life: Life) -> None:
    handed = month.play(life)
    ranked, breaks = {kind for kind, of in KINDS.items() if of.rank}, set(BREAKS)
    assert len({(each.moment.rule.id, each.moment.day, each.moment.slot) for each in handed}) == len(handed)
    for each in handed:
        kind = KINDS[each.kind]
        if kind.rank:
            days = days_of(each, ranked)
            assert days[0] <= 2
            assert sum(days[-back] for back in range(7)) <= 10
        if each.kind in BREAKS:
            assert days_of(each, breaks)[0] <= 16
        if not each.moment.rule.crosses_quiet:
            assert schedule.quiet_end(each.at, each.local) is None
        assert each.moment.at <= each.verdict.fire_at <= each.at < each.verdict.expires_at
        assert each.at < (each.moment.rule.until or datetime.max.replace(tzinfo=UTC))
        assert not each.locked or kind.care or each.kind == "checkin"
        assert each.kind != "red_flag_followup" or each.locked


@months
@given(month.lives())
def test_no_budgeted_text_comes_back_within_seven_days(life: Life) -> None:
    last: dict[tuple[str, str], date] = {}
    rules = tuple(rule for rule in life.rules if rule.kind not in BREAKS)
    for each in month.play(replace(life, rules=rules, locals=life.locals[:1])):
        if KINDS[each.kind].rank:
            day = schedule.local_day(each.verdict.fire_at, each.local.zone, each.local.day_starts_at)
            assert day - last.get((each.kind, each.text), date.min) >= timedelta(days=7)
            last[each.kind, each.text] = day


@settings(deadline=None, max_examples=8)
@given(month.lives())
def test_the_same_month_is_the_same_again(life: Life) -> None:
    assert month.play(life) == month.play(life)


@months
@given(month.lives(), st.integers(1, 30))
def test_moments_do_not_depend_on_how_often_one_looks(life: Life, hours: int) -> None:
    local = life.locals[0][1]
    end = month.BEGIN + timedelta(days=7)
    at_once = schedule.run(life.rules, local, month.BEGIN, end, most=10_000)
    found, passed_at = [], month.BEGIN
    while passed_at < end:
        run = schedule.run(life.rules, local, passed_at, min(passed_at + timedelta(hours=hours), end), most=5)
        found += run.moments
        passed_at = run.passed_at
    assert set(found) == set(at_once.moments)
    assert len(found) == len(at_once.moments)
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)
    assert run.next_at == at_once.next_at
