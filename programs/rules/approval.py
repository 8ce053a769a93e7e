"""O, approve each change: a clinician's answer to what waits. A no is remembered, so it is not asked again at once.

Nothing is made more on a day on which the rules would not do it either: in a flare, behind a flag, right after trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from programs import events as log
from programs.course import Verdict
from programs.plan import Dose, Waiting
from programs.rules import dose, program
from programs.rules.draft import Draft

NOT_NOW, OUT_OF_RANGE, NOT_WAITING = "NOT_NOW", "OUT_OF_RANGE", "NOT_WAITING"
APPROVAL = "approval"  # the field of the verdict


def is_asked(draft: Draft, told: log.Approval) -> bool:
    return any(each.exercise == told.exercise for each in draft.waiting)


def hear(draft: Draft, told: log.Approval) -> None:
    """Takes the change or refuses it; the verdict says if the rules did not let it happen."""
    waiting = next((each for each in draft.waiting if each.exercise == told.exercise), None)
    if waiting is None:
        _verdict(draft, told, NOT_WAITING)
        return
    if not told.approved:
        draft.waiting = tuple(each for each in draft.waiting if each is not waiting)
        draft.note_end(f"refused:{waiting.kind}:{waiting.becomes}")
        inputs = {"kind": waiting.kind, "becomes": waiting.becomes, "reason": told.reason}
        draft.decide("O", "approval.refused", inputs=inputs)
        _verdict(draft, told, None)
        return
    if told.dose is not None and not _is_smaller(draft, waiting, told.dose):
        _verdict(draft, told, OUT_OF_RANGE)
        return
    draft.waiting = tuple(each for each in draft.waiting if each is not waiting)
    calm = draft.mode == "normal" and not draft.locks
    done = calm and _TAKEN[waiting.kind](draft, waiting, told.dose)
    _verdict(draft, told, None if done else NOT_NOW)


def _is_smaller(draft: Draft, waiting: Waiting, asked: Dose) -> bool:
    """Whether a clinician's own dose lies in the exercise's range and loads no more than what waits."""
    if waiting.dose is None:
        return False
    low, high, sets_max = draft.allowed.range(waiting.becomes)
    inside = low <= asked.amount <= high and 1 <= asked.sets <= sets_max
    return inside and asked.sets * asked.amount <= waiting.dose.sets * waiting.dose.amount


def _verdict(draft: Draft, told: log.Approval, reason: str | None) -> None:
    draft.verdicts = (*draft.verdicts, Verdict(APPROVAL, told.exercise, reason is None, reason))


def _exercise(draft: Draft, waiting: Waiting, _: Dose | None) -> bool:
    if not draft.quiet or waiting.exercise not in draft.slots:
        return False
    program.turn_block(draft, draft.block_week, frozenset({waiting.exercise}))
    return any(item.slot == waiting.exercise for item in draft.items)


def _block(draft: Draft, waiting: Waiting, _: Dose | None) -> bool:
    if not draft.quiet or draft.program != waiting.exercise:
        return False
    program.turn_block(draft, draft.week())
    return True


def _program(draft: Draft, waiting: Waiting, _: Dose | None) -> bool:
    return draft.quiet and program.enter(draft, waiting.becomes, waiting.rule, waiting.week)


def _steps(draft: Draft, waiting: Waiting, _: Dose | None) -> bool:
    before, goal = draft.walking.goal, int(waiting.becomes)
    if before is None or goal <= before:
        return False
    draft.walking = replace(draft.walking, goal=goal)
    draft.turned("W2", "steps.raised", before, goal)
    return True


def _walk(draft: Draft, waiting: Waiting, _: Dose | None) -> bool:
    before, longer = draft.walking.minutes, int(waiting.becomes)
    if before is None or longer <= before:
        return False
    draft.walking = replace(draft.walking, minutes=longer)
    draft.turned("W5", "walk.raised", before, longer)
    return True


_TAKEN: Mapping[str, Callable[[Draft, Waiting, Dose | None], bool]] = {
    "raise": dose.approve, "level_up": dose.approve, "exercise": _exercise, "block": _block, "program": _program,
    "steps": _steps, "walk": _walk,
}  # fmt: skip
