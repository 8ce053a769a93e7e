"""How doses may rise: I4, I6, I7. Each function says what must hold and yields what does not."""

from __future__ import annotations

from collections.abc import Iterator

from programs.events import Session
from programs.invariants.comparing import easier, index, same_chain, text
from programs.invariants.look import SHUT, earned, held
from programs.invariants.moment import Moment
from programs.plan import Decision, Item

RAISES = ("progress", "level_up")
WEEK = 7


def one_step_at_a_time(moment: Moment) -> Iterator[str]:
    """I4: of an exercise at most one of amount, sets and level rises from one plan to the next."""
    if moment.before is None or moment.set_by_hand:
        return
    then = {item.key: item for item in earned(moment.before.plan)}
    for item in earned(moment.look.plan):
        old = then.get(item.key)
        if old is None or old == item or not same_chain(item, old, moment.catalog):
            continue
        rises = [_level(item, moment) > _level(old, moment), item.dose.sets > old.dose.sets]
        rises.append(item.exercise == old.exercise and item.dose.amount > old.dose.amount)
        if sum(rises) > 1:
            yield f"{text(old)} became {text(item)}"


def few_level_ups(moment: Moment) -> Iterator[str]:
    """I4: at most two level-ups in seven days, and no level rises without one."""
    most = moment.catalog.constants.caps.level_ups_per_week_plan
    days = [day for day, count in moment.known.level_ups.items() for _ in range(count)]
    recent = [day for day in days if 0 <= (moment.day - day).days < WEEK]
    if len(recent) > most:
        yield f"{len(recent)} level-ups since {min(recent)}"
    if moment.before is None or moment.set_by_hand or _program_changed(moment) or moment.look.status in SHUT:
        return  # behind a lock nothing is served, and what its morning had judged is void
    raised = {decision.becomes for decision in _new(moment) if decision.change == "level_up"}
    then = {item.key: item for item in earned(moment.before.plan)}
    for item in earned(moment.look.plan):
        old = then.get(item.key)
        if old is None or not same_chain(item, old, moment.catalog) or item.exercise in raised:
            continue
        if _level(item, moment) > _level(old, moment):
            yield f"{text(old)} became {text(item)} without a level-up"


def weekly_sets_and_minutes(moment: Moment) -> Iterator[str]:
    """I4: a raise leaves weekly sets at most a fifth and six over those of a week ago, the session five minutes."""
    now, then = moment.known.week(moment.look), moment.known.weeks.get(moment.days_back(WEEK))
    last = moment.known.weeks.get(moment.days_back(1))
    if now is None or then is None or (now.program, now.sessions) != (then.program, then.sessions):
        return
    if not any(decision.change in RAISES for decision in _new(moment)):
        return
    caps, both = moment.catalog.constants.caps, now.sets.keys() & then.sets.keys()
    sets, before = now.sessions * sum(now.sets[key] for key in both), then.sessions * sum(then.sets.values())
    more = last is None or sum(now.sets.values()) > sum(last.sets.values())
    if more and sets > min(before * (100 + caps.sets_week_pct) / 100, before + caps.sets_week_abs):
        risen = [key[1] for key in both if now.sets[key] > then.sets[key]]
        if risen:
            yield f"{before} sets a week became {sets}: {', '.join(sorted(risen))}"
    takes, took = sum(now.seconds[key] for key in both), sum(then.seconds.values())
    longer = last is None or sum(now.seconds.values()) > sum(last.seconds.values())
    if longer and takes > took + 60 * caps.session_min_week:
        yield f"a session of {took} s became one of {takes} s within a week"


def few_new_exercises(moment: Moment) -> Iterator[str]:
    """I4: a plan takes in at most two new exercises at once, unless a programme or a human brings them."""
    if moment.before is None or moment.set_by_hand or _program_changed(moment) or _begun_again(moment):
        return
    if moment.before.plan.direction.value != moment.look.plan.direction.value:
        return  # another direction brings its own exercises
    if moment.look.late and moment.look.plan.block_week < moment.before.plan.block_week:
        return  # a late report shows that the plan had not turned to its block yet
    library = moment.catalog.exercises
    then = {library[item.exercise].chain for item in moment.before.plan.items}
    now = [i for i in held(moment.look.plan) if i.source == "program" and library[i.exercise].chain not in then]
    if len(now) > moment.catalog.constants.caps.new_ex_per_replan:
        yield f"{', '.join(item.exercise for item in now)} came in on one day"


def steps_rise_slowly(moment: Moment) -> Iterator[str]:
    """I4: the step goal rises by a tenth (or 250, or a clinician's share) and 1000 at most, once a week."""
    if moment.before is None or moment.set_by_hand or moment.look.late:
        return
    old, new = moment.before.plan.walking, moment.look.plan.walking
    caps = moment.catalog.constants.caps
    if old.goal is not None and new.goal is not None and new.goal > old.goal:
        shares = [int(row.value) for row in moment.known.live("steps_raise_pct", moment.day)]
        share = min(shares) if shares else caps.steps_pct
        most = min(caps.steps_abs, max(caps.steps_floor, old.goal * share / 100)) if share else 0
        if new.goal - old.goal > most:
            yield f"the goal of {old.goal} steps became {new.goal}"
    longer = (new.minutes or 0) - old.minutes if old.minutes is not None else 0
    if longer > max(caps.walk_min_floor, (old.minutes or 0) * caps.walk_min_pct / 100):
        yield f"{old.minutes} minutes of walking became {new.minutes}"


def no_raise_in_bad_times(moment: Moment) -> Iterator[str]:
    """I6: nothing rises in a flare, the week after, a lighter week or a gap, after severe pain or a worse leg."""
    raises = [decision for decision in _new(moment) if decision.change in RAISES]
    goals = _goals_risen(moment)
    if not raises and not goals:
        return
    what = ", ".join([*(f"{d.exercise} {d.change}" for d in raises), *goals])
    approved = any(event.kind == "approval" for event in moment.look.told)
    plan = moment.before.plan if moment.before and approved else moment.look.plan  # as who approved saw it
    if plan.mode != "normal":
        yield f"{what} in mode {plan.mode}"
    yesterday = moment.days_back(1)
    if any(0 <= (moment.day - day).days <= 3 and moment.known.counted(day) for day in moment.story.declared):
        yield f"{what} within three days of a declared flare"
    if not raises or moment.set_by_hand:
        return
    sessions = moment.known.counted(yesterday)
    if any(session.pre >= moment.catalog.constants.pain.calm_pre for session in sessions):
        yield f"{what} after a session begun in severe pain"
    if any(_leg_worse(session) for session in sessions):
        yield f"{what} after a session that left the leg worse"
    if sessions and moment.free_days(yesterday) > moment.catalog.constants.gap.same_dose_max:
        yield f"{what} after the first session of a gap of {moment.free_days(yesterday)} days"


def missed_sessions_add_nothing(moment: Moment) -> Iterator[str]:
    """I7: without a session nothing rises, and no more of an exercise is served than the plan holds of it.

    A correction may take back what its first version had raised or lowered.
    """
    planned = {item.exercise: item.dose for item in moment.look.plan.items}
    for step in moment.look.full:
        dose = planned.get(step.exercise)
        if dose is not None and (step.sets > dose.sets or step.amount > dose.amount):
            yield f"{step.exercise} is served at {step.sets}x{step.amount}, planned at {dose.sets}x{dose.amount}"
    if moment.before is None or moment.set_by_hand or moment.look.late:
        return
    if any((moment.day - day).days in (0, 1) for day in moment.story.sessions) or _begun_again(moment):
        return
    if any(event.kind == "correction" for event in moment.look.told):
        return
    ended = moment.before.plan.mode == "deload" and moment.look.plan.mode != "deload"
    then = {item.key: item for item in (earned(moment.before.plan) if ended else held(moment.before.plan))}
    for item in held(moment.look.plan):
        old = then.get(item.key)
        if old is None or not same_chain(item, old, moment.catalog) or easier(item, old, moment.catalog):
            continue
        if index(item, moment.catalog) > index(old, moment.catalog):
            yield f"{text(old)} became {text(item)} without a session"


def _leg_worse(session: Session) -> bool:
    pairs = ((session.leg_pre, session.leg_post), (session.loc_pre, session.loc_post))
    return any(before is not None and after is not None and after > before for before, after in pairs)


def _goals_risen(moment: Moment) -> list[str]:
    if moment.before is None or moment.look.late or moment.look.plan.mode_day == moment.day:
        return []  # a goal is set as a day turns; a flare or a lighter week may begin later that day
    old, new = moment.before.plan.walking, moment.look.plan.walking
    risen = {"steps": (old.goal, new.goal), "walking": (old.minutes, new.minutes)}
    return [name for name, (was, now) in risen.items() if was is not None and now is not None and now > was]


def _new(moment: Moment) -> list[Decision]:
    """The decisions since the look before."""
    if moment.before is None or moment.new_day:
        return list(moment.look.decisions)
    return [decision for decision in moment.look.decisions if decision not in moment.before.decisions]


def _program_changed(moment: Moment) -> bool:
    return moment.before is not None and moment.before.plan.program != moment.look.plan.program


def _begun_again(moment: Moment) -> bool:
    """Whether a programme has begun again with its first week, as after a long gap (M5)."""
    return moment.before is not None and moment.before.plan.program_day != moment.look.plan.program_day


def _level(item: Item, moment: Moment) -> int:
    return moment.catalog.exercises[item.exercise].level
