"""Mistakes planted in the engine, one at a time: each must be caught by the invariant that forbids it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest import MonkeyPatch

from programs import adapt, allowed, routine, selection, timeline, weight
from programs.plan import Dose
from programs.rules import dose, gap, ladder, leg, overrides, pain, program, safety
from programs.rules.draft import Draft
from programs.simulate import life


@dataclass(frozen=True)
class Planted:
    """A mistake, the invariant that must catch it, and in whose lives within how many days."""

    name: str
    caught_by: str
    kinds: tuple[str, ...]
    days: int
    plant: Callable[[MonkeyPatch], None]

    def __str__(self) -> str:
        return self.name


def _later_no_unlocks(patch: MonkeyPatch) -> None:
    honest = safety.hear

    def hear(draft: Draft, event: Any) -> None:
        if event.kind == "checkin" and not event.body.answers:
            draft.locks = ()
        honest(draft, event)

    patch.setattr(safety, "hear", hear)


def _flag_unheard(patch: MonkeyPatch) -> None:
    patch.setattr(safety, "_motor", lambda draft, check: None)


def _hard_block_ignored(patch: MonkeyPatch) -> None:
    honest = allowed.Allowed._find_block

    def find(self: Any, exercise: Any) -> Any:
        block = honest(self, exercise)
        return None if block is not None and block.grade == "H" else block

    patch.setattr(allowed.Allowed, "_find_block", find)


def _cap_ignored(patch: MonkeyPatch) -> None:
    patch.setattr(Draft, "_cap", lambda self: 5)


def _weekly_caps_ignored(patch: MonkeyPatch) -> None:
    patch.setattr(dose, "_breaks_caps", lambda *_: False)


def _two_at_once(patch: MonkeyPatch) -> None:
    honest = ladder.up

    def up(exercise: str, now: Dose, may: Any) -> Dose | None:
        new = honest(exercise, now, may)
        return Dose(min(new.sets + 1, may.range(exercise)[2]), max(new.amount, now.amount)) if new else None

    patch.setattr(ladder, "up", up)


def _red_is_praised(patch: MonkeyPatch) -> None:
    honest = ladder.back
    patch.setattr(ladder, "back", lambda item, may, taken: _heavier(item, may) or honest(item, may, taken))


def _heavier(item: Any, may: Any) -> Any:
    more = ladder.up(item.exercise, item.dose, may)
    return replace(item, dose=more) if more and more.sets * more.amount > item.dose.sets * item.dose.amount else None


def _raises_in_any_mode(patch: MonkeyPatch) -> None:
    honest = dose.raise_or_hold

    def raise_or_hold(draft: Draft, item: Any, **values: Any) -> None:
        mode, draft.mode = draft.mode, "normal"
        honest(draft, item, **values)
        draft.mode = mode

    patch.setattr(dose, "raise_or_hold", raise_or_hold)


def _doubled_after_a_gap(patch: MonkeyPatch) -> None:
    honest = ladder.after_gap

    def after_gap(items: Sequence[Any], rule: str, may: Any) -> list[Any]:
        doubled = [replace(item, dose=Dose(item.dose.sets * 2, item.dose.amount)) for item in items]
        return honest(doubled, "M2", may) if rule else honest(items, rule, may)

    patch.setattr(ladder, "after_gap", after_gap)


def _open_without_the_card(patch: MonkeyPatch) -> None:
    honest = routine._status

    def status(plan: Any, *others: Any) -> Any:
        return honest(replace(plan, answered=True), *others)

    patch.setattr(routine, "_status", status)


def _direction_stays_open(patch: MonkeyPatch) -> None:
    patch.setattr(leg, "_close", lambda draft, by, names: None)


def _referral_lost(lost: str) -> Callable[[MonkeyPatch], None]:
    def plant(patch: MonkeyPatch) -> None:
        honest = Draft.refer

        def refer(self: Draft, kind: Any, rule: str, *others: Any, **values: Any) -> None:
            if rule != lost:
                honest(self, kind, rule, *others, **values)

        patch.setattr(Draft, "refer", refer)

    return plant


def _empty_routine(patch: MonkeyPatch) -> None:
    patch.setattr(selection, "_counted", lambda *_: [])
    patch.setattr(selection, "_never_empty", lambda *_: [])


def _sets_over_the_most(patch: MonkeyPatch) -> None:
    patch.setattr(ladder, "up", lambda exercise, now, may: Dose(now.sets + 1, now.amount))
    patch.setattr(dose, "_breaks_caps", lambda *_: False)


def _order_matters(patch: MonkeyPatch) -> None:
    patch.setattr(timeline, "sorted", lambda events, key: list(events), raising=False)


def _severe_pain_is_green(patch: MonkeyPatch) -> None:
    honest = pain.zone

    def zone(pre: int, peak: int, *others: Any) -> Any:
        return "green" if peak >= 8 else honest(pre, peak, *others)

    patch.setattr(pain, "zone", zone)
    patch.setattr(life, "TRIED_WORSE", 1.0)


def _exceptions_never_end(patch: MonkeyPatch) -> None:
    patch.setattr(overrides, "turn_day", lambda draft: None)


def _anything_is_accepted(patch: MonkeyPatch) -> None:
    patch.setattr(overrides, "_refusal", lambda draft, asked: None)


def _minors_served(patch: MonkeyPatch) -> None:
    patch.setattr(safety, "no_plan", lambda draft: None)


def _weight_loss_in_pregnancy(patch: MonkeyPatch) -> None:
    patch.setattr(weight, "_excluded", lambda plan, content: False)


def _rule_unnamed(patch: MonkeyPatch) -> None:
    honest = Draft.decide
    patch.setattr(Draft, "decide", lambda self, rule, *others, **values: honest(self, "", *others, **values))


def _late_report_raises(patch: MonkeyPatch) -> None:
    patch.setattr(adapt, "hold", lambda *_: None)


def _gap_forgotten(patch: MonkeyPatch) -> None:
    patch.setattr(gap, "days", lambda draft: 0)


def _block_all_at_once(patch: MonkeyPatch) -> None:
    honest = program._fill

    def fill(draft: Draft, held: Any, **values: Any) -> None:
        honest(draft, held, **{**values, "new_most": None})

    patch.setattr(program, "_fill", fill)


PLANTED: Sequence[Planted] = (
    Planted("a later no unlocks", "I1", ("cauda-equina", "flagged"), 20, _later_no_unlocks),
    Planted("a weak foot goes unheard", "I1", ("foot-drop",), 25, _flag_unheard),
    Planted("a hard block is ignored", "I2", ("after-discectomy", "pregnant"), 20, _hard_block_ignored),
    Planted("the level cap is ignored", "I3", ("supervised",), 40, _cap_ignored),
    Planted("weekly caps are ignored", "I4", ("chronic-responder", "back-to-lifting"), 60, _weekly_caps_ignored),
    Planted("two things rise at once", "I4", ("chronic-responder", "approved"), 40, _two_at_once),
    Planted("a block's exercises come all at once", "I4", ("chronic-responder", "slipped"), 45, _block_all_at_once),
    Planted("a red session is praised", "I5", ("sore-and-brave", "acute-slow"), 30, _red_is_praised),
    Planted("raises in any mode", "I6", ("chronic-responder", "flare-prone"), 60, _raises_in_any_mode),
    Planted("a gap is forgotten", "I6", ("comes-and-goes",), 60, _gap_forgotten),
    Planted("a session is doubled after a gap", "I7", ("comes-and-goes",), 40, _doubled_after_a_gap),
    Planted("exercises open without the card", "I8", ("chronic-wavering",), 60, _open_without_the_card),
    Planted("a harmful direction stays open", "I9", ("disc-peripheraliser",), 60, _direction_stays_open),
    Planted("leg pain unchanged at six weeks goes unseen", "I10", ("disc-unchanged",), 60, _referral_lost("E2")),
    Planted("a severe leg goes unseen", "I10", ("disc-irritable",), 30, _referral_lost("E3")),
    Planted("getting worse goes unseen", "I10", ("chronic-worse",), 80, _referral_lost("E5")),
    Planted("an empty routine", "I11", ("chronic-wavering",), 5, _empty_routine),
    Planted("sets over the most", "I12", ("chronic-responder",), 40, _sets_over_the_most),
    Planted("the order of the log matters", "I13", ("corrects", "contradicts"), 30, _order_matters),
    Planted("severe pain counts as green", "I14", ("flare-prone", "chronic-wavering"), 60, _severe_pain_is_green),
    Planted("exceptions never end", "I15", ("supervised",), 40, _exceptions_never_end),
    Planted("any exception is accepted", "I15", ("supervised",), 60, _anything_is_accepted),
    Planted("minors are served", "I17", ("minor",), 10, _minors_served),
    Planted("losing weight in pregnancy", "I18", ("pregnant",), 20, _weight_loss_in_pregnancy),
    Planted("a decision names no rule", "I19", ("chronic-responder",), 20, _rule_unnamed),
    Planted("a late report raises the load", "late", ("offline", "contradicts"), 90, _late_report_raises),
)


def lives_of(planted: Planted, each: int) -> Iterator[tuple[str, int]]:
    """Whose lives are tried, `each` of a kind."""
    return ((kind, number) for number in range(each) for kind in planted.kinds)
