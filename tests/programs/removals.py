"""What it means to take a rule out: for each rule, the ways in which it can be missing.

The test that every rule is covered uses it, and so does the table of `make mutation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from programs import catalog, events, outcomes, patient, posture, prescribe, selection, timeline, weight
from programs.allowed import Allowed
from programs.catalog import Catalog
from programs.rules import dose, draft, exits, flare, ladder, leg, overrides, pain, program, response, safety, walking

CONTENT = catalog.load()
FAR = 10_000
CONDITIONS = ("RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN")
ENTERED = ("T14", "T03", "T02", "T04", "T13", "T12", "T01", "T11", "T05", "T07", "T06")


@dataclass(frozen=True)
class Removal:
    """One way to be without a rule; `apply` patches the code, or gives the content that lacks the rule."""

    what: str
    apply: Callable[[pytest.MonkeyPatch], Catalog | None]


def off(owner: Any, name: str, value: Any = None) -> Removal:
    """The rule's function does nothing, or says `value`."""
    says = "does nothing" if value is None else f"always says {value}"

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(owner, name, lambda *args, **kwargs: value)

    return Removal(f"{_called(owner, name)} {says}", remove)


def instead(owner: Any, name: str, value: Any, what: str) -> Removal:
    """Something else stands in the rule's place."""
    return Removal(what, lambda patch: patch.setattr(owner, name, value))


def never(subject: str, **numbers: Any) -> Removal:
    """The rule's threshold is another, mostly one that cannot be reached."""

    def remove(_: pytest.MonkeyPatch) -> Catalog:
        constants = CONTENT.constants
        changed = replace(getattr(constants, subject), **numbers)
        return replace(CONTENT, constants=replace(constants, **{subject: changed}))

    told = ", ".join(f"{subject}.{name} {_short(value)}" for name, value in numbers.items())
    return Removal(told, remove)


def unraised(flag: str) -> Removal:
    """The red flag is not heard."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        raised = safety.raised

        def deaf(*args: Any, **kwargs: Any) -> Any:
            heard = raised(*args, **kwargs)
            return replace(heard, locks=tuple(lock for lock in heard.locks if lock.flag != flag))

        patch.setattr(safety, "raised", deaf)

    return Removal(f"{flag} is not heard", remove)


def unnoticed(condition: str) -> Removal:
    """Nobody ever has the condition."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        conditions = patient.Patient.conditions

        def blind(self: Any, *args: Any) -> frozenset[str]:
            return conditions(self, *args) - {condition}

        patch.setattr(patient.Patient, "conditions", blind)
        if condition == "IRR":
            patch.setattr(patient.Patient, "irritable", lambda self, content: False)

    return Removal(f"nobody has {condition}", remove)


def unfit(name: str) -> Removal:
    """The programme's entry never fits."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(prescribe.ENTRIES, name, lambda facts: (False, {}))  # type: ignore[arg-type]

    return Removal(f"{name} fits nobody", remove)


def stays(name: str) -> Removal:
    """The programme is never left."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.delitem(exits.EXITS, name)

    return Removal(f"{name} is never left", remove)


def accepts(reason: str) -> Removal:
    """Overrides are not refused for this reason."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        refusal = overrides._refusal

        def lenient(*args: Any) -> str | None:
            found = refusal(*args)
            return None if found == reason else found

        patch.setattr(overrides, "_refusal", lenient)

    return Removal(f"nothing is refused for {reason}", remove)


def unforced(rule: str) -> Removal:
    """The rule holds no dose."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        verdict = pain._verdict

        def freed(*args: Any) -> Any:
            found = verdict(*args)
            return replace(found, forced=None) if found.forced == rule else found

        patch.setattr(pain, "_verdict", freed)

    return Removal(f"{rule} holds no dose", remove)


def _all_answered(patch: pytest.MonkeyPatch) -> None:
    checkin = safety._checkin
    patch.setattr(safety, "_checkin", lambda draft, card: checkin(draft, replace(card, answered=True)))


def _anyone_releases(patch: pytest.MonkeyPatch) -> None:
    hear = safety.hear

    def heard(draft: Any, event: Any) -> None:
        released = isinstance(event.body, events.Release)
        hear(draft, replace(event, author="clinician") if released else event)

    patch.setattr(safety, "hear", heard)


def _consenting(patch: pytest.MonkeyPatch) -> None:
    view = weight.view
    patch.setattr(weight, "view", lambda plan, content: view(_Willing(plan), content))  # type: ignore[arg-type]


class _Willing:
    """A plan whose person always consents."""

    def __init__(self, plan: Any) -> None:
        self._plan = plan
        self.patient = replace(plan.patient, weight_consent=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plan, name)


def _unsorted(patch: pytest.MonkeyPatch) -> None:
    by_day = timeline.by_day

    def last_first(*args: Any) -> Any:
        return {when: list(reversed(lines)) for when, lines in by_day(*args).items()}

    patch.setattr(timeline, "by_day", last_first)


def _no_night_matters(patch: pytest.MonkeyPatch) -> None:
    for key in pain.OUTCOMES:
        patch.setitem(pain.OUTCOMES, key, pain.OK)


def _low_risk_ends_reviews(patch: pytest.MonkeyPatch) -> None:
    questionnaire = response.questionnaire

    def lowered(draft: Any, sheet: Any) -> None:
        questionnaire(draft, sheet)
        if sheet.name == "STARTBACK" and draft.scores["STARTBACK"].band == "low":
            draft.referrals = tuple(each for each in draft.referrals if each.rule != "R1")

    patch.setattr(response, "questionnaire", lowered)


def _called(owner: Any, name: str) -> str:
    return f"{owner.__name__.rpartition('.')[2]}.{name}"


def _short(value: Any) -> str:
    return str(value) if isinstance(value, int | float | tuple) else "changed"


BENDING = CONTENT.constants.posture.bending
REMOVED: Mapping[str, list[Removal]] = {
    "S": [off(draft.Draft, "lock"), off(safety, "release"), Removal("anyone releases a flag", _anyone_releases),
          off(draft.Draft, "unlock")],
    "MC": [off(safety, "_motor"), off(safety, "_weaker", False), never("motor", raises_behind=0),
           never("motor", raises_fall=1)],
    "O": [*(accepts(reason) for reason in (
        "OUT_OF_RANGE", "HARD_BLOCK", "NO_REASON", "TOO_LONG", "PROTECTED", "CONDITION", "NEEDS_NOTE")),
        off(draft.Draft, "override"), off(draft.Draft, "disabled", False), off(overrides, "set_direction")],
    "C1": [never("leg", centralised_minutes=FAR), never("leg", centralised_peak_max=3)],
    "C2": [never("leg", peripheralised_minutes=FAR), off(leg, "_close"), unforced("C2"), never("leg", lock_days=6),
           never("leg", review_sessions=99)],
    "C3": [never("leg", rise_minutes=FAR), never("leg", morning_rise=11), off(dose, "halve")],
    "C4": [off(leg, "test_direction"), never("direction", test_held_minutes=0),
           never("direction", test_pain_change=99)],
    "C5": [off(draft.Draft, "_opposite_closed", False), never("direction", opposite_free_days=FAR)],
    "C6": [unforced("C6"), off(safety, "_numbness")],
    "F1": [never("flare", resid=11), never("flare", worst=11), off(flare, "start"), never("flare", walk_factor=1.0)],
    "F2": [off(flare, "_end"), never("flare", dose=1.0), never("flare", level_drop_from=6),
           never("flare", no_progress_days=0), never("flare", min_days=0)],
    "F3": [never("flare", max_days=FAR), never("flare", repeat_count=99), off(flare, "_review"),
           never("flare", clinician_leg=11)],
    "M1": [never("gap", same_dose_max=0, repeat_max=1, minus1_max=2)],
    "M2": [never("gap", repeat_max=3, minus1_max=20), never("gap", same_dose_max=7)],
    "M3": [never("gap", repeat_max=14), never("gap", minus1_max=20)],
    "M4": [never("gap", minus1_max=20), never("gap", minus40_factor=1.0)],
    "M5": [off(safety, "start_return"), never("gap", restart_level_drop=0)],
    "P1": [off(pain, "zone", "green"), never("zone", low_base_max=0), never("zone", red_peak=9),
           never("zone", amber_peak=9), never("zone", red_delta_low=9), never("zone", amber_delta_low=2),
           never("zone", red_delta_high=9), never("zone", amber_delta_high=9)],
    "P2": [off(pain, "night", "settled"), off(pain, "usual_pain", 3), never("morning", min_values=99)],
    "P3": [Removal("every night is a good one", _no_night_matters), off(pain, "_rest"),
           instead(pain, "BACK_AND_SKIP", "x", "nothing is skipped"), never("session", hit_exercises=99)],
    "P4": [unforced("P4"), never("pain", calm_pre=11), never("pain", flare_pre=11)],
    "P5": [never("zone", abs_red_peak=11)],
    "D1": [off(ladder, "down"), off(dose, "_leave")],
    "D2": [never("deload", every_weeks=99), never("deload", amber_run=99), never("deload", min_exercises=99),
           never("deload", min_exercises=1), never("deload", factor=1.0), never("deload", regressed_days=1)],
    "G1": [never("progress", rpe_max=10), never("progress", ok_streak=1), never("progress", adherence7_min=0.0)],
    "G2": [off(ladder, "up"), never("progress", ok_streak_level=2), never("progress", level_up_min_days=0),
           never("progress", hold_step_s=2), never("progress", min_step=5)],
    "G3": [off(dose, "_breaks_caps", False), never("caps", level_ups_per_week_plan=9), never("caps", sets_week_pct=999),
           never("caps", sets_week_abs=999), never("caps", session_min_week=999), never("caps", new_ex_per_replan=99)],
    "G4": [instead(Allowed, "harder", lambda self, name: self.catalog.exercises[name].harder,
                   "a blocked harder exercise is open")],
    "W1": [off(walking, "_first_goal"), never("walking", valid_steps=0)],
    "W2": [off(walking, "_raise_goal"), never("caps", steps_floor=0), never("caps", steps_abs=FAR),
           never("walking", raise_met_days=0)],
    "W3": [off(walking, "_lower_goal"), never("walking", hold_met_days=7), never("walking", lower_factor=0.1)],
    "W4": [never("walking", ceiling=30_000), never("walking", older_ceiling=30_000)],
    "W5": [off(walking, "start_minutes"), off(walking, "_raise_minutes")],
    "T1": [never("plateau", days=FAR)],
    "T2": [never("plateau", second_days=FAR), never("plateau", adherence_min=0.0)],
    "A1": [never("adherence", high=2.0)],
    "A2": [never("adherence", ok=0.0), never("adherence", short_minutes=60), never("adherence", complete_session=0.0),
           never("adherence", short_exercises=9)],
    "A3": [never("adherence", low=0.0), never("adherence", micro_exercises=5)],
    "A4": [never("adherence", dormant_days=FAR)],
    "E1": [off(outcomes, "response", "non"), never("response", pct=2.0), never("response", rmdq_abs=99, odi_abs=99),
           never("response", worse_nprs=99), never("response", worse_rmdq=99)],
    "E2": [off(response, "_refer_leg"), off(response, "_leg_is_better", False), never("referrals", leg_late_week=99)],
    "E3": [never("referrals", severe_days=FAR), never("referrals", sleep_lost_nights=99),
           never("referrals", severe_values=99)],
    "E4": [never("referrals", non_response_days=99), never("referrals", late_non_response_week=99)],
    "E5": [never("referrals", worse_days_between=0), never("referrals", worse_days_between=FAR)],
    "E6": [off(response, "_trained", True)],
    "E7": [unraised("RF06a")],
    "R1": [never("instruments", startback_medium=99), never("instruments", startback_psych_high=99)],
    "R2": [Removal("a low score ends a review", _low_risk_ends_reviews)],
    "BL": [never("posture", bending=replace(BENDING, tight_factor=1.0)),
           never("posture", bending=replace(BENDING, limit_degrees=90))],
    "LS1": [never("belt", offer_days=FAR), never("belt", offer_days=0)],
    "LS2": [never("belt", minutes_week_max=FAR)],
    "LS3": [never("belt", full_days=FAR), never("belt", wean_shares=())],
    "LS4": [instead(posture, "check_belt", lambda belt, problem: belt, "the weekly answer is not heard")],
    "LS5": [instead(posture, "check_belt", lambda belt, problem: belt, "a problem does not end it")],
    "LS6": [instead(patient.Patient, "pregnant", property(lambda self: False), "nobody is pregnant")],
    "LS7": [instead(Allowed, "fits", lambda self, name: True, "every exercise is open")],
    "BMI": [off(weight, "bmi", 30.0)],
    "WT1": [Removal("everyone consents", _consenting)],
    "WT2": [never("weight", held_pct=100)],
    "WT3": [never("weight", fast_pct=9, fast_kg=99.0), never("weight", fast_kg_weeks=9)],
    "WT4": [off(weight, "_excluded", False), never("weight", older_age=200), never("weight", postpartum_days=0)],
    "WT5": [off(weight, "unexplained_loss", False), off(weight, "unexplained_loss", True)],
    "WT6": [off(weight, "stands_still", False)],
    "I2": [off(Allowed, "block")],
    "I3": [off(draft.Draft, "_cap", 5), never("conditions", level_cap_acute=5),
           never("conditions", level_cap_irritable=5), never("conditions", level_cap_balance=5),
           never("conditions", level_cap_surgery=5)],
    "RMDQ": [never("instruments", rmdq_missing_max=24)],
    "ODI": [never("instruments", odi_missing_max=10)],
    "PHQ9": [never("instruments", phq9_harm_min=9)],
    "T02": [never("entry", leg_exit_days=0), never("entry", leg_exit_pain=-1), never("entry", leg_exit_rmdq_drop=0.0)],
    "I8": [Removal("every card counts as answered", _all_answered)],
    "I11": [off(selection, "_limit_s", FAR), off(selection, "_never_empty", [])],
    "I13": [Removal("a day's lines in reverse", _unsorted)],
    "I15": [off(overrides, "turn_day")],
    "I17": [never("conditions", age_min=0)],
}  # fmt: skip


def every() -> Iterator[tuple[str, Removal]]:
    """(rule, removal) for each rule, red flag, condition and programme."""
    for rule, removals in REMOVED.items():
        for removal in removals:
            yield rule, removal
    for flag in CONTENT.red_flags:
        yield flag, unraised(flag)
    for condition in CONDITIONS:
        yield condition, unnoticed(condition)
    for name in ENTERED:
        yield name, unfit(name)
    for name in exits.EXITS:
        yield name, stays(name)
    yield "T10", off(program, "leave_maintenance")
