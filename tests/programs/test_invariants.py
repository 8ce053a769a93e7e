"""What must hold for every person on every day, whatever is reported (safety invariants I1-I17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from programs import adapt, catalog, routine
from programs.adapt import Folded
from programs.events import Checkin, Event, Morning, Session
from programs.plan import Plan
from programs.routine import Routine
from programs.triage import OPEN
from tests.programs import logs
from tests.programs.logs import START
from tests.programs.test_fold import line

CONTENT = catalog.load()
DAYS = 45
seeds = st.integers(0, 10**6)
few = settings(max_examples=15, deadline=None)


def lived(seed: int, days: int = DAYS) -> Iterator[tuple[Folded, Routine]]:
    """Each day of a log as it was lived."""
    lines = logs.written(seed, days, CONTENT)
    opening: Plan | None = None
    for number in range(days):
        today = START + timedelta(days=number)
        first = opening.day if opening else START
        folded = adapt.fold(opening, [e for e in lines if first <= e.day <= today], today, CONTENT)
        opening = folded.opening
        yield folded, routine.build(folded.plan, today, CONTENT, "en")


@few
@given(seeds)
def test_only_what_is_allowed_fits_and_lies_in_range_is_ever_served(seed: int) -> None:
    for folded, served in lived(seed):
        plan = folded.plan
        allowed = routine.allowed_for(plan, CONTENT)
        if plan.level not in OPEN and plan.level != "unanswered":
            assert not any(served.variants.values()), "I1"
        for name, steps in served.variants.items():
            assert len({step.exercise for step in steps}) == len(steps)
            for step in steps:
                assert allowed.block(step.exercise) is None, f"I2, I3: {name} {step.exercise}"
                low, high, sets_max = allowed.range(step.exercise)
                assert low <= step.amount <= high and 1 <= step.sets <= sets_max, f"I12: {step}"
            if any(plan.day < free for free in plan.direction.locks.values()):
                assert {CONTENT.exercises[step.exercise].direction for step in steps} <= {"neutral"}, "I9"


@few
@given(seeds)
def test_a_routine_is_never_empty_and_never_too_long(seed: int) -> None:
    for folded, served in lived(seed):
        plan = folded.plan
        if plan.level in OPEN and served.status in ("open", "rest"):
            assert served.variants["full"], "I11"
        minutes = [plan.patient.minutes] + [int(row.value) for row in plan.overrides if row.field == "minutes"]
        minutes += [CONTENT.programs[plan.program].minutes] if plan.program else []
        for name, steps in served.variants.items():
            assert sum(step.seconds for step in steps) <= min(minutes) * 66, f"I11: {name}"


@few
@given(seeds)
def test_raises_stay_small_and_come_only_on_quiet_days(seed: int) -> None:
    goal = None
    for folded, _ in lived(seed):
        plan = folded.plan
        raises = [d for d in folded.decisions if d.day == plan.day and d.change in ("progress", "level_up")]
        assert not raises or plan.mode == "normal", "I6"
        for decision in raises:
            before, after = decision.before, decision.after
            assert before is not None and after is not None
            if decision.change == "progress":
                more_amount = after.sets == before.sets and after.amount > before.amount
                assert more_amount or (after.sets == before.sets + 1 and after.amount <= before.amount), "I4"
        assert len(plan.training.level_ups) <= 2, "I4"
        new = plan.walking.goal
        if goal and new and not any(row.field == "steps_raise_pct" for row in plan.overrides):
            assert new - goal <= max(250, min(1000, goal // 10)), "I4"
        goal = new


@few
@given(seeds)
def test_missed_sessions_never_increase_the_next(seed: int) -> None:
    lines = [event for event in logs.written(seed, 20, CONTENT, wild=False) if event.kind != "morning"]
    last = max((event.day for event in lines if event.kind == "session"), default=None)
    assume(last is not None)
    assert last is not None
    lines = [event for event in lines if event.day <= last]
    judged: dict[str, int] = {}
    for number in range(2, 22):
        today = last + timedelta(days=number)
        cards = [line((today - START).days - back, "checkin", Checkin(), minute=900) for back in range(number)]
        plan = adapt.fold(None, lines + cards, today, CONTENT).plan
        if plan.mode in ("normal", "after_flare"):  # a lighter week ends by the calendar
            loads = {item.exercise: item.dose.sets * item.dose.amount for item in plan.items}
            judged = judged or loads
            assert all(load <= judged.get(name, load) for name, load in loads.items()), "I7"


worse = st.tuples(
    st.integers(0, 8), st.integers(0, 6), st.integers(0, 4), st.integers(0, 6), st.integers(0, 4),
    st.integers(0, 4), st.integers(0, 4),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(seeds, worse)
def test_worse_pain_never_yields_a_higher_load(seed: int, pain: tuple[int, ...]) -> None:
    """I14: peak, morning and leg pain raised with everything else the same."""
    pre, rise, more_rise, morning, more_morning, leg, more_leg = pain
    lines = [e for e in logs.written(seed, 8, CONTENT, wild=False) if e.kind in ("intake", "checkin", "steps")]
    lines += [line(number, "checkin", Checkin(), minute=990) for number in range(10)]
    easy = Session(pre=1, peak=1, rpe=4, leg_pre=1, leg_post=1)
    lines += [line(number, "session", easy, minute=60) for number in (2, 4, 6)]
    lines += [line(number, "morning", Morning(1, leg=1), minute=5) for number in (3, 5, 7)]
    peak = min(10, pre + rise)

    def load(peak: int, morning: int, leg: int) -> int:
        told: list[Event] = [
            line(8, "session", Session(pre=pre, peak=peak, rpe=4, leg_pre=1, leg_post=leg, leg_minutes=40), minute=60),
            line(9, "morning", Morning(min(10, morning), leg=min(10, leg)), minute=5),
        ]
        today = START + timedelta(days=9)
        plan = adapt.fold(None, lines + told, today, CONTENT).plan
        if plan.mode == "flare":  # what stands in the plan rests; the calm routine is the load
            calm = routine.chosen_items(plan, today, CONTENT)["full"]
            return sum(i.dose.sets * i.dose.amount * CONTENT.exercises[i.exercise].level for i in calm)
        return adapt.load_index(plan, CONTENT)

    assert load(min(10, peak + more_rise), morning + more_morning, leg + more_leg) <= load(peak, morning, leg)
