"""Who needs a human first, and why: what a stored plan says of it, and the order of all reasons. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from programs.catalog import Catalog
from programs.plan import Plan
from programs.rules import adherence
from programs.rules.draft import Draft
from programs.words import NEEDS, Words

Kind = Literal[
    "lock", "referral", "worsening", "no_response", "low_adherence", "approval", "visit", "message",
]  # fmt: skip
KINDS = cast(tuple[Kind, ...], tuple(NEEDS))  # most urgent first


@dataclass(frozen=True, slots=True)
class Need:
    """One reason to look at a person. `cause` chooses its sentence, `since` is the day it counts from."""

    kind: Kind
    since: date
    cause: str = "any"
    count: int | None = None  # percent of the sessions done, changes that wait, unread messages
    what: str | None = None  # the flag or referral, in words


def sentence(need: Need, words: Words) -> str:
    """The reason in one line, for a clinician."""
    values = {"day": need.since.isoformat(), "count": need.count, "what": need.what}
    return words.word(f"attention.{need.kind}.{need.cause}", **values)


def of_plan(plan: Plan, catalog: Catalog) -> tuple[Need, ...]:
    """What the plan itself says, in the order of urgency, one for each kind; locks and referrals are alerts."""
    found = (_worsening(plan), _no_response(plan, catalog), _low_adherence(plan, catalog), _approval(plan))
    return tuple(need for need in found if need is not None)


def share_done(plan: Plan, catalog: Catalog) -> int:
    """Sessions done of those planned in the rules' window, in percent."""
    return round(100 * adherence.done_share(Draft(plan, catalog), catalog.constants.adherence.window))


def _worsening(plan: Plan) -> Need | None:
    """Worse at the last check (E1), symptoms that have moved down the leg (C2), or a flare."""
    if plan.response.group == "worse":
        return Need("worsening", plan.response.worse_since or plan.response.day or plan.day, "response")
    if any(free > plan.day for free in plan.direction.locks.values()):
        return Need("worsening", plan.direction.lost_on or plan.day, "leg_down")
    if plan.mode == "flare":
        return Need("worsening", plan.mode_day or plan.day, "flare")
    return None


def _no_response(plan: Plan, catalog: Catalog) -> Need | None:
    """No meaningful gain at a check from the sixth week on (E4); sooner it is no failure of the plan yet."""
    checked, weeks = plan.response.day, catalog.constants.referrals.leg_week
    if plan.response.group != "non" or checked is None or (checked - plan.began).days < weeks * 7:
        return None
    return Need("no_response", checked)


def _low_adherence(plan: Plan, catalog: Catalog) -> Need | None:
    """A2, A3 or A4 at work. Where a clinician has switched the rule off, it is known already."""
    if plan.mode == "dormant":
        return Need("low_adherence", plan.mode_day or plan.day, "dormant")
    if plan.shrink:
        return Need("low_adherence", plan.day, "share", share_done(plan, catalog))
    return None


def _approval(plan: Plan) -> Need | None:
    if not plan.waiting:
        return None
    return Need("approval", min(each.day for each in plan.waiting), count=len(plan.waiting))
