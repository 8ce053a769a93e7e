"""E and R: the follow-up clock. Creates referrals, never raises a dose (NICE NG59, Peul 2007, Hill 2011)."""

from __future__ import annotations

from dataclasses import replace

from programs import events as log
from programs import outcomes, weight
from programs.course import Score
from programs.outcomes import Sheet
from programs.rules import adherence, leg, safety, walking
from programs.rules.draft import Draft

WEEK_DAYS = 7


def questionnaire(draft: Draft, sheet: log.Questionnaire) -> None:
    """Scores a questionnaire; the first valid score of each is its baseline. R1: the starting risk."""
    given = Sheet(sheet.name, sheet.score, sheet.items, sheet.applies, sheet.answered)
    result = outcomes.score(given, draft.catalog)
    score = Score(draft.day, result.value, result.band, result.psych)
    draft.scores = {**draft.scores, sheet.name: score}
    draft.instruments_today = True
    if result.value is None:
        return
    draft.baselines = {sheet.name: result.value, **draft.baselines}
    draft.latest = {**draft.latest, sheet.name: result.value}
    if sheet.name == "NPRS_LEG":
        leg.value(draft, int(result.value))
    elif sheet.name == "WALK_TIME":
        walking.start_minutes(draft, int(result.value))
    elif sheet.name == "STARTBACK":
        days = draft.numbers.referrals.starting_risk_days
        if result.band == "high":
            draft.refer("FIRST_CONTACT", "R1", days)
        elif result.band == "medium":
            draft.refer("PHYSIO_REVIEW", "R1", days)


def reading(draft: Draft, kg: float) -> None:
    """WT2, WT3, WT5, WT6 for a reading of the scale."""
    draft.weight = weight.take(draft.weight, draft.day, kg, draft.catalog)
    if draft.weight.waiting is not None:
        return
    losing = weight.unexplained_loss(draft.weight, draft.catalog)
    if losing and not draft.weight.losing and draft.patient.weight_goal != "lose":
        safety.answers(draft, {"RF12": "yes"})
    draft.weight = replace(draft.weight, losing=losing)
    if not draft.patient.weight_consent:
        return
    readings = draft.weight.readings
    if weight.loses_too_fast(readings, draft.catalog):
        draft.card("LOSS_TOO_FAST")
    if draft.patient.weight_goal == "lose" and weight.stands_still(readings, draft.day, draft.catalog):
        draft.card("WEIGHT_PLATEAU")


def end_day(draft: Draft) -> None:
    """E1-E6 once all of the day is known, whatever is locked, paused or dormant (I10)."""
    _severe_leg(draft)
    numbers = draft.numbers.referrals
    day = (draft.day - draft.began).days
    delay = draft.override("review_delay_days") or 0
    six_weeks = numbers.leg_week * WEEK_DAYS + delay
    weeks = (*draft.numbers.response.check_weeks, numbers.leg_late_week)
    due = [week for week in weeks if day >= week * WEEK_DAYS + delay and week not in draft.response.checked]
    if not due and not (draft.instruments_today and day > six_weeks):
        return
    checked = (*draft.response.checked, *due)
    draft.response = replace(draft.response, checked=checked)
    scheduled = [week for week in due if week in draft.numbers.response.check_weeks]
    if scheduled or (draft.instruments_today and day > six_weeks):
        _check(draft)
        if day >= six_weeks:
            _escalate(draft, late=day >= numbers.late_non_response_week * WEEK_DAYS + delay)
    if numbers.leg_late_week in due and "RAD" in draft.conditions and _leg_is_bad(draft):
        _refer_leg(draft)


def _check(draft: Draft) -> None:
    """E1, and E5 for who is worse on two checks a week apart."""
    group = outcomes.response(draft.baselines, draft.latest, draft.catalog)
    since = (draft.response.worse_since or draft.day) if group == "worse" else None
    draft.response = replace(draft.response, group=group, day=draft.day, worse_since=since)
    draft.turned("E1", f"response.{group}", None, group)
    numbers = draft.numbers.referrals
    if since is not None and (draft.day - since).days >= numbers.worse_days_between:
        draft.refer("CLINICIAN_SOON", "E5", numbers.clinician_soon_days)
        draft.card("RED_FLAGS")


def _escalate(draft: Draft, *, late: bool) -> None:
    numbers = draft.numbers.referrals
    if "RAD" in draft.conditions and _leg_is_bad(draft) and not _leg_is_better(draft):
        _refer_leg(draft)
    elif draft.response.group == "non":
        if not _trained(draft):
            draft.refer("PHYSIO_CALL", "E6", numbers.call_days)
        elif late:
            draft.refer("CLINICIAN", "E4", numbers.late_non_response_days)
        else:
            draft.refer("PHYSIO_REVIEW", "E4", numbers.non_response_days)


def _refer_leg(draft: Draft) -> None:
    """E2; who hardly trained gets a call first (E6)."""
    numbers = draft.numbers.referrals
    if _trained(draft):
        draft.refer("REFER_SPINE", "E2", numbers.leg_days)
    else:
        draft.refer("PHYSIO_CALL", "E6", numbers.call_days)


def _leg_is_bad(draft: Draft) -> bool:
    return draft.leg.value >= draft.numbers.response.leg_refer


def _leg_is_better(draft: Draft) -> bool:
    first = draft.baselines.get("NPRS_LEG", 0.0)
    drop, numbers = first - draft.leg.value, draft.numbers.response
    return drop >= numbers.nprs_abs or outcomes.enough(drop, first, numbers.pct)


def _trained(draft: Draft) -> bool:
    return adherence.done_share(draft, draft.numbers.adherence.window) >= draft.numbers.adherence.ok


def _severe_leg(draft: Draft) -> None:
    """E3: severe for two weeks, or most nights lost; low adherence does not hold it back.

    Where a human has seen to it, the two weeks count from there: what was known then does not raise it again.
    """
    numbers, state = draft.numbers.referrals, draft.leg
    settled = draft.ended.get("CLINICIAN_SOON:E3")
    if settled is not None and (draft.day - settled).days < numbers.severe_days:
        return
    long = state.high_since is not None and (draft.day - state.high_since).days >= numbers.severe_days
    severe = long and state.high_count >= numbers.severe_values
    sleepless = sum(note.sleep_lost for note in draft.mornings.recent) >= numbers.sleep_lost_nights
    if severe or sleepless:
        draft.refer("CLINICIAN_SOON", "E3", numbers.clinician_soon_days)
