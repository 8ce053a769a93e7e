"""What a case expects of a day, against the plan, the routine and the decisions of that day."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from programs import events, posture, weight
from programs.cases.format import NOT_RED_FLAGS
from programs.cases.reading import BadCase, Case
from programs.catalog import Catalog
from programs.plan import Decision, Plan, Referral, is_out
from programs.prescribe import ENTRY_ORDER
from programs.routine import Routine, Step
from programs.rules import walking
from programs.selection import UNCOUNTED

SECONDS = 60


@dataclass(frozen=True)
class Day:
    """All that may be asked of a day."""

    case: Case
    date: date
    plan: Plan
    steps: Sequence[Step]
    decisions: Sequence[Decision]
    catalog: Catalog


def judge_day(
    case: Case, day: int, plan: Plan, routine: Routine, decisions: Iterable[Decision], catalog: Catalog
) -> str | None:
    """The first expectation of a day that does not hold, in words; None when all do.

    `decisions` may hold those of other days; `routine` is the day's, and of it the full variant is what is served.
    """
    today = case.date(day)
    steps = routine.variants["full"] if routine.status in ("open", "rest") else ()
    facts = Day(case, today, plan, steps, [d for d in decisions if d.day == today], catalog)
    for expectation in case.expect:
        if expectation.day == day:
            found = JUDGES[expectation.what](facts, expectation.keys)
            if found is not None:
                return f"{expectation}: found {found}"
    return None


def check_words(case: Case, catalog: Catalog) -> None:
    """Raises BadCase for an exercise, programme or red flag the content does not know."""
    for place, kind, name in _named(case):
        known: Container[str] = {"exercise": catalog.exercises, "program": ENTRY_ORDER, "flag": catalog.red_flags}[kind]
        if name not in known:
            raise BadCase(f"{case.name}.yaml: {place}: {name!r} is no {kind}")


def _named(case: Case) -> Iterator[tuple[str, str, str]]:
    """Every word of a case that the content must know: where it stands, what it is, and the word."""
    yield from (("patient.red_flags", "flag", flag) for flag in case.red_flags)
    yield from (("state.items", "exercise", name) for name in (case.state or {}).get("items", ()))
    if case.program is not None:
        yield "program", "program", case.program
    for told in case.told:
        yield from ((f"events of day {told.day}", kind, name) for kind, name in _named_in(told.body))
    for expected in case.expect:
        keys = expected.keys
        exercises = [*keys.get("exercises", ()), *([keys["exercise"]] if "exercise" in keys else [])]
        yield from ((str(expected), "exercise", name) for name in exercises)
        if expected.what == "program" and "id" in keys:
            yield str(expected), "program", keys["id"]
        if "flag" in keys and keys["flag"] not in NOT_RED_FLAGS:
            yield str(expected), "flag", keys["flag"]


def _named_in(body: events.Body) -> Iterator[tuple[str, str]]:
    if isinstance(body, events.Session):
        yield from (("exercise", name) for name in (*body.hurt, *body.items, *([body.by] if body.by else [])))
    elif isinstance(body, events.Assigned):
        yield from (("exercise", name) for name in body.exercises)
        if body.program is not None:
            yield "program", body.program
    elif isinstance(body, events.Checkin):
        yield from (("flag", flag) for flag in (*body.answers, *body.severe))
    elif isinstance(body, events.Release):
        yield "flag", body.flag


def _differs(found: Mapping[str, Any], keys: Mapping[str, Any]) -> str | None:
    """What was found, where any of the keys named is not as expected."""
    named = {key: found.get(key) for key in keys}
    return None if all(_same(named[key], value) for key, value in keys.items()) else _shown(named)


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) or isinstance(found, float):
        return found is not None and abs(float(found) - float(expected)) < 1e-6
    return bool(found == expected)


def _shown(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "nothing"


def _lock(day: Day, keys: Mapping[str, Any]) -> str | None:
    level = day.plan.level
    standing = [lock for lock in day.plan.locks if lock.level == level]
    locks: list[Any] = standing or [None]
    found = [
        {
            "level": level,
            "flag": lock.flag if lock else None,
            "within_days": (lock.due - lock.since).days if lock and lock.due else None,
        }
        for lock in locks
    ]
    return None if any(_differs(each, keys) is None for each in found) else "; ".join(map(_shown, found))


def _program(day: Day, keys: Mapping[str, Any]) -> str | None:
    return _differs({"id": day.plan.program, "adds": day.plan.adds or "none"}, keys)


def _held(day: Day) -> list[str]:
    return [item.exercise for item in day.plan.items if not is_out(item, day.date)]


def _all_in(names: Iterable[str], held: Sequence[str]) -> str | None:
    return None if all(name in held for name in names) else ", ".join(held) or "nothing"


def _none_in(names: Iterable[str], held: Sequence[str]) -> str | None:
    return None if not any(name in held for name in names) else ", ".join(held)


def _served(day: Day, keys: Mapping[str, Any]) -> str | None:
    held = [step.exercise for step in day.steps]
    if keys.get("exactly") and set(held) != set(keys["exercises"]):
        return ", ".join(held) or "nothing"
    return _all_in(keys["exercises"], held)


def _routine(day: Day, keys: Mapping[str, Any]) -> str | None:
    library = [day.catalog.exercises[step.exercise] for step in day.steps]
    counted = sum(exercise.category not in UNCOUNTED for exercise in library)
    minutes = sum(step.seconds for step in day.steps) / SECONDS
    level = max((exercise.level for exercise in library), default=0)
    others = {exercise.category for exercise in library} - set(keys.get("categories", ()))
    holds: dict[str, Callable[[Any], bool]] = {
        "max_exercises": lambda most: counted <= most,
        "min_exercises": lambda least: counted >= least,
        "max_minutes": lambda most: minutes <= most,
        "max_level": lambda most: level <= most,
        "categories": lambda _: not others,
    }
    if all(holds[key](value) for key, value in keys.items()):
        return None
    names = ", ".join(step.exercise for step in day.steps) or "nothing"
    return f"{counted} exercises, {minutes:.1f} minutes, level {level}: {names}"


def _dose(day: Day, keys: Mapping[str, Any]) -> str | None:
    item = next((item for item in day.plan.items if item.exercise == keys["exercise"]), None)
    if item is None:
        return f"no {keys['exercise']} among {', '.join(i.exercise for i in day.plan.items)}"
    return _differs({"exercise": item.exercise, "sets": item.dose.sets, "amount": item.dose.amount}, keys)


def _decision(day: Day, keys: Mapping[str, Any]) -> str | None:
    found = [
        {"exercise": d.exercise, "change": d.change, "rule": d.rule, "zone": d.zone, "streak": d.streak}
        for d in day.decisions
        if "exercise" not in keys or d.exercise == keys["exercise"]
    ]
    if any(_differs(each, keys) is None for each in found):
        return None
    return "; ".join(map(_shown, found)) or "no decision"


def _mode(day: Day, keys: Mapping[str, Any]) -> str | None:
    return _differs({"value": day.plan.mode, "rule": day.plan.mode_rule}, keys)


def _direction(day: Day, keys: Mapping[str, Any]) -> str | None:
    return _differs({"value": day.plan.direction.value, "test_next": day.plan.direction.test_next}, keys)


def _direction_locked(day: Day, keys: Mapping[str, Any]) -> str | None:
    free = day.plan.direction.locks.get(keys["direction"])
    if free is None or free <= day.date:
        return "no lock"
    return _differs({"direction": keys["direction"], "free_on": (free - day.case.start).days}, keys)


def _steps_goal(day: Day, keys: Mapping[str, Any]) -> str | None:
    return _differs({"goal": walking.goal(day.plan, day.catalog)}, keys)


def _walk(day: Day, keys: Mapping[str, Any]) -> str | None:
    return _differs({"minutes": walking.minutes(day.plan, day.catalog)}, keys)


def _referral_keys(referral: Referral) -> dict[str, Any]:
    days = (referral.due - referral.day).days
    return {
        "kind": referral.kind,
        "rule": referral.rule,
        "within_days": days,
        "within_working_days": referral.working_days,
    }


def _referral(day: Day, keys: Mapping[str, Any]) -> str | None:
    found = [_referral_keys(referral) for referral in day.plan.referrals]
    if any(_differs(each, keys) is None for each in found):
        return None
    return "; ".join(map(_shown, found)) or "no referral"


def _no_referral(day: Day, keys: Mapping[str, Any]) -> str | None:
    found = [r.kind for r in day.plan.referrals if "kind" not in keys or r.kind == keys["kind"]]
    return ", ".join(found) or None


def _score(day: Day, keys: Mapping[str, Any]) -> str | None:
    score = day.plan.scores.get(keys["name"])
    if score is None:
        return "no score"
    found = {"name": keys["name"], "value": score.value, "psych": score.psych, "class": score.band}
    return _differs({**found, "valid": score.value is not None}, keys)


def _override(day: Day, keys: Mapping[str, Any]) -> str | None:
    found = [{"field": v.field, "accepted": v.accepted, "reason": v.reason} for v in day.plan.verdicts]
    if any(_differs(each, keys) is None for each in found):
        return None
    return "; ".join(map(_shown, found)) or "no override"


def _waiting(day: Day, keys: Mapping[str, Any]) -> str | None:
    found = [{"about": w.exercise, "kind": w.kind, "becomes": w.becomes} for w in day.plan.waiting]
    if any(_differs(each, keys) is None for each in found):
        return None
    return "; ".join(map(_shown, found)) or "nothing waits"


def _not_waiting(day: Day, keys: Mapping[str, Any]) -> str | None:
    return f"{keys['about']} waits" if any(w.exercise == keys["about"] for w in day.plan.waiting) else None


def _paused(day: Day, keys: Mapping[str, Any]) -> str | None:
    pause = day.plan.pause(day.plan.day)
    last = None if pause is None else (pause.last - day.plan.day).days
    return None if last == keys["until"] else f"paused for {last} days more" if pause else "not paused"


def _card(day: Day, keys: Mapping[str, Any]) -> str | None:
    return None if keys["name"] in day.plan.cards else ", ".join(day.plan.cards) or "no card"


def _weight(day: Day, keys: Mapping[str, Any]) -> str | None:
    view = weight.view(day.plan, day.catalog)
    found = {"bmi": view.bmi, "class": view.band, "offered": view.offered, "loss_advised": view.loss_advised}
    return _differs({**found, "held": view.held}, keys)


def _belt(day: Day, keys: Mapping[str, Any]) -> str | None:
    view = posture.belt(day.plan, day.catalog)
    return _differs({"status": view.status, "minutes_week": view.minutes_week}, keys)


def _bending(day: Day, keys: Mapping[str, Any]) -> str | None:
    minutes = posture.bending_minutes(keys["angle"], day.plan.conditions, day.catalog)
    return _differs({"angle": keys["angle"], "minutes": minutes}, keys)


JUDGES: Mapping[str, Callable[[Day, Mapping[str, Any]], str | None]] = {
    "lock": _lock,
    "program": _program,
    "planned": lambda day, keys: _all_in(keys["exercises"], _held(day)),
    "not_planned": lambda day, keys: _none_in(keys["exercises"], _held(day)),
    "served": _served,
    "not_served": lambda day, keys: _none_in(keys["exercises"], [step.exercise for step in day.steps]),
    "routine": _routine,
    "dose": _dose,
    "decision": _decision,
    "mode": _mode,
    "direction": _direction,
    "direction_locked": _direction_locked,
    "steps_goal": _steps_goal,
    "walk": _walk,
    "referral": _referral,
    "no_referral": _no_referral,
    "response": lambda day, keys: _differs({"class": day.plan.response.group}, keys),
    "score": _score,
    "override": _override,
    "waiting": _waiting,
    "not_waiting": _not_waiting,
    "paused": _paused,
    "card": _card,
    "weight": _weight,
    "belt": _belt,
    "bending_limit": _bending,
}
