"""S: red flags close the plan, whoever reports them and however late. Nothing here ends a red flag but a clinician.

Runs over all of a day's events before any other rule, because a day that closes is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from programs import events as log
from programs.course import LegStrength, Motor, Return
from programs.events import Event
from programs.rules.draft import Draft
from programs.triage import LEVELS, Answer, Lock, raised

STRENGTH = ("ok", "weak", "cannot")
RETURN, NO_PROGRAM, CLOSED = "RETURN", "NO_PROGRAM", "CLOSED"


def hear(draft: Draft, event: Event) -> None:
    """Takes in what an event means for safety: locks, releases, an answered card."""
    body = event.body
    if isinstance(body, log.Checkin):
        _checkin(draft, body)
    elif isinstance(body, log.Intake):
        _onboarding(draft, body)
    elif isinstance(body, log.Release):
        if event.author == "clinician":
            release(draft, body.flag)
    elif isinstance(body, log.Locked):
        due = draft.day + timedelta(days=draft.catalog.level_days[body.level])
        draft.lock(Lock(body.flag, body.level, draft.day, due))
    elif isinstance(body, log.Motor):
        _motor(draft, body)
    elif isinstance(body, log.Morning):
        _numbness(draft, body)
    elif isinstance(body, log.Questionnaire):
        _questionnaire(draft, body)
    elif isinstance(body, log.Held):
        for held in body.locks:
            draft.lock(held)
    if draft.returning:
        _returned(draft, body)


def answers(
    draft: Draft, given: Mapping[str, Answer], severe: frozenset[str] = frozenset(), *, onboarding: bool = False
) -> tuple[str, ...]:
    """Raises what answers raise; returns the flags that must be asked again today."""
    result = raised(
        given,
        severe,
        day=draft.day,
        cancer_ever=draft.patient.cancer_ever,
        unsure_before=frozenset(flag for flag, day in draft.unsure.items() if day < draft.day),
        onboarding=onboarding,
        catalog=draft.catalog,
    )
    for new in result.locks:
        draft.lock(new)
    return result.ask_again


def release(draft: Draft, flag: str) -> None:
    """A clinician has seen the person: that flag ends. What a missing plan waits for is not theirs to end."""
    if any(standing.flag == flag and standing.level != "NO_PLAN" for standing in draft.locks):
        draft.unlock(flag)
        draft.note_end(flag)


def start_return(draft: Draft) -> None:
    """M5: nothing is served until the whole screen, the pain now and the RMDQ have been answered."""
    if draft.returning is None:
        draft.returning = Return(draft.day)
        draft.card("RED_FLAGS")
    if not any(standing.flag == RETURN for standing in draft.locks):
        draft.lock(Lock(RETURN, "NO_PLAN", draft.day, None))


def no_plan(draft: Draft) -> None:
    """NO_PLAN by facts: under age, blood pressure, a slip that needs a clinician, no programme for the condition."""
    numbers, person = draft.numbers.conditions, draft.patient
    pressure = person.systolic >= numbers.pressure_systolic or person.diastolic >= numbers.pressure_diastolic
    reasons = {
        "AGE": person.age < numbers.age_min,
        "BP": "HTN" in draft.conditions and pressure,
        "SPLI": "SPLI" in draft.conditions and person.slip_grade >= numbers.slip_grade,
        NO_PROGRAM: draft.program is None,
    }
    for flag, holds in reasons.items():
        standing = any(known.flag == flag for known in draft.locks)
        if holds and not standing:
            draft.lock(Lock(flag, "NO_PLAN", draft.day, None))
        elif standing and not holds:
            draft.unlock(flag)


def cards(draft: Draft) -> None:
    """What a standing lock shows, and the safety net at onboarding and weekly for leg pain from the back."""
    worst = max((LEVELS.index(standing.level) for standing in draft.locks), default=0)
    weekly = "RAD" in draft.conditions and (draft.day - draft.began).days % 7 == 0
    if worst >= LEVELS.index("URGENT") or weekly or draft.day == draft.began:
        draft.card("SAFETY_NET")
    if any(standing.flag == "RF24" for standing in draft.locks):
        draft.card("CRISIS")


def _onboarding(draft: Draft, intake: log.Intake) -> None:
    again = answers(draft, intake.red_flags, intake.severe, onboarding=True)
    draft.unsure = dict.fromkeys(again, draft.day)
    draft.answered = not again


def _checkin(draft: Draft, card: log.Checkin) -> None:
    again = answers(draft, card.answers, card.severe) if card.answers or card.severe else ()
    if again:
        draft.unsure = {**dict.fromkeys(again, draft.day), **draft.unsure}
    if card.answered:
        draft.answered = not again
        heard = ("W", "M") if card.full else sorted(card.also)
        draft.asked = {**draft.asked, **dict.fromkeys(heard, draft.day)}


def _numbness(draft: Draft, morning: log.Morning) -> None:
    if morning.numbness != "same":
        spreading = frozenset({"RF23"}) if morning.numbness == "spreading" else frozenset[str]()
        answers(draft, {"RF23": "yes"}, spreading)
        draft.card("RED_FLAGS")


def _questionnaire(draft: Draft, sheet: log.Questionnaire) -> None:
    numbers = draft.numbers.instruments
    if sheet.name == "PHQ9" and len(sheet.items) >= numbers.phq9_harm_item:
        harm = sheet.items[numbers.phq9_harm_item - 1]
        if harm is not None and harm >= numbers.phq9_harm_min:
            answers(draft, {"RF24": "yes"})


def _motor(draft: Draft, check: log.Motor) -> None:
    """MC: each leg by itself; what was weak at the first check is only noted (L4-S1 tests)."""
    known = draft.motor
    pairs = (
        (known.left if known else None, check.left, check.right),
        (known.right if known else None, check.right, check.left),
    )
    for before, leg, other in pairs:
        if "cannot" in (leg.heel_walk, leg.chair):
            answers(draft, {"RF06a": "yes"}, frozenset({"RF06a"}))
        elif before and _weaker(draft, before, leg, other):
            answers(draft, {"RF06b": "yes"})
    draft.motor = Motor(*(_strength(before, leg) for before, leg, _ in pairs))


def _weaker(draft: Draft, before: LegStrength, leg: log.Leg, other: log.Leg) -> bool:
    numbers = draft.numbers.motor
    weak = (before.heel_walk == "ok" and leg.heel_walk == "weak") or (before.chair == "ok" and leg.chair == "weak")
    fallen = before.best_raises - leg.raises >= numbers.raises_fall
    return weak or (fallen and other.raises - leg.raises >= numbers.raises_behind)


def _strength(before: LegStrength | None, leg: log.Leg) -> LegStrength:
    best = max(before.best_raises, leg.raises) if before else leg.raises
    return LegStrength(leg.heel_walk, leg.chair, best)


def _returned(draft: Draft, body: log.Body) -> None:
    back = draft.returning
    if back is None:
        return
    if isinstance(body, log.Checkin) and body.full and body.answered:
        back = replace(back, screened=True)
    elif isinstance(body, log.Questionnaire) and body.name == "NPRS_BACK":
        back = replace(back, back=True)
    elif isinstance(body, log.Questionnaire) and body.name == "RMDQ":
        back = replace(back, function=True)
    draft.returning = back
