"""Which rules, changes, locks, referrals and modes a simulation has seen at work; one that never was is a failure.

`EXPECTED` is the one place where all of them are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from programs.catalog import Catalog
from programs.plan import Decision, Item, Missing, Plan


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


EXPECTED: Mapping[str, tuple[str, ...]] = {
    "rule": _words(
        "P1 P2 P3 P4 P5 C1 C2 C3 C4 C5 C6 G1 G2 G3 G4 D1 D2 F1 F2 F3 M1 M2 M3 M4 M5 T1 T2 A1 A2 A3 A4 W1 W2 W3 W4 W5"
        " E1 E2 E3 E4 E5 E6 E7 R1 O MC WT1 WT2 WT3 WT4 WT5 WT6 LS1 LS2 LS3 LS5 LS6 I2 I3 I11"
    ),
    "change": _words("progress level_up maintain maintained regress level_down removed"),
    "zone": _words("green amber red"),
    "mode": _words("normal flare after_flare deload dormant"),
    "program": _words("T01 T02 T03 T04 T05 T06 T07 T08 T10 T11 T12 T13 T14"),
    "adds": _words("T09"),
    "level": _words("SOON unanswered NO_PLAN SOON_HOLD URGENT EMERGENCY"),
    "lock": _words(
        "RF01 RF02 RF03 RF04 RF05a RF05b RF06a RF06b RF07 RF08a RF08b RF09a RF09b RF10a RF10b RF11 RF12 RF13 RF14 RF15"
        " RF16 RF17 RF18 RF19 RF20 RF21 RF22 RF23 RF24 RF25 AGE BP SPLI RETURN CLINICIAN"
    ),
    "referral": (
        "PHYSIO_REVIEW C2", "PHYSIO_REVIEW F3", "CLINICIAN_SOON F3", "PHYSIO_REVIEW T01", "PHYSIO_REVIEW T2",
        "PHYSIO_REVIEW R1", "FIRST_CONTACT R1", "PHYSIO_CALL A3", "REFER_SPINE E2", "CLINICIAN_SOON E3",
        "PHYSIO_REVIEW E4", "CLINICIAN E4", "CLINICIAN_SOON E5", "PHYSIO_CALL E6",
    ),
    "response": _words("responder partial non worse"),
    "direction": _words("extension flexion none unknown"),
    "exception": _words("accepted OUT_OF_RANGE HARD_BLOCK NO_REASON TOO_LONG PROTECTED CONDITION NEEDS_NOTE"),
    "card": _words(
        "RED_FLAGS SAFETY_NET CRISIS FLARE BARRIER_QUESTION PRAISE PLATEAU LOSS_TOO_FAST WEIGHT_PLATEAU"
        " STRENGTH_PROTEIN"
    ),
    "pause": _words("off short walk"),
    "raise": _words("waiting"),
}  # fmt: skip
CAUSES = frozenset(EXPECTED["rule"])
CARD_RULES = {
    "PRAISE": "A1", "PLATEAU": "T1", "LOSS_TOO_FAST": "WT3", "WEIGHT_PLATEAU": "WT6", "STRENGTH_PROTEIN": "WT4",
}  # fmt: skip
BELT_RULES = {"offered": "LS1", "refused": "LS6", "worn": "LS2", "stopped": "LS5"}


def seen(
    plan: Plan, decisions: Iterable[Decision], shown: Iterable[str], catalog: Catalog
) -> Iterator[tuple[str, str]]:
    """What was at work on a day, as (kind, name); the same may come twice.

    `plan` is the day's last, `decisions` are all of the day, `shown` the exercises that were served.
    """
    yield "mode", plan.mode
    yield "level", plan.level
    yield "direction", plan.direction.value
    yield from (("lock", lock.flag) for lock in plan.locks)
    yield from (("referral", f"{referral.kind} {referral.rule}") for referral in plan.referrals)
    yield from (("exception", verdict.reason or "accepted") for verdict in plan.verdicts)
    yield from (("card", card) for card in plan.cards)
    yield from (("raise", "waiting") for _ in plan.waiting)
    for kind, name in (("program", plan.program), ("adds", plan.adds), ("response", plan.response.group)):
        if name is not None:
            yield kind, name
    pause = plan.pause(plan.day)
    if pause is not None:
        yield "pause", pause.wanted
    yield from (("rule", rule) for rule in _rules_of(plan, frozenset(shown), catalog))
    for decision in decisions:
        yield from _of(decision)


def _of(decision: Decision) -> Iterator[tuple[str, str]]:
    yield from (("rule", name) for name in (decision.rule, decision.cause) if name in CAUSES)
    if decision.exercise is not None:
        yield "change", decision.change
    if decision.zone is not None:
        yield "zone", decision.zone
        yield "rule", "P1"
        yield "rule", "P2"
    if decision.change in ("progress", "level_up"):
        yield "rule", "G1"
    if decision.change.startswith("referral."):
        yield "rule", decision.rule


def _rules_of(plan: Plan, shown: frozenset[str], catalog: Catalog) -> Iterator[str]:
    """Rules whose work shows in what a plan holds."""
    flags = {lock.flag for lock in plan.locks}
    last, belt = plan.training.last_session, plan.belt
    yield from (CARD_RULES[card] for card in plan.cards if card in CARD_RULES)
    if belt.status != "none":
        yield BELT_RULES[belt.status]
    holds = {
        "P5": "RED_FLAGS" in plan.cards and plan.mode != "flare" and bool(plan.pending),
        "C1": plan.leg.centralising,
        "M1": last is not None and not plan.training.gap and (plan.day - last).days in (2, 3, 4),
        "M2": plan.training.gap == "M2",
        "A2": plan.shrink == "A2",
        "A3": plan.shrink == "A3",
        "E7": bool(flags & {"RF06a", "RF06b"}),
        "MC": "RF06b" in flags and plan.motor is not None,
        "WT1": plan.adds is not None,
        "WT2": plan.weight.waiting is not None,
        "WT5": plan.weight.losing and "RF12" in flags,
        "LS3": belt.start is not None and (plan.day - belt.start).days >= catalog.constants.belt.full_days,
    }
    yield from (rule for rule, does in holds.items() if does)
    placed: tuple[Item | Missing, ...] = (*plan.items, *plan.missing)
    yield from {item.why.rule for item in placed} & CAUSES
    if shown and not shown & {item.exercise for item in plan.items}:
        yield "I11"
