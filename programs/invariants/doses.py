"""How doses may move: I4-I7, I14, and what a late report may do. Each function says what must hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from statistics import median

from programs.catalog import Catalog
from programs.events import Session
from programs.invariants.look import Look, earned, held, load, plan_load, served_load
from programs.invariants.moment import Moment
from programs.plan import Decision, Item, Plan

RAISES = ("progress", "level_up")
WEEK = 7


def one_step_at_a_time(moment: Moment) -> Iterator[str]:
    """I4: of an exercise at most one of amount, sets and level rises from one plan to the next."""
    if moment.before is None or moment.set_by_hand:
        return
    then = {item.key: item for item in earned(moment.before.plan)}
    for item in earned(moment.look.plan):
        old = then.get(item.key)
        if old is None or old == item:
            continue
        rises = [_level(item, moment) > _level(old, moment), item.dose.sets > old.dose.sets]
        rises.append(item.exercise == old.exercise and item.dose.amount > old.dose.amount)
        if sum(rises) > 1:
            yield f"{_text(old)} became {_text(item)}"


def few_level_ups(moment: Moment) -> Iterator[str]:
    """I4: at most two level-ups in seven days, and no level rises without one."""
    most = moment.catalog.constants.caps.level_ups_per_week_plan
    days = [day for day, count in moment.known.level_ups.items() for _ in range(count)]
    recent = [day for day in days if 0 <= (moment.day - day).days < WEEK]
    if len(recent) > most:
        yield f"{len(recent)} level-ups since {min(recent)}"
    if moment.before is None or moment.set_by_hand or _program_changed(moment):
        return
    then = {item.key: item for item in earned(moment.before.plan)}
    for item in earned(moment.look.plan):
        old, up = then.get(item.key), any(d.change == "level_up" and d.becomes == item.exercise for d in _new(moment))
        if old is not None and not up and _level(item, moment) > _level(old, moment) and _same_chain(item, old, moment):
            yield f"{_text(old)} became {_text(item)} without a level-up"


def weekly_sets_and_minutes(moment: Moment) -> Iterator[str]:
    """I4: a raise leaves weekly sets at most a fifth and six over those of a week ago, the session five minutes."""
    now, then = moment.known.week(moment.look), moment.known.weeks.get(moment.days_back(WEEK))
    if now is None or then is None or (now.program, now.sessions) != (then.program, then.sessions):
        return
    if not any(decision.change in RAISES for decision in _new(moment)):
        return
    caps, both = moment.catalog.constants.caps, now.sets.keys() & then.sets.keys()
    sets, before = now.sessions * sum(now.sets[chain] for chain in both), then.sessions * sum(then.sets.values())
    if sets > min(before * (100 + caps.sets_week_pct) / 100, before + caps.sets_week_abs):
        risen = [chain[0] for chain in both if now.sets[chain] > then.sets[chain]]
        if risen:
            yield f"{before} sets a week became {sets}: {', '.join(sorted(risen))}"
    takes, took = sum(now.seconds[chain] for chain in both), sum(then.seconds.values())
    if takes > took + 60 * caps.session_min_week:
        yield f"a session of {took} s became one of {takes} s within a week"


def few_new_exercises(moment: Moment) -> Iterator[str]:
    """I4: a plan takes in at most two new exercises at once, unless a programme or a human brings them."""
    if moment.before is None or moment.set_by_hand or _program_changed(moment):
        return
    if moment.before.plan.direction.value != moment.look.plan.direction.value:
        return  # another direction brings its own exercises
    library = moment.catalog.exercises
    then = {library[item.exercise].chain for item in moment.before.plan.items}
    now = [i for i in held(moment.look.plan) if i.source == "program" and library[i.exercise].chain not in then]
    if len(now) > moment.catalog.constants.caps.new_ex_per_replan:
        yield f"{', '.join(item.exercise for item in now)} came in on one day"


def steps_rise_slowly(moment: Moment) -> Iterator[str]:
    """I4: the step goal rises by a tenth (or 250, or a clinician's share) and 1000 at most, once a week."""
    if moment.before is None or moment.set_by_hand:
        return
    old, new = moment.before.plan.walking, moment.look.plan.walking
    caps = moment.catalog.constants.caps
    if old.goal is not None and new.goal is not None and new.goal > old.goal:
        shares = [int(row.value) for row in moment.known.live("steps_raise_pct", moment.day)]
        share = min(shares) if shares else caps.steps_pct
        most = min(caps.steps_abs, max(caps.steps_floor, old.goal * share / 100)) if share else 0
        if new.goal - old.goal > most:
            yield f"the goal of {old.goal} steps became {new.goal}"
    if old.minutes is not None and new.minutes is not None and new.minutes > old.minutes:
        if new.minutes - old.minutes > max(caps.walk_min_floor, old.minutes * caps.walk_min_pct / 100):
            yield f"{old.minutes} minutes of walking became {new.minutes}"


def lighter_after_trouble(moment: Moment) -> Iterator[str]:
    """I5: after a red session, a bad morning, a flare's start or eight days without a session nothing grows."""
    if moment.before is None or moment.set_by_hand or moment.look.plan.mode == moment.before.plan.mode == "flare":
        return
    before, now = _standing(moment.before, moment.catalog), _standing(moment.look, moment.catalog)
    before = max(before, plan_load(moment.before.plan, moment.catalog)) + _stepped_down(moment)
    if moment.look.plan.mode == "flare":
        before = max(before, served_load(moment.before.variants.get("calm", ()), moment.catalog))
    if now > before:
        for trouble in _troubles(moment):
            yield f"the load of {before} became {now} after {trouble}: {_changes(moment.before.plan, moment.look.plan)}"


def no_raise_in_bad_times(moment: Moment) -> Iterator[str]:
    """I6: nothing rises in a flare, the week after, a lighter week or a gap, after severe pain or a worse leg."""
    raises = [decision for decision in _new(moment) if decision.change in RAISES]
    goals = _goals_risen(moment)
    if not raises and not goals:
        return
    what = ", ".join([*(f"{d.exercise} {d.change}" for d in raises), *goals])
    if moment.look.plan.mode != "normal":
        yield f"{what} in mode {moment.look.plan.mode}"
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
    """I7: without a session nothing rises, and what is served of an exercise is what the plan holds of it."""
    planned = {item.exercise: item.dose for item in moment.look.plan.items}
    for step in moment.look.full:
        dose = planned.get(step.exercise)
        if dose is not None and (step.sets, step.amount) != (dose.sets, dose.amount):
            yield f"{step.exercise} is served at {step.sets}x{step.amount}, planned at {dose.sets}x{dose.amount}"
    if moment.before is None or moment.set_by_hand or moment.look.late:
        return
    if any((moment.day - day).days in (0, 1) for day in moment.story.sessions) or _begun_again(moment):
        return
    ended = moment.before.plan.mode == "deload" and moment.look.plan.mode != "deload"
    then = {item.key: item for item in (earned(moment.before.plan) if ended else held(moment.before.plan))}
    for item in held(moment.look.plan):
        old = then.get(item.key)
        risen = old is not None and _same_chain(item, old, moment) and _load(item, moment) > _load(old, moment)
        if old is not None and risen and not _easier(item, old, moment):
            yield f"{_text(old)} became {_text(item)} without a session"


def late_reports_take_nothing_back(moment: Moment) -> Iterator[str]:
    """Late: what comes late changes today downwards only; locks, referrals and closed directions stay."""
    before, look = moment.before, moment.look
    if not look.late or before is None or before.day != look.day:
        return
    old, new = plan_load(before.plan, moment.catalog), plan_load(look.plan, moment.catalog)
    if new > old:
        yield f"the load of {old} became {new}: {_changes(before.plan, look.plan)}"
    for variant, steps in look.variants.items():
        was, now = served_load(before.variants.get(variant, ()), moment.catalog), served_load(steps, moment.catalog)
        if variant in before.variants and now > was:
            yield f"the load served as {variant} was {was} and became {now}"
    for kind, rule in {(r.kind, r.rule) for r in before.plan.referrals} - {
        (r.kind, r.rule) for r in look.plan.referrals
    }:
        yield f"the referral {kind} of {rule} was taken back"
    for direction, free in before.plan.direction.locks.items():
        if look.plan.direction.locks.get(direction, date.min) < free:
            yield f"{direction} was closed until {free} and no longer is"


def never_heavier(worse: Look, as_told: Look, catalog: Catalog) -> Iterator[str]:
    """I14: a worse report (a flag more, more pain in session, morning or leg) never yields a higher load.

    In a flare and behind a lock the plan rests, and what is served is the load.
    """
    heavier, lighter = _standing(worse, catalog), _standing(as_told, catalog)
    if as_told.plan.mode == "flare":
        lighter = max(lighter, plan_load(as_told.plan, catalog))
    if heavier > lighter:
        yield f"a load of {heavier} instead of {lighter}: {_changes(as_told.plan, worse.plan)}"


def _stepped_down(moment: Moment) -> int:
    """What the index counts as more only because an easier exercise of the chain begins at a higher amount."""
    assert moment.before is not None
    then = {item.key: item for item in held(moment.before.plan)}
    pairs = [(then[item.key], item) for item in held(moment.look.plan) if item.key in then]
    return sum(max(0, _load(new, moment) - _load(old, moment)) for old, new in pairs if _easier(new, old, moment))


def _standing(look: Look, catalog: Catalog) -> int:
    """The load a plan asks for: what it holds, and in a flare or behind a lock, where it rests, what is served."""
    resting = look.plan.mode == "flare" or any(lock.level != "SOON" for lock in look.plan.locks)
    return served_load(look.full, catalog) if resting else plan_load(look.plan, catalog)


def _troubles(moment: Moment) -> Iterator[str]:
    yesterday, two_ago = moment.days_back(1), moment.days_back(2)
    waited = [yesterday] if yesterday not in moment.story.mornings else []
    for day in [yesterday] if moment.new_day else []:
        if any(_red(session, moment) for session in moment.known.counted(day)):
            yield f"a red session on {day}"
    if waited and moment.new_day and any(_red(session, moment) for session in moment.known.counted(two_ago)):
        yield f"a red session on {two_ago}"
    morning = moment.story.mornings.get(moment.day)
    if (
        morning is not None
        and moment.opened
        and morning.pain - _usual(moment) >= moment.catalog.constants.morning.bad_min
    ):
        yield f"a bad morning of {morning.pain}"
    before = moment.before
    if moment.look.plan.mode == "flare" and before is not None and before.plan.mode != "flare":
        yield "a flare began"
    gap = moment.free_days(moment.day)
    if gap > moment.catalog.constants.gap.repeat_max:
        yield f"{gap} days without a session"


def _red(session: Session, moment: Moment) -> bool:
    """P1, as far as no clinician's exception moves the table."""
    numbers = moment.catalog.constants.zone
    rise = session.peak - session.pre
    if session.peak >= numbers.abs_red_peak:
        return True
    if session.pre > numbers.low_base_max:
        return rise >= numbers.red_delta_high
    moved = moment.known.live("peak_accepted", moment.days_back(1))
    return rise >= numbers.red_delta_low or (session.peak >= numbers.red_peak and not moved)


def _usual(moment: Moment) -> float:
    """The onboarding average, or the median of the last mornings outside flares, whichever is higher."""
    assert moment.story.person is not None
    calm = [day for day in moment.story.mornings if day < moment.day and moment.known.modes.get(day) != "flare"]
    last = [moment.story.mornings[day].pain for day in sorted(calm)[-WEEK:]]
    return max([moment.story.person.back_average, *([median(last)] if last else [])])


def _leg_worse(session: Session) -> bool:
    pairs = ((session.leg_pre, session.leg_post), (session.loc_pre, session.loc_post))
    return any(before is not None and after is not None and after > before for before, after in pairs)


def _goals_risen(moment: Moment) -> list[str]:
    if moment.before is None or moment.look.plan.mode_day == moment.day:
        return []  # a goal is set as the day turns; a flare or a lighter week may begin later that day
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


def _same_chain(item: Item, other: Item, moment: Moment) -> bool:
    library = moment.catalog.exercises
    return library[item.exercise].chain == library[other.exercise].chain


def _easier(item: Item, old: Item, moment: Moment) -> bool:
    """Whether an item stands lower in the chain than it did, or in another chain."""
    chain = moment.catalog.exercises[old.exercise].chain
    return item.exercise in chain and chain.index(item.exercise) < chain.index(old.exercise)


def _level(item: Item, moment: Moment) -> int:
    return moment.catalog.exercises[item.exercise].level


def _load(item: Item, moment: Moment) -> int:
    return load(item.exercise, item.dose.sets, item.dose.amount, moment.catalog)


def _text(item: Item) -> str:
    return f"{item.exercise} {item.dose.sets}x{item.dose.amount}"


def _changes(before: Plan, after: Plan) -> str:
    """Which items differ, in words."""
    then, now = {item.key: _text(item) for item in held(before)}, {item.key: _text(item) for item in held(after)}
    differ = [
        f"{then.get(key, 'nothing')} -> {now.get(key, 'nothing')}"
        for key in {**then, **now}
        if then.get(key) != now.get(key)
    ]
    return "; ".join(differ) or "the same items"
