"""The fold is a function of the log: order, splits, repeats and storage in between change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import adapt, canonical, catalog, events, routine
from programs.adapt import Folded
from programs.entries import Correction
from programs.events import Event
from programs.plan import Decision, Dose, Plan, Referral
from programs.triage import Lock
from tests.programs import logs
from tests.programs.logs import START, patient

CONTENT = catalog.load()
DAYS = 40
LAST = START + timedelta(days=DAYS - 1)
seeds = st.integers(0, 10**6)
few = settings(max_examples=20, deadline=None)


def day(number: int) -> date:
    return START + timedelta(days=number)


def line(number: int, kind: str, body: events.Body, author: events.Author = "patient", minute: int = 0) -> Event:
    at = datetime.combine(day(number), time(7), UTC) + timedelta(minutes=minute)
    return Event(f"{kind}-{number}-{minute}", day(number), at, kind, author, body)


def cards(days: int, first: int = 0) -> list[Event]:
    return [line(number, "checkin", events.Checkin()) for number in range(first, days)]


def started(**facts: object) -> Event:
    return line(0, "intake", events.Intake(patient(**facts)))


def fold(lines: Sequence[Event], today: int) -> Folded:
    return adapt.fold(None, lines, day(today), CONTENT)


def dose(plan: Plan, exercise: str) -> Dose | None:
    item = plan.item(exercise)
    return item.dose if item else None


def stored(plan: Plan) -> Plan:
    """As the database keeps it."""
    return canonical.from_json(Plan, canonical.to_json(plan))


@few
@given(seeds)
def test_order_and_repeats_change_nothing(seed: int) -> None:
    lines = logs.written(seed, DAYS, CONTENT)
    mixed = lines + lines[: len(lines) // 3]
    Random(seed).shuffle(mixed)
    assert canonical.dumps(fold(lines, DAYS - 1).plan) == canonical.dumps(fold(mixed, DAYS - 1).plan)


@few
@given(seeds, st.sets(st.integers(1, DAYS - 1), max_size=6))
def test_splits_anywhere_change_nothing(seed: int, splits: set[int]) -> None:
    lines = logs.written(seed, DAYS, CONTENT)
    whole = fold(lines, DAYS - 1)
    opening: Plan | None = None
    decisions: dict[date, list[Decision]] = {}
    for stop in (*sorted(splits), DAYS - 1):
        first = opening.day if opening else START
        part = adapt.fold(opening, [e for e in lines if first <= e.day <= day(stop)], day(stop), CONTENT)
        opening = stored(part.opening)
        for judged in {decision.day for decision in part.decisions}:
            decisions[judged] = [decision for decision in part.decisions if decision.day == judged]
    assert canonical.dumps(part.plan) == canonical.dumps(whole.plan)
    assert [d for when in sorted(decisions) for d in decisions[when]] == list(whole.decisions)


@few
@given(seeds)
def test_what_comes_in_later_today_folds_from_the_same_opening(seed: int) -> None:
    lines = logs.written(seed, DAYS, CONTENT)
    today = [event for event in lines if event.day == LAST]
    opening = fold([event for event in lines if event not in today[1:]], DAYS - 1).opening
    again = adapt.fold(stored(opening), today, LAST, CONTENT)
    assert canonical.dumps(again.plan) == canonical.dumps(fold(lines, DAYS - 1).plan)


@few
@given(seeds)
def test_every_plan_survives_storage_and_every_routine_can_be_written(seed: int) -> None:
    plan = fold(logs.written(seed, DAYS, CONTENT), DAYS - 1).plan
    assert stored(plan) == plan
    for ahead in range(7):
        canonical.dumps(routine.build(plan, LAST + timedelta(days=ahead), CONTENT, "en"))


def test_a_plan_stays_small_however_long_its_log_grows() -> None:
    sizes = [len(canonical.dumps(fold(logs.written(7, days, CONTENT), days - 1).plan)) for days in (120, 400)]
    assert sizes[1] < 1.5 * sizes[0] < 60_000


def test_a_log_begins_with_an_intake() -> None:
    with pytest.raises(ValueError, match="a log begins with an intake"):
        fold(cards(3), 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(line(1, "checkin", events.Checkin()), kind="horoscope"), "is no kind of event"),
        (line(1, "checkin", events.Flare()), "is no body of 'checkin'"),
        (replace(line(1, "flare", events.Flare()), at=datetime(2026, 3, 3, 7)), "needs a time zone"),  # noqa: DTZ001
        (line(1, "assigned", events.Assigned(program="T05"), "patient"), "a patient cannot write"),
        (line(1, "assigned", events.Assigned(program="T77"), "clinician"), "'T77' is not in the content"),
        (line(1, "questionnaire", events.Questionnaire("ODI", items=(6,) * 10)), "items.0: 6 is not within 0 to 5"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_reason(wrong: Event, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        fold([started(), wrong], 2)
    assert said in str(refused.value)


def test_events_of_days_before_the_opening_are_refused() -> None:
    opening = fold([started(), *cards(5)], 4).opening
    with pytest.raises(ValueError, match="lies before"):
        adapt.fold(opening, cards(5), day(4), CONTENT)


def test_a_day_without_an_answered_card_serves_nothing() -> None:
    plan = fold([started(), *cards(2)], 2).plan
    assert plan.level == "unanswered"
    document = routine.build(plan, day(2), CONTENT, "en")
    assert document.status == "unanswered"
    assert document.variants["full"], "what the card opens travels with it"


def test_a_condition_without_its_programme_gets_no_plan() -> None:
    few_programs = CONTENT.only({"T01", "T05", "T06"})
    disc = started(diagnoses=frozenset({"RAD"}), leg=4, location=3)
    plan = adapt.fold(None, [disc, *cards(1)], START, few_programs).plan
    assert (plan.program, plan.level, [lock.flag for lock in plan.locks]) == (None, "NO_PLAN", ["NO_PROGRAM"])
    document = routine.build(plan, START, few_programs, "en")
    assert document.status == "no_plan"
    assert not any(document.variants.values())


def test_a_correction_is_judged_instead() -> None:
    lines = [started(), *cards(3), line(0, "session", events.Session(pre=2, peak=7, rpe=5)),
             line(1, "morning", events.Morning(pain=3), minute=5)]  # fmt: skip
    new = Correction("session-0-0", session=events.Session(pre=2, peak=2, rpe=5))
    corrected = [*lines, line(0, "correction", new, minute=30)]
    assert any(d.change == "regress" for d in fold(lines, 1).decisions)
    assert not any(d.change == "regress" for d in fold(corrected, 1).decisions)


def test_a_correction_never_withdraws_a_red_flag() -> None:
    lines = [started(), *cards(3), line(1, "morning", events.Morning(pain=3, numbness="spreading"), minute=5)]
    new = Correction("morning-1-5", morning=events.Morning(pain=3))
    assert fold([*lines, line(1, "correction", new, minute=30)], 2).plan.level == "URGENT"


@pytest.mark.parametrize(("number", "minute"), [(0, 49 * 60), (1, 10)])
def test_a_correction_too_late_or_of_another_day_changes_nothing(number: int, minute: int) -> None:
    lines = [started(), *cards(3), line(0, "steps", events.Steps(4000), minute=5)]
    late = line(number, "correction", Correction("steps-0-5", steps=events.Steps(9000)), minute=minute)
    assert fold([*lines, late], 2).plan == fold(lines, 2).plan


def test_folding_goes_on_from_a_snapshot() -> None:
    lines = logs.written(3, DAYS, CONTENT, wild=False)
    snapshot = fold([event for event in lines if event.day < day(20)] + cards(21, 20), 20).opening
    rebased = line(20, "rebased", events.Rebased(snapshot), "system")
    assert fold([*lines, rebased], DAYS - 1).plan == fold(lines, DAYS - 1).plan
    since = [event for event in lines if event.day >= day(20)]
    assert adapt.fold(None, [*since, rebased], LAST, CONTENT).plan == fold(lines, DAYS - 1).plan
    assert adapt.fold(None, [*lines, rebased], LAST, CONTENT).since == day(20)


def test_held_doses_locks_and_referrals_stay() -> None:
    lines = [started(), *cards(8), line(0, "assigned", events.Assigned(program="T05"), "clinician")]
    held = events.Held(
        items={"bridge": Dose(1, 8)},
        locks=(Lock("RF05a", "URGENT", day(2), day(3)),),
        referrals=(Referral("CLINICIAN", "E4", day(2), day(16)),),
    )
    plan = fold([*lines, line(3, "held", held, "system", minute=30)], 5).plan
    assert dose(plan, "bridge") == Dose(1, 8)
    assert plan.level == "URGENT"
    assert [referral.rule for referral in plan.referrals] == ["E4"]


def test_hold_finds_what_a_late_report_would_have_raised() -> None:
    served = fold([started(), *cards(3), line(1, "checkin", events.Checkin({"RF05a": "yes"}), minute=9)], 2).plan
    lighter = replace(served, items=tuple(replace(i, dose=Dose(1, i.dose.amount)) for i in served.items))
    refolded = fold([started(), *cards(3)], 2).plan
    held = adapt.hold(lighter, refolded, CONTENT)
    assert held is not None
    assert held.items["bridge"] == Dose(1, 8)
    assert [lock.flag for lock in held.locks] == ["RF05a"]
    assert adapt.hold(refolded, refolded, CONTENT) is None


def test_hold_brings_back_no_flag_that_a_clinician_has_ended() -> None:
    flag = line(1, "checkin", events.Checkin({"RF05a": "yes"}), minute=9)
    release = line(2, "release", events.Release("RF05a"), "clinician")
    served = fold([started(), *cards(3), flag], 2).plan
    refolded = fold([started(), *cards(3), flag, release], 2).plan
    assert adapt.hold(served, refolded, CONTENT) is None


def test_a_settled_referral_may_be_raised_again() -> None:
    asked = line(0, "questionnaire", events.Questionnaire("STARTBACK", items=(1,) * 9))
    settled = line(2, "settled", events.Settled("FIRST_CONTACT", "R1"), "clinician")
    again = line(5, "questionnaire", events.Questionnaire("STARTBACK", items=(1,) * 9))
    assert [r.day for r in fold([started(), *cards(8), asked, settled], 4).plan.referrals] == []
    assert [r.day for r in fold([started(), *cards(8), asked, settled, again], 6).plan.referrals] == [day(5)]


def test_away_days_serve_nothing_and_count_for_nothing() -> None:
    away = line(1, "away", events.Away(day(2), day(12), "away"))
    lines = [started(), *cards(20), away]
    plan = fold(lines, 5).plan
    assert routine.build(plan, day(5), CONTENT, "en").status == "paused"
    walk = replace(away, body=events.Away(day(2), day(12), "busy", "walk"))
    served = routine.build(fold([started(), *cards(20), walk], 5).plan, day(5), CONTENT, "en")
    assert {CONTENT.exercises[step.exercise].category for step in served.variants["full"]} == {"AER"}


def test_back_from_an_announced_illness_the_questions_come_first() -> None:
    ill = line(1, "away", events.Away(day(2), day(4), "ill"))
    assert fold([started(), *cards(8), ill], 4).plan.level == "none"
    assert [lock.flag for lock in fold([started(), *cards(8), ill], 5).plan.locks] == ["RETURN"]


@pytest.mark.parametrize(("progression", "sets"), [("on", 10), ("off", 8), ("approve", 8)])
def test_raises_wait_for_a_clinician_who_wants_that(progression: str, sets: int) -> None:
    lines = [started(), *cards(9), line(0, "assigned", events.Assigned(program="T05"), "clinician"),
             line(0, "override", events.Override("progression", progression), "clinician"),
             line(0, "assigned", events.Assigned(exercises=("glute_squeeze",)), "clinician", 2)]  # fmt: skip
    for number in (0, 2):
        lines.append(line(number, "session", events.Session(pre=2, peak=2, rpe=4), minute=50))
        lines.append(line(number + 1, "morning", events.Morning(pain=3), minute=5))
    plan = fold(lines, 3).plan
    assert dose(plan, "glute_squeeze") == Dose(1, sets)
    approval = line(4, "approval", events.Approval("glute_squeeze", True), "clinician")
    approved = fold([*lines, approval], 4).plan
    assert dose(approved, "glute_squeeze") == Dose(1, 8 if progression == "off" else 10)


def test_a_waiting_raise_is_dropped_by_the_next_decision_and_lapses_after_a_week() -> None:
    lines = [started(), *cards(20), line(0, "assigned", events.Assigned(program="T05"), "clinician"),
             line(0, "override", events.Override("progression", "approve"), "clinician")]  # fmt: skip
    for number in (0, 2):
        lines.append(line(number, "session", events.Session(pre=2, peak=2, rpe=4), minute=50))
        lines.append(line(number + 1, "morning", events.Morning(pain=3), minute=5))
    assert "bird_dog_leg" in {waiting.exercise for waiting in fold(lines, 3).plan.waiting}
    assert fold(lines, 10).plan.waiting == ()
    worse = [line(4, "session", events.Session(pre=2, peak=7, rpe=4, hurt=("bird_dog_leg",)), minute=50)]
    worse.append(line(5, "morning", events.Morning(pain=3), minute=5))
    assert "bird_dog_leg" not in {waiting.exercise for waiting in fold([*lines, *worse], 5).plan.waiting}


def test_a_new_intake_begins_a_new_course_and_keeps_what_protects() -> None:
    flag = line(1, "checkin", events.Checkin({"RF05a": "yes"}), minute=9)
    child = line(3, "intake", events.Intake(patient(age=17)), minute=3)
    adult = line(5, "intake", events.Intake(patient(back_average=4)), minute=3)
    plan = fold([started(), *cards(8), flag, child, adult], 6).plan
    assert plan.began == day(5) and plan.patient.back_average == 4
    assert [lock.flag for lock in plan.locks] == ["RF05a"]


def test_content_that_has_lost_an_exercise_or_a_programme_still_folds() -> None:
    opening = fold([started(), *cards(5), line(0, "assigned", events.Assigned(program="T06"), "clinician")], 4).opening
    exercises = {key: exercise for key, exercise in CONTENT.exercises.items() if key != "open_book"}
    exercises["cat_camel"] = replace(exercises["cat_camel"], harder=None)
    desk = CONTENT.programs["T06"]
    block = replace(desk.blocks[0], exercises=tuple(name for name in desk.blocks[0].exercises if name != "open_book"))
    programs = {**CONTENT.programs, "T06": replace(desk, blocks=(block,))}
    poorer = replace(CONTENT, exercises=exercises, programs=programs)
    fewer = CONTENT.only({"T05"})
    today = [line(4, "checkin", events.Checkin())]
    assert "open_book" not in {item.exercise for item in adapt.fold(opening, today, day(4), fewer).plan.items}
    assert adapt.fold(opening, today, day(4), fewer).plan.program == "T05"
    items = adapt.fold(opening, today, day(4), poorer).plan.items
    assert items and "open_book" not in {item.exercise for item in items}
