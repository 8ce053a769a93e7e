"""Every rule is covered by a worked case: taking the rule out turns at least one of them red."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from programs import cases, catalog, outcomes, patient, posture, prescribe, selection, timeline, weight
from programs.allowed import Allowed
from programs.cases import Case
from programs.catalog import Catalog
from programs.rules import dose, draft, flare, ladder, leg, overrides, pain, program, response, safety, walking

CONTENT = catalog.load()
FAR = 10_000
Removal = Callable[[pytest.MonkeyPatch], Catalog | None]


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(cases.load(path) for path in sorted((catalog.PACKAGED / "cases").glob("*.yaml")))


def off(module: Any, name: str, value: Any = None) -> Removal:
    """The rule's function does nothing, or says `value`."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(module, name, lambda *args, **kwargs: value)

    return remove


def never(subject: str, **numbers: Any) -> Removal:
    """The rule's threshold cannot be reached."""

    def remove(_: pytest.MonkeyPatch) -> Catalog:
        constants = CONTENT.constants
        changed = replace(getattr(constants, subject), **numbers)
        return replace(CONTENT, constants=replace(constants, **{subject: changed}))

    return remove


def unraised(flag: str) -> Removal:
    """The red flag is not heard."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        raised = safety.raised

        def deaf(*args: Any, **kwargs: Any) -> Any:
            heard = raised(*args, **kwargs)
            return replace(heard, locks=tuple(lock for lock in heard.locks if lock.flag != flag))

        patch.setattr(safety, "raised", deaf)

    return remove


def unnoticed(condition: str) -> Removal:
    """Nobody ever has the condition."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        conditions = patient.Patient.conditions

        def blind(self: Any, *args: Any) -> frozenset[str]:
            return conditions(self, *args) - {condition}

        patch.setattr(patient.Patient, "conditions", blind)
        if condition == "IRR":
            patch.setattr(patient.Patient, "irritable", lambda self, content: False)

    return remove


def unfit(name: str) -> Removal:
    """The programme's entry never fits, and nobody follows it."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(prescribe.ENTRIES, name, lambda facts: (False, {}))  # type: ignore[arg-type]

    return remove


def stays(name: str) -> Removal:
    """The programme is never left."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.delitem(program.EXITS, name)

    return remove


def accepts(reason: str) -> Removal:
    """Overrides are not refused for this reason."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        refusal = overrides._refusal

        def lenient(*args: Any) -> str | None:
            found = refusal(*args)
            return None if found == reason else found

        patch.setattr(overrides, "_refusal", lenient)

    return remove


def _no_forced(rule: str) -> Removal:
    def remove(patch: pytest.MonkeyPatch) -> None:
        verdict = pain._verdict

        def unforced(*args: Any) -> Any:
            found = verdict(*args)
            return replace(found, forced=None) if found.forced == rule else found

        patch.setattr(pain, "_verdict", unforced)

    return remove


def _always_answered(patch: pytest.MonkeyPatch) -> None:
    checkin = safety._checkin
    patch.setattr(safety, "_checkin", lambda draft, card: checkin(draft, replace(card, answered=True)))


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


REMOVED: dict[str, list[Removal]] = {
    "P1": [off(pain, "zone", "green")],
    "P2": [off(pain, "night", "settled"), off(pain, "usual_pain", 3)],
    "P3": [_no_night_matters, off(pain, "_rest"), lambda patch: patch.setattr(pain, "BACK_AND_SKIP", "x")],
    "P4": [_no_forced("P4"), never("pain", calm_pre=11), never("pain", flare_pre=11)],
    "P5": [never("zone", abs_red_peak=11)],
    "C1": [never("leg", centralised_minutes=FAR)],
    "C2": [never("leg", peripheralised_minutes=FAR), off(leg, "_close"), _no_forced("C2"), never("leg", lock_days=6)],
    "C3": [never("leg", rise_minutes=FAR), never("leg", morning_rise=11), off(dose, "halve")],
    "C4": [off(leg, "test_direction")],
    "C5": [off(draft.Draft, "_opposite_closed", False), never("direction", opposite_free_days=FAR)],
    "C6": [_no_forced("C6"), off(safety, "_numbness")],
    "G1": [never("progress", rpe_max=10), never("progress", ok_streak=1), never("progress", adherence7_min=0.0)],
    "G2": [off(ladder, "up"), never("progress", ok_streak_level=2), never("progress", level_up_min_days=0),
           never("progress", hold_step_s=2), never("progress", min_step=5)],
    "G3": [off(dose, "_breaks_caps", False), never("caps", level_ups_per_week_plan=9)],
    "G4": [lambda patch: patch.setattr(Allowed, "harder", lambda self, name: self.catalog.exercises[name].harder)],
    "D1": [off(ladder, "down"), off(dose, "_leave")],
    "D2": [never("deload", every_weeks=99), never("deload", amber_run=99), never("deload", min_exercises=99),
           never("deload", min_exercises=1), never("deload", factor=1.0)],
    "F1": [never("flare", resid=11), never("flare", worst=11), off(flare, "start")],
    "F2": [off(flare, "_end"), never("flare", dose=1.0), never("flare", level_drop_from=6),
           never("flare", no_progress_days=0), never("flare", min_days=0)],
    "F3": [never("flare", max_days=FAR), never("flare", repeat_count=99), off(flare, "_review")],
    "M1": [never("gap", same_dose_max=0, repeat_max=1, minus1_max=2)],
    "M2": [never("gap", repeat_max=3, minus1_max=20), never("gap", same_dose_max=7)],
    "M3": [never("gap", repeat_max=14), never("gap", minus1_max=20)],
    "M4": [never("gap", minus1_max=20), never("gap", minus40_factor=1.0)],
    "M5": [off(safety, "start_return"), never("gap", restart_level_drop=0)],
    "T1": [never("plateau", days=FAR)],
    "T2": [never("plateau", second_days=FAR), never("plateau", adherence_min=0.0)],
    "A1": [never("adherence", high=2.0)],
    "A2": [never("adherence", ok=0.0), never("adherence", short_minutes=60), never("adherence", complete_session=0.0)],
    "A3": [never("adherence", low=0.0)],
    "A4": [never("adherence", dormant_days=FAR)],
    "W1": [off(walking, "_first_goal"), never("walking", valid_steps=0)],
    "W2": [off(walking, "_raise_goal"), never("caps", steps_floor=0), never("caps", steps_abs=FAR)],
    "W3": [off(walking, "_lower_goal"), never("walking", hold_met_days=7), never("walking", lower_factor=0.1)],
    "W4": [never("walking", ceiling=30_000), never("walking", older_ceiling=30_000)],
    "W5": [off(walking, "start_minutes"), off(walking, "_raise_minutes")],
    "E1": [off(outcomes, "response", "non"), never("response", pct=2.0), never("response", rmdq_abs=99, odi_abs=99)],
    "E2": [off(response, "_refer_leg"), off(response, "_leg_is_better", False), never("referrals", leg_late_week=99)],
    "E3": [never("referrals", severe_days=FAR), never("referrals", sleep_lost_nights=99)],
    "E4": [never("referrals", non_response_days=99), never("referrals", late_non_response_week=99)],
    "E5": [never("referrals", worse_days_between=0), never("referrals", worse_days_between=FAR)],
    "E6": [off(response, "_trained", True)],
    "E7": [unraised("RF06a")],
    "R1": [never("instruments", startback_medium=99), never("instruments", startback_psych_high=99)],
    "R2": [never("instruments", startback_medium=99)],
    "MC": [off(safety, "_motor"), off(safety, "_weaker", False), never("motor", raises_behind=0)],
    "O": [accepts(r) for r in (
        "OUT_OF_RANGE", "HARD_BLOCK", "NO_REASON", "TOO_LONG", "PROTECTED", "CONDITION", "NEEDS_NOTE")]
        + [off(draft.Draft, "override"), off(draft.Draft, "disabled", False), off(overrides, "set_direction")],
    "LS1": [never("belt", offer_days=FAR), never("belt", offer_days=0)],
    "LS2": [never("belt", minutes_week_max=FAR)],
    "LS3": [never("belt", full_days=FAR), never("belt", wean_shares=())],
    "LS5": [lambda patch: patch.setattr(posture, "check_belt", lambda belt, problem: belt)],
    "LS6": [lambda patch: patch.setattr(patient.Patient, "pregnant", property(lambda self: False))],
    "LS7": [lambda patch: patch.setattr(Allowed, "fits", lambda self, name: True)],
    "BL": [never("posture", bending=replace(CONTENT.constants.posture.bending, tight_factor=1.0)),
           never("posture", bending=replace(CONTENT.constants.posture.bending, limit_degrees=90))],
    "BMI": [off(weight, "bmi", 30.0)],
    "WT1": [_consenting],
    "WT2": [never("weight", held_pct=100)],
    "WT3": [never("weight", fast_pct=9, fast_kg=99.0), never("weight", fast_kg_weeks=9)],
    "WT4": [off(weight, "_excluded", False), never("weight", older_age=200)],
    "WT5": [off(weight, "unexplained_loss", False), off(weight, "unexplained_loss", True)],
    "WT6": [off(weight, "stands_still", False)],
    "I8": [_always_answered],
    "I11": [off(selection, "_limit_s", FAR), off(selection, "_never_empty", [])],
    "I15": [off(overrides, "turn_day")],
    "I17": [never("conditions", age_min=0)],
    "I13": [_unsorted],
}  # fmt: skip
FLAGS = [flag for flag in CONTENT.red_flags]
CONDITIONS = ("RAD", "IRR", "STEN", "SPLI", "OSTP", "PREG", "POST", "SURG", "ACU", "BAL", "HTN")
ENTERED = ("T14", "T03", "T02", "T04", "T13", "T12", "T01", "T11", "T05", "T07", "T06")
LEFT = ("T01", "T05")


def _reddened(rule: str, content: Catalog) -> str | None:
    """The first case that turns red; those that name the rule are tried first."""
    named = sorted(all_cases(), key=lambda case: rule not in case.rules)
    for case in named:
        try:
            if cases.run(case, content) is not None:
                return case.name
        except (ValueError, AttributeError, TypeError):
            return case.name
    return None


def _removals() -> Iterator[Any]:
    for rule, removals in REMOVED.items():
        for number, removal in enumerate(removals):
            yield pytest.param(rule, removal, id=f"{rule}-{number}")
    for flag in FLAGS:
        yield pytest.param(flag, unraised(flag), id=flag)
    for condition in CONDITIONS:
        yield pytest.param(condition, unnoticed(condition), id=condition)
    for name in ENTERED:
        yield pytest.param(name, unfit(name), id=f"enter-{name}")
    for name in LEFT:
        yield pytest.param(name, stays(name), id=f"leave-{name}")


@pytest.mark.parametrize(("rule", "removal"), list(_removals()))
def test_taking_the_rule_out_turns_a_case_red(rule: str, removal: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    content = removal(monkeypatch)
    assert _reddened(rule, content if isinstance(content, Catalog) else CONTENT) is not None


def test_nothing_is_red_while_all_rules_are_in() -> None:
    assert _reddened("", CONTENT) is None

