"""What a person is owed besides exercises: I10, I13, I15, I18, and reasons for what was decided (of I19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from programs import canonical
from programs.catalog import Catalog
from programs.constants.training import Range
from programs.events import Override
from programs.invariants.moment import Moment
from programs.patient import Patient
from programs.plan import Plan

WEEK = timedelta(days=7)
LOSING_CARDS = ("WEIGHT_PLATEAU",)
WEIGHT_CARDS = ("LOSS_TOO_FAST", "WEIGHT_PLATEAU", "STRENGTH_PROTEIN")
WEIGHT_PROGRAM = "T09"
UNEXPLAINED = ("RF12", "RF09a", "RF09b")
MAY_BE_DISABLED = ("A", "T")  # adherence and plateau rules


def severe_legs_are_seen(moment: Moment) -> Iterator[str]:
    """I10, E3: leg pain of 7 or more for two weeks, or four nights lost of seven, brings a clinician soon."""
    numbers, legs = moment.catalog.constants.referrals, moment.story.legs
    run = [day for day, _ in takewhile(lambda told: told[1] >= numbers.severe_leg, reversed(legs))]
    severe = len(run) >= numbers.severe_values and (moment.day - run[-1]).days >= numbers.severe_days
    nights = (moment.story.mornings.get(moment.days_back(back)) for back in range(WEEK.days))
    sleepless = sum(night is not None and night.sleep_lost for night in nights) >= numbers.sleep_lost_nights
    if (severe or sleepless) and ("CLINICIAN_SOON", "E3") not in _referred(moment):
        yield (
            f"leg pain of {numbers.severe_leg} or more since {run[-1]}" if severe else "most nights of a week are lost"
        )


def legs_unchanged_are_seen(moment: Moment) -> Iterator[str]:
    """I10, E2, E6: disc leg pain of 4 or more at week 6 without gain, or at week 8, is referred or called about."""
    began, numbers = moment.look.plan.began, moment.catalog.constants
    weeks = (numbers.referrals.leg_week, numbers.referrals.leg_late_week)
    if moment.day - began not in [WEEK * week + timedelta(days=1) for week in weeks]:
        return
    yesterday = moment.days_back(1)
    pains = [pain for day, pain in moment.story.legs if day <= yesterday]
    drop, late = pains[0] - pains[-1], moment.day - began > WEEK * weeks[0] + timedelta(days=1)
    gained = drop >= numbers.response.nprs_abs or (pains[0] > 0 and drop >= numbers.response.pct * pains[0])
    small = pains[-1] < numbers.response.leg_refer or "RAD" not in moment.body.conditions
    if small or (gained and not late) or _delayed(moment):
        return
    referred = _referred(moment) & {("REFER_SPINE", "E2"), ("PHYSIO_CALL", "E6")}
    if not referred:
        yield f"leg pain of {pains[-1]} (from {pains[0]}) at week {weeks[late]}, and nobody is told"
    elif _trained_well(moment, yesterday) and ("REFER_SPINE", "E2") not in referred:
        yield f"leg pain of {pains[-1]} at week {weeks[late]} after faithful training, and only a call"


def worsening_is_seen(moment: Moment) -> Iterator[str]:
    """I10, E5: pain or function worse at two checks a week apart brings a clinician soon."""
    numbers, began = moment.catalog.constants, moment.look.plan.began
    person = moment.story.person
    assert person is not None
    if _delayed(moment) or moment.known.late_day:
        return
    scores = [score for score in moment.story.scores if score[0] < moment.day and score[0] >= began]
    checks = {began + WEEK * week for week in numbers.response.check_weeks}
    checks |= {day for day, _, _ in scores if day - began > WEEK * numbers.referrals.leg_week}
    worse_since: date | None = None
    for check in sorted(day for day in checks if day < moment.day):
        known = [score for score in scores if score[0] <= check]
        pain = [value for _, name, value in known if name == "NPRS_BACK"]
        function = [value for _, name, value in known if name == "RMDQ"]
        worse = bool(pain) and pain[-1] - person.back_average >= numbers.response.worse_nprs
        worse |= bool(function) and function[-1] - function[0] >= numbers.response.worse_rmdq
        worse_since = (worse_since or check) if worse else None
        if worse_since and check - worse_since >= WEEK and ("CLINICIAN_SOON", "E5") not in _referred(moment):
            yield f"worse from {worse_since} to {check}, and nobody is told"


def exceptions_end(moment: Moment) -> Iterator[str]:
    """I15: a clinician's exception is one that was told, lies within its bounds, and never outlives its end."""
    told = [(row.day, row.override) for row in moment.story.rows]
    for row in moment.look.plan.overrides:
        own = [o for day, o in told if (day, o.field, o.value, o.until) == (row.day, row.field, row.value, row.until)]
        if not own:
            yield f"{row.field} {row.value} holds and nobody told it"
        if row.until is not None and row.until < moment.day:
            yield f"{row.field} {row.value} holds, its end was {row.until}"
        for override in own[:1]:
            if _out_of_bounds(override, row.day, moment.catalog):
                yield f"{row.field} {row.value} until {row.until} because {row.reason!r} is out of bounds"


def weight_only_when_welcome(moment: Moment) -> Iterator[str]:
    """I18: about weight only with consent, about losing some only outside all exclusions."""
    person, plan = moment.story.person, moment.look.plan
    assert person is not None
    cards = [card for card in plan.cards if card in WEIGHT_CARDS]
    losing = [card for card in cards if card in LOSING_CARDS] + (
        [WEIGHT_PROGRAM] if plan.adds == WEIGHT_PROGRAM else []
    )
    if (cards or losing) and not person.weight_consent:
        yield f"{', '.join(cards + losing)} without consent"
    for reason in _no_losing(person, moment) if losing else ():
        yield f"{', '.join(losing)} in spite of {reason}"


def decisions_have_reasons(moment: Moment) -> Iterator[str]:
    """I19, of a decision: it names its rule and its day, and what it rests on."""
    for decision in moment.look.decisions:
        if not decision.rule or decision.day != moment.day:
            yield f"{decision.change} of {decision.exercise} by {decision.rule!r} on {decision.day}"
        elif decision.exercise is None and not decision.inputs:
            yield f"{decision.change} by {decision.rule} rests on nothing"


def same_plan(plan: Plan, again: Plan) -> Iterator[str]:
    """I13: the same log gives the same plan, byte by byte, in whatever order it is read."""
    if canonical.dumps(plan) != canonical.dumps(again):
        one, other = canonical.to_json(plan), canonical.to_json(again)
        differ = [name for name in one if one[name] != other[name]]
        yield f"{', '.join(differ)} differ: {one[differ[0]]!r:.200} and {other[differ[0]]!r:.200}"


def _referred(moment: Moment) -> set[tuple[str, str]]:
    return moment.known.referred | {(open_.kind, open_.rule) for open_ in moment.look.plan.referrals}


def _delayed(moment: Moment) -> bool:
    """Whether a clinician has moved the checks."""
    return any(name == "review_delay_days" for _, name, _ in moment.known.accepted)


def _trained_well(moment: Moment, day: date) -> bool:
    """Whether two weeks before a day were open throughout and clearly more than half of the sessions were done."""
    numbers = moment.catalog.constants.adherence
    days = [day - timedelta(days=back) for back in range(1, numbers.window + 1)]
    if any(moment.known.shut_on.get(each, True) for each in days):
        return False
    done = sum(s.done >= numbers.complete_session for each in days for s in moment.known.counted(each))
    asked = moment.known.sessions_week(moment.look, day) * numbers.window / WEEK.days
    return done >= 0.75 * asked


def _out_of_bounds(override: Override, day: date, catalog: Catalog) -> bool:
    numbers, value = catalog.constants.overrides, override.value
    if override.field == "remove_flag":
        return True
    if override.field == "disable_rule":
        return str(value)[:1] not in MAY_BE_DISABLED
    if override.field == "include":
        ends = override.until is not None and (override.until - day).days <= numbers.days_max
        return not override.reason or not ends
    if override.field in ("direction", "progression"):
        return False
    bounds: Range = getattr(numbers, override.field)
    late = override.field == "review_delay_days" and isinstance(value, int) and value > 0 and not override.reason
    return not isinstance(value, int) or not bounds.low <= value <= bounds.high or late


def _no_losing(person: Patient, moment: Moment) -> Iterator[str]:
    """WT4: the reasons against losing weight that hold today."""
    days = moment.catalog.constants.weight.postpartum_days
    if person.age < moment.catalog.constants.conditions.age_min:
        yield "age"
    if person.eating_disorder:
        yield "an eating disorder"
    ended = person.birth is not None and person.pregnancy_day is not None and person.birth.day >= person.pregnancy_day
    if person.pregnancy_day is not None and not ended:
        yield "a pregnancy"
    if person.birth is not None and (moment.day - person.birth.day).days < days:
        yield "a birth"
    if person.surgery is not None and not person.surgery.cleared:
        yield "an operation without clearance"
    for flag in UNEXPLAINED:
        if flag in moment.story.flags:
            yield flag
