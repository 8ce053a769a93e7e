"""What may be served: I1-I3, I8, I9, I11, I12, I17. Each function says what must hold and yields what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from programs.events import Session
from programs.invariants.look import CLOSING, HARDNESS, Served, seconds
from programs.invariants.moment import Moment
from programs.invariants.person import level_cap

DIRECTION = {"ext": "extension", "flex": "flexion", "side": "side", "rot": "rotation"}
VARIANTS_ALWAYS = ("full", "short", "calm")


def nothing_behind_a_lock(moment: Moment) -> Iterator[str]:
    """I1: with a flag standing that closes the exercises nothing is served, and the advice is there."""
    closing = [flag for flag, level in moment.story.flags.items() if level in CLOSING]
    if not closing:
        return
    if any(moment.look.variants.values()) or moment.opened:
        yield f"{', '.join(closing)} stands, and {moment.look.status} serves {_names(moment.look.full)}"
    if not moment.look.advice:
        yield f"{', '.join(closing)} stands without any advice"


def what_was_answered_locks(moment: Moment) -> Iterator[str]:
    """I1, E7: every flag that was answered, found or set stands at its level until a clinician releases it."""
    standing = {lock.flag: lock.level for lock in moment.look.plan.locks}
    for flag, level in moment.story.flags.items():
        if flag not in standing or HARDNESS.index(standing[flag]) < HARDNESS.index(level):
            yield f"{flag} was raised at {level} and stands at {standing.get(flag, 'nothing')}"


def locks_stay(moment: Moment) -> Iterator[str]:
    """I1: no lock goes or softens but by a clinician's release of that flag."""
    if moment.before is None:
        return
    released = {
        getattr(e.body, "flag", "") for e in moment.look.told if e.kind == "release" and e.author == "clinician"
    }
    standing = {lock.flag: lock.level for lock in moment.look.plan.locks}
    for lock in moment.before.plan.locks:
        if lock.level == "NO_PLAN" or lock.flag in released:
            continue
        now = standing.get(lock.flag)
        if now is None or HARDNESS.index(now) < HARDNESS.index(lock.level):
            yield f"{lock.flag} stood at {lock.level} and now at {now or 'nothing'}, released by nobody"


def nothing_barred(moment: Moment) -> Iterator[str]:
    """I2: nothing graded H for a condition is served, and nothing graded S without a live exception for it."""
    lifted = {str(row.value) for row in moment.known.live("include", moment.day) if row.reason and row.until}
    for name in moment.names:
        grade = moment.body.grade(moment.catalog.exercises[name], moment.catalog)
        if grade == "H" or (grade == "S" and name not in lifted):
            yield f"{name} is {grade} for {', '.join(sorted(moment.body.conditions)) or moment.body.direction}"


def nothing_above_the_cap(moment: Moment) -> Iterator[str]:
    """I3: no exercise is above the lowest cap of programme, conditions and clinician; with a SOON flag above 1."""
    caps = [int(row.value) for row in moment.known.live("level_cap", moment.day)]
    if moment.story.flags:
        caps.append(1)
    cap = level_cap(moment.body.conditions, moment.look.plan.program, caps, moment.catalog)
    for name in moment.names:
        level = moment.catalog.exercises[name].level
        if level > cap:
            yield f"{name} is of level {level}, the cap is {cap}"


def nothing_before_the_card(moment: Moment) -> Iterator[str]:
    """I8: exercises open only on a day whose red-flag card has been answered."""
    if moment.opened and not moment.story.answered.get(moment.day):
        yield f"the routine is {moment.look.status} and nobody answered the card"


def no_direction_that_moved_symptoms_down(moment: Moment) -> Iterator[str]:
    """I9: a direction that moved symptoms down the leg is not served for seven days."""
    numbers = moment.catalog.constants.leg
    closed = set()
    for back in range(numbers.lock_days + 1):
        for session in moment.known.counted(moment.days_back(back)):
            if session.by and _moved_down(session, numbers.peripheralised_minutes):
                closed.add(moment.catalog.exercises[session.by].direction)
    for name in moment.names if closed & DIRECTION.keys() else ():
        if moment.catalog.exercises[name].direction in closed & DIRECTION.keys():
            yield f"{name} bends the way that moved symptoms down within {numbers.lock_days} days"


def neither_empty_nor_too_long(moment: Moment) -> Iterator[str]:
    """I11: an open routine is never empty, and never longer than the person's minutes and a tenth."""
    if not moment.opened:
        return
    plan, over = moment.look.plan, moment.catalog.constants.session.over_pct
    assert moment.story.person is not None
    minutes = [moment.story.person.minutes, *(int(row.value) for row in moment.known.live("minutes", moment.day))]
    program = moment.catalog.programs.get(plan.program or "")
    if program is not None:
        minutes.append(program.minutes)
    most = min(minutes) * (100 + over) // 100 * 60
    for variant in VARIANTS_ALWAYS:
        if not moment.look.variants.get(variant):
            yield f"{variant} is empty"
    for variant, steps in moment.look.variants.items():
        takes = sum(seconds(step, moment.catalog) for step in steps)
        if takes > most:
            yield f"{variant} takes {takes} s, the limit is {most} s"


def only_possible_doses(moment: Moment) -> Iterator[str]:
    """I12: amounts lie in their range, sets from 1 to the most, every exercise exists and comes once."""
    planned = [Served(item.exercise, item.dose.sets, item.dose.amount) for item in moment.look.plan.items]
    for place, steps in {"plan": planned, **moment.look.variants}.items():
        if len({step.exercise for step in steps}) < len(steps):
            yield f"{place} names an exercise twice: {_names(steps)}"
        for step in steps:
            if step.exercise not in moment.catalog.exercises:
                yield f"{place} names {step.exercise}, which does not exist"
                continue
            low, high, most = moment.range(step.exercise)
            if not (low <= step.amount <= high and 1 <= step.sets <= most):
                yield f"{place}: {step.sets}x{step.amount} of {step.exercise}, allowed 1-{most}x{low}-{high}"


def only_the_allow_list_after_surgery(moment: Moment) -> Iterator[str]:
    """I17: after an operation without clearance only the allow-list is served; under 18 nothing is."""
    person, names = moment.story.person, set(moment.names)
    if person is not None and person.age < moment.catalog.constants.conditions.age_min and names:
        yield f"{', '.join(sorted(names))} for someone of {person.age}"
    if "SURG" in moment.body.conditions and not moment.body.cleared:
        others = names - set(moment.catalog.allow_lists["SURG"])
        if others:
            yield f"{', '.join(sorted(others))} after an operation without clearance"


def _moved_down(session: Session, minutes: int) -> bool:
    if session.loc_pre is None or session.loc_post is None:
        return False
    return session.loc_post > session.loc_pre and session.loc_minutes >= minutes


def _names(steps: Sequence[Served]) -> str:
    return ", ".join(step.exercise for step in steps) or "nothing"
