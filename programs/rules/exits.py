"""How programmes are left: their exits, as a day turns and with its morning (programme templates)."""

from __future__ import annotations

from programs import outcomes, prescribe
from programs.plan import EntryReason, is_out
from programs.rules import ladder, leg
from programs.rules.draft import Draft
from programs.rules.program import MAINTENANCE, move, refresh

ACUTE, DISC, IRRITABLE, STENOSIS, SLIP, POSTPARTUM = "T01", "T02", "T03", "T04", "T13", "T12"
OLDER, CHRONIC, STANDING, SITTING, SURGERY = "T11", "T05", "T07", "T06", "T14"
AFTER_ACUTE = (OLDER, CHRONIC, STANDING, SITTING)
DISC_RELOAD_WEEK = 4  # T02's second block


def end_day(draft: Draft) -> None:
    """T03's exit, which ends a condition, and T01's review, once the day is known."""
    if draft.program is None or draft.locked_by_flag:
        return
    if draft.irritable and leg.calms(draft):
        draft.irritable = False
        refresh(draft)
        if draft.program == IRRITABLE:
            most = ladder.index((item for item in draft.shown if not is_out(item, draft.day)), draft.allowed)
            if move(draft, DISC, IRRITABLE) and not draft.quiet:
                draft.hold_to(most)  # the day decides that it begins, not that it weighs more (I5)
    if draft.program == ACUTE:
        _review_acute(draft)


def leave(draft: Draft) -> None:
    """The exits of programmes: as a day turns and with its morning, never after what the rest of the day may bring."""
    if draft.program is None or draft.locked_by_flag:
        return
    rule = EXITS.get(draft.program)
    if rule is not None and draft.quiet and draft.mode != "after_flare":
        rule(draft)


def _leave_acute(draft: Draft) -> None:
    """Two weeks on and better -> the next programme by work and age."""
    over = (draft.day - draft.program_day).days >= draft.numbers.conditions.acute_days
    if over and draft.mornings.recent and _morning_pain(draft) <= draft.numbers.entry.acute_exit_pain:
        move(draft, prescribe.choose(_reasons(draft), AFTER_ACUTE), ACUTE)


def _review_acute(draft: Draft) -> None:
    """Two weeks on and hardly better -> the physiotherapist, whatever else the day is."""
    numbers, last = draft.numbers, _morning_pain(draft)
    two_weeks = (draft.day - draft.program_day).days == numbers.conditions.acute_days
    better = bool(draft.mornings.recent) and last <= numbers.entry.acute_exit_pain
    if two_weeks and not better and draft.patient.back_average - last < numbers.referrals.acute_drop:
        draft.refer("PHYSIO_REVIEW", ACUTE, numbers.referrals.acute_review_days)


def _morning_pain(draft: Draft) -> int:
    recent = draft.mornings.recent
    return recent[-1].pain if recent else draft.patient.back_average


def _leave_disc(draft: Draft) -> None:
    """Leg pain of 2 or less, nothing below the buttock for 14 days, and RMDQ down by 30 % -> T05."""
    numbers = draft.numbers.entry
    since = draft.leg.low_since
    if since is None or (draft.day - since).days < numbers.leg_exit_days:
        return
    first = draft.baselines.get("RMDQ", 0.0)
    drop = first - draft.latest.get("RMDQ", first)
    if outcomes.enough(drop, first, numbers.leg_exit_rmdq_drop):
        move(draft, CHRONIC, DISC)


def _leave_irritable(draft: Draft) -> None:
    """Who is calm already: the way out had to wait, for a clinician or for a freeze to end."""
    if not draft.irritable and not draft.assigned:
        move(draft, DISC, IRRITABLE)


def _leave_stenosis(draft: Draft) -> None:
    if _is_over(draft):
        numbers = draft.numbers.conditions
        older = draft.patient.age >= numbers.older_age or bool(draft.conditions & {"OSTP", "BAL"})
        move(draft, OLDER if older else MAINTENANCE, STENOSIS)


def _leave_postpartum(draft: Draft) -> None:
    if "POST" not in draft.conditions and not draft.assigned:
        move(draft, CHRONIC, POSTPARTUM)


def _leave_surgery(draft: Draft) -> None:
    """Cleared, twelve weeks on and the leg calm -> the disc programme's second phase, or T05."""
    surgery = draft.patient.surgery
    calm = draft.leg.value <= draft.numbers.entry.acute_exit_pain
    if surgery and surgery.cleared and "SURG" not in draft.conditions and calm:
        if "RAD" in draft.conditions:
            move(draft, DISC, SURGERY, DISC_RELOAD_WEEK)
        else:
            move(draft, CHRONIC, SURGERY)


def _leave_as_responder(draft: Draft) -> None:
    if _is_over(draft) and draft.response.group == "responder":
        move(draft, MAINTENANCE, str(draft.program))


def _leave_work(draft: Draft) -> None:
    """A day after the last week: the first day after it brings the check by which it is judged."""
    if (draft.day - draft.program_day).days > draft.catalog.programs[str(draft.program)].weeks * 7:
        move(draft, MAINTENANCE if draft.response.group == "responder" else CHRONIC, str(draft.program))


def _leave_older(draft: Draft) -> None:
    if _is_over(draft):
        move(draft, MAINTENANCE, OLDER)


EXITS = {
    ACUTE: _leave_acute,
    DISC: _leave_disc,
    IRRITABLE: _leave_irritable,
    STENOSIS: _leave_stenosis,
    SLIP: _leave_as_responder,
    POSTPARTUM: _leave_postpartum,
    SURGERY: _leave_surgery,
    CHRONIC: _leave_as_responder,
    STANDING: _leave_work,
    SITTING: _leave_work,
    OLDER: _leave_older,
}


def _is_over(draft: Draft) -> bool:
    return draft.week() > draft.catalog.programs[str(draft.program)].weeks


def _reasons(draft: Draft) -> tuple[EntryReason, ...]:
    return prescribe.entries(draft.patient, draft.conditions, draft.day, draft.catalog)
