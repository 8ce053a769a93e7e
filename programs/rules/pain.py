"""P: how a session felt, and what the next morning makes of it (pain monitoring: Thomee 1997, Silbernagel 2007)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from programs import events as log
from programs import selection
from programs.catalog import Catalog
from programs.course import DoneItem, MorningNote, Pending, Reading, SessionDay, Zone
from programs.plan import Item, Scalar, is_out
from programs.rules import adherence, dose, flare, gap, leg
from programs.rules.draft import Draft
from programs.timeline import Line

Night = Literal["settled", "unsettled", "bad", "unknown"]
# P3. "skip": not served until one session has been done without it.
OK, MAINTAIN, BACK, BACK_AND_SKIP = "ok", "maintain", "back", "back_and_skip"
OUTCOMES: dict[tuple[Zone, Night], str] = {
    ("green", "settled"): OK,
    ("green", "unsettled"): MAINTAIN,
    ("green", "bad"): BACK,
    ("green", "unknown"): MAINTAIN,
    ("amber", "settled"): MAINTAIN,
    ("amber", "unsettled"): BACK,
    ("amber", "bad"): BACK_AND_SKIP,
    ("amber", "unknown"): MAINTAIN,
    ("red", "settled"): BACK,
    ("red", "unsettled"): BACK_AND_SKIP,
    ("red", "bad"): BACK_AND_SKIP,
    ("red", "unknown"): BACK,
}


def zone(pre: int, peak: int, catalog: Catalog, accepted: int | None = None) -> Zone:
    """P1: green, amber or red from pain before and at its worst; `accepted` is a clinician's highest accepted peak."""
    numbers = catalog.constants.zone
    rise = peak - pre
    if peak >= numbers.abs_red_peak:
        return "red"
    if pre > numbers.low_base_max:
        high: tuple[tuple[int, Zone], ...] = ((numbers.red_delta_high, "red"), (numbers.amber_delta_high, "amber"))
        return next((colour for least, colour in high if rise >= least), "green")
    accepted = catalog.constants.overrides.peak_accepted_default if accepted is None else accepted
    red = numbers.red_peak + accepted - catalog.constants.overrides.peak_accepted_default
    if peak >= red or rise >= numbers.red_delta_low:
        return "red"
    return "amber" if peak >= min(numbers.amber_peak, red) or rise >= numbers.amber_delta_low else "green"


def usual_pain(draft: Draft) -> int:
    """The median of the last mornings outside flares, a half rounds down; of too few, the onboarding average."""
    if draft.pinned and draft.pinned.base_morning is not None:
        return draft.pinned.base_morning
    usual = sorted(reading.value for reading in draft.mornings.usual if reading.day < draft.day)
    if len(usual) < draft.numbers.morning.min_values:
        return draft.patient.back_average
    middle = len(usual) // 2
    return int(usual[middle] if len(usual) % 2 else (usual[middle - 1] + usual[middle]) / 2)


def is_sore(draft: Draft, lines: Sequence[Line]) -> bool:
    """Whether a day follows a red session, or has a bad morning or a flare told: what time alone adds then waits."""
    told = [line.event.body for line in lines if line.event.kind in ("morning", "flare") and not line.corrected]
    return any(p.zone == "red" for p in draft.pending) or any(_is_bad(draft, body) for body in told)


def _is_bad(draft: Draft, body: log.Body) -> bool:
    if not isinstance(body, log.Morning):
        return True  # a flare told
    return body.pain - usual_pain(draft) >= draft.numbers.morning.bad_min or flare.has_stopped(draft, body)


def night(above_usual: int | None, catalog: Catalog) -> Night:
    """P2: whether the night has settled it; None = no morning was told."""
    numbers = catalog.constants.morning
    if above_usual is None:
        return "unknown"
    if above_usual >= numbers.bad_min:
        return "bad"
    return "settled" if above_usual <= numbers.settled_max else "unsettled"


def after_session(draft: Draft, session: log.Session) -> None:
    """Takes in a session: what it does at once; its doses are judged with the next morning."""
    gap.end(draft)
    done = _performed(draft, session)
    names = tuple(item.exercise for item in done)
    course = leg.course(draft, session)
    pending = _pending(draft, session, done, course)
    _skips_over(draft, names)
    draft.pending = (*draft.pending, pending)
    complete = session.done >= draft.numbers.adherence.complete_session
    sessions = (*draft.training.sessions, SessionDay(draft.day, complete))
    draft.change(sessions=adherence.recent(sessions, draft), last_session=draft.day)
    if pending.zone == "red":
        _rest(draft, pending.hits)
    if session.peak >= draft.numbers.zone.abs_red_peak or session.stopped:
        draft.card("RED_FLAGS")
    leg.after_session(draft, session, course, names)
    _severe_before(draft, session.pre)


def after_morning(draft: Draft, morning: log.Morning, *, counts: bool) -> None:
    """Takes in a morning. On a day that may not serve anything (`counts` false) it is kept but judges nothing."""
    above = morning.pain - usual_pain(draft)
    note = MorningNote(draft.day, morning.pain, above, morning.leg, morning.sleep_lost)
    recent = [known for known in draft.mornings.recent if known.day != draft.day]
    draft.mornings = replace(draft.mornings, recent=(*recent, note)[-draft.numbers.morning.window_days :])
    leg.value(draft, morning.leg)
    before = draft.mode
    if counts:
        flare.after_morning(draft, morning)
    if draft.mode != "flare":
        usual = [known for known in draft.mornings.usual if known.day != draft.day]
        kept = (*usual, Reading(draft.day, float(morning.pain)))[-draft.numbers.morning.window_days :]
        draft.mornings = replace(draft.mornings, usual=kept)
    if counts:
        started = draft.mode == "flare" and before != "flare"
        judge(draft, draft.day - timedelta(days=1), morning, night(above, draft.catalog), flare_started=started)


def judge_unknown(draft: Draft) -> None:
    """Sessions whose next morning never came."""
    for day in sorted({pending.day for pending in draft.pending if (draft.day - pending.day).days >= 2}):
        judge(draft, day, None, "unknown")


def judge(draft: Draft, day: object, morning: log.Morning | None, slept: Night, *, flare_started: bool = False) -> None:
    """P3 for the sessions of a day, exercise by exercise; C and P4 come first, G only where all went well."""
    for pending in (p for p in draft.pending if p.day == day):
        verdict = _verdict(draft, pending, morning, slept, flare_started)
        told = _inputs(draft, pending, morning, slept)
        for item in draft.items:
            done = next((d for d in pending.items if d.exercise == item.exercise), None)
            draft.inputs = told | ({"done": done.done, "rpe": done.rpe} if done else {})
            if done is not None and not is_out(item, draft.day):
                _judge_item(draft, item, done, verdict)
            elif verdict.all_back and not is_out(item, draft.day):
                dose.step_back(draft, item, zone=pending.zone, cause="C3")
        draft.inputs = {}
        dose.after_judging(draft, pending.zone)
    draft.pending = tuple(p for p in draft.pending if p.day != day)


def _inputs(draft: Draft, pending: Pending, morning: log.Morning | None, slept: Night) -> dict[str, Scalar]:
    """What the decisions on a session rest on."""
    told: dict[str, Scalar] = {
        "session": pending.day.isoformat(),
        "pre": pending.pre,
        "peak": pending.peak,
        "morning": morning.pain if morning else None,
        "usual": usual_pain(draft),
        "night": slept,
    }
    leg_told = {"leg_worse": pending.leg_worse, "leg_rise": pending.leg_rise, "moved_down": pending.peripheralised}
    return told | {name: True for name, holds in leg_told.items() if holds}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a session and its morning mean for all of its exercises."""

    pending: Pending
    outcome: str
    unknown: bool  # no morning
    all_back: bool  # the leg was worse the next morning too
    forced: str | None  # the rule that holds every dose: C3, C2, C6, P4


def _verdict(draft: Draft, pending: Pending, morning: log.Morning | None, slept: Night, flare_started: bool) -> Verdict:
    outcome = OUTCOMES[pending.zone, slept]
    if flare_started and pending.zone == "red" and slept == "bad":
        outcome = MAINTAIN  # the flare has taken over
    worse_leg = False
    if pending.leg_rise and morning is not None and morning.leg is not None and pending.leg_pre is not None:
        worse_leg = morning.leg - pending.leg_pre >= draft.numbers.leg.morning_rise
    numb = morning is not None and morning.numbness != "same"
    forcing = (
        ("C2", pending.peripheralised),
        ("C3", pending.leg_rise),
        ("C6", numb),
        ("P4", pending.pre >= draft.numbers.pain.calm_pre),
    )
    forced = next((rule for rule, holds in forcing if holds), None)
    return Verdict(pending, outcome, slept == "unknown", worse_leg, forced)


def _judge_item(draft: Draft, item: Item, done: DoneItem, verdict: Verdict) -> None:
    pending = verdict.pending
    hit = item.exercise in pending.hits and verdict.outcome != OK
    slider = draft.catalog.exercises[item.exercise].exercise_class == "NRV_SLIDER"
    if pending.peripheralised and item.exercise == pending.by:
        dose.hold(draft, item, "C2", streak=0, zone=pending.zone)
    elif pending.leg_rise and slider:
        dose.halve(draft, item, zone=pending.zone, back=hit and verdict.outcome in (BACK, BACK_AND_SKIP))
    elif verdict.all_back or (hit and verdict.outcome in (BACK, BACK_AND_SKIP)):
        if verdict.outcome == BACK_AND_SKIP and hit:
            item = replace(item, skipped=True)
        dose.step_back(draft, item, zone=pending.zone, cause="C3" if verdict.all_back else "P3")
    elif verdict.forced:
        dose.hold(draft, item, verdict.forced, streak=0, zone=pending.zone)
    elif verdict.outcome != OK:
        reset = hit and not (verdict.unknown and pending.zone != "red")
        dose.hold(draft, item, "P3", streak=0 if reset else item.streak, zone=pending.zone)
    else:
        _went_well(draft, item, done, pending)


def _went_well(draft: Draft, item: Item, done: DoneItem, pending: Pending) -> None:
    """G1: what of a good session counts."""
    numbers = draft.numbers.progress
    too_much = done.rpe is not None and done.rpe > numbers.rpe_max
    if done.done < 1 or too_much or pending.pre > numbers.pre_pain_max or pending.leg_worse:
        dose.hold(draft, item, "P3", streak=0, zone=pending.zone)
        return
    unknown = done.rpe is None or pending.leg_unknown
    if unknown or item.exercise in pending.hurt or item.exercise in draft.judged:
        dose.hold(draft, item, "P3", streak=item.streak, zone=pending.zone)
        return
    draft.judged.add(item.exercise)
    streak = item.streak + 1
    if draft.shrink == "A3":
        dose.hold(draft, item, "A3", streak=streak, zone=pending.zone)
        return
    dose.raise_or_hold(draft, item, streak=streak, zone=pending.zone, adherence7=adherence.done_share(draft, 7))


def _pending(draft: Draft, session: log.Session, done: Sequence[Item], course: leg.Course) -> Pending:
    colour = zone(session.pre, session.peak, draft.catalog, draft.override("peak_accepted"))
    numbers = draft.numbers
    if course.centralised and colour == "amber" and session.peak <= numbers.leg.centralised_peak_max:
        colour = "green"
    items = []
    for item in done:
        own = session.items.get(item.exercise)
        items.append(DoneItem(item.exercise, own.done if own else session.done, own.rpe if own else session.rpe))
    levels = draft.catalog.exercises
    hardest = sorted(done, key=lambda item: -levels[item.exercise].level)[: numbers.session.hit_exercises]
    hits = session.hurt or tuple(item.exercise for item in hardest)
    return Pending(
        day=draft.day, pre=session.pre, peak=session.peak, zone=colour, items=tuple(items), hits=hits,
        hurt=session.hurt, by=session.by, peripheralised=course.peripheralised, leg_rise=course.rise,
        leg_worse=course.worse, leg_unknown=course.unknown, leg_pre=session.leg_pre,
    )  # fmt: skip


def _performed(draft: Draft, session: log.Session) -> tuple[Item, ...]:
    """What was served, and what else of the plan the person says they did."""
    served = selection.served(draft, draft.allowed, draft.day, session.variant)
    names = {item.exercise for item in served}
    told = {*session.hurt, *session.items, session.by} - names
    return (*served, *(i for i in draft.shown if i.exercise in told and not is_out(i, draft.day)))


def _skips_over(draft: Draft, names: Sequence[str]) -> None:
    if any(item.skipped for item in draft.items):
        draft.items = tuple(
            replace(item, skipped=False) if item.skipped and item.exercise not in names else item
            for item in draft.items
        )


def _rest(draft: Draft, names: Sequence[str]) -> None:
    """P3: after a red session what was hit rests for the rest of the day and the next."""
    free = draft.day + timedelta(days=2)
    draft.items = tuple(replace(i, free_on=free) if i.exercise in names else i for i in draft.items)


def _severe_before(draft: Draft, pre: int) -> None:
    """P4: a very sore day is calm; two days running with pain of 8 before the session are a flare."""
    numbers = draft.numbers.pain
    if pre >= numbers.calm_pre:
        draft.calm_day = draft.day
    if pre < numbers.flare_pre:
        return
    running = draft.training.severe_pre_day == draft.day - timedelta(days=numbers.flare_days - 1)
    draft.change(severe_pre_day=draft.day)
    if running:
        flare.start(draft, "severe_pain")
