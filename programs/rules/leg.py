"""C: where leg symptoms go decides before how the back feels (centralisation: May & Aina 2012, Long 2004)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, cast

from programs import events as log
from programs.course import Direction
from programs.rules.draft import Draft

DIRECTIONS = {"ext": "extension", "flex": "flexion", "side": "side", "rot": "rotation"}
Bent = Literal["extension", "flexion"]
OPPOSITE: dict[Bent, Bent] = {"extension": "flexion", "flexion": "extension"}


@dataclass(frozen=True, slots=True)
class Course:
    """How the leg went in one session (C1, C2, C3). `unknown`: not told by someone who has leg symptoms."""

    centralised: bool
    peripheralised: bool
    rise: bool
    worse: bool
    unknown: bool


def course(draft: Draft, session: log.Session) -> Course:
    """Reads a session's leg values; a change counts only if it lasted."""
    numbers = draft.numbers.leg
    moved = _difference(session.loc_pre, session.loc_post)
    rose = _difference(session.leg_pre, session.leg_post)
    has_leg = bool(draft.leg.value or draft.leg.location or draft.conditions & {"RAD", "STEN"})
    return Course(
        centralised=moved < 0 and session.loc_minutes >= numbers.centralised_minutes,
        peripheralised=moved > 0 and session.loc_minutes >= numbers.peripheralised_minutes,
        rise=rose >= numbers.rise and session.leg_minutes >= numbers.rise_minutes,
        worse=moved > 0 or rose > 0,
        unknown=has_leg and (session.leg_pre is None or session.leg_post is None),
    )


def after_session(draft: Draft, session: log.Session, leg: Course, names: tuple[str, ...]) -> None:
    """C1, C2, C3 as soon as a session is told: note where symptoms are, close a direction, pause tensioners."""
    run = draft.leg.peripheral_run + 1 if leg.peripheralised else 0
    draft.leg = replace(draft.leg, centralising=leg.centralised, peripheral_run=run, rise=leg.rise)
    for location in (session.loc_pre, session.loc_post):
        locate(draft, location)
    if leg.worse and "RAD" in draft.conditions:
        draft.card("SAFETY_NET")
    if leg.peripheralised:
        _close(draft, session.by, names)
        draft.card("RED_FLAGS")
        if run >= draft.numbers.leg.review_sessions:
            draft.refer("PHYSIO_REVIEW", "C2", working_days=draft.numbers.leg.review_working_days)


def locate(draft: Draft, location: int | None) -> None:
    """Notes where leg symptoms are today."""
    if location is not None:
        below = location >= draft.numbers.direction.leg_location_min
        if below or location != draft.leg.location:
            draft.leg = replace(draft.leg, location=location, below_day=draft.day if below else draft.leg.below_day)


def value(draft: Draft, pain: int | None) -> None:
    """Notes leg pain, and since when all of it has been severe (E3)."""
    if pain is None:
        return
    state = draft.leg
    if pain >= draft.numbers.referrals.severe_leg:
        draft.leg = replace(
            state, value=pain, high_since=state.high_since or draft.day, high_count=state.high_count + 1
        )
    elif state.high_since or pain != state.value:
        draft.leg = replace(state, value=pain, high_since=None, high_count=0)


def end_day(draft: Draft) -> None:
    """Since when leg symptoms have been low enough to leave the disc programme."""
    numbers, state = draft.numbers.entry, draft.leg
    low = state.value <= numbers.leg_exit_pain and state.location <= numbers.leg_exit_location
    since = (state.low_since or draft.day) if low else None
    if since != state.low_since:
        draft.leg = replace(state, low_since=since)


def free_directions(draft: Draft) -> None:
    """Opens directions whose days are over (C2)."""
    if draft.direction.locks:
        locks = {name: free for name, free in draft.direction.locks.items() if draft.day < free}
        if locks != draft.direction.locks:
            draft.direction = replace(draft.direction, locks=locks)


def test_direction(draft: Draft, test: log.DirectionTest) -> None:
    """C4: a direction that eases and keeps easing is preferred for now; else the opposite is next, or none fits."""
    numbers = draft.numbers.direction
    moved = test.loc_after - test.loc_before
    change = test.pain_after - test.pain_before
    held = test.held_minutes >= numbers.test_held_minutes
    worse = held and (moved > 0 or change >= numbers.test_pain_change)
    good = held and not worse and (moved < 0 or change <= -numbers.test_pain_change)
    locate(draft, test.loc_before)
    locate(draft, test.loc_after)
    known = draft.direction
    if good:
        new = replace(known, value=test.direction, tested=frozenset(), test_next="none", set_on=draft.day)
    elif (opposite := OPPOSITE[test.direction]) in known.tested:
        new = replace(known, value="none", tested=frozenset(), test_next="none", set_on=draft.day)
    else:
        tested = known.tested | {test.direction}
        new = replace(known, value="unknown", tested=tested, test_next=opposite, set_on=None)
    turn(draft, new, "C4", worse=worse)


def turn(draft: Draft, new: Direction, rule: str, *, worse: bool = False) -> None:
    """Sets the direction of preference, with its decision."""
    before, draft.direction = draft.direction.value, new
    draft.turned(rule, f"direction.{new.value}", before, new.value, worse=worse)


def calms(draft: Draft) -> bool:
    """T03's exit: five mornings on consecutive days with leg pain of 5 or less and at most one night lost."""
    numbers = draft.numbers.conditions
    last = draft.mornings.recent[-numbers.irritable_end_mornings :]
    if len(last) < numbers.irritable_end_mornings or last[-1].day != draft.day:
        return False
    if (last[-1].day - last[0].day).days != numbers.irritable_end_mornings - 1:
        return False
    quiet = all(note.leg is not None and note.leg <= numbers.irritable_end_leg for note in last)
    return quiet and sum(note.sleep_lost for note in last) <= numbers.irritable_end_nights


def _close(draft: Draft, by: str | None, names: tuple[str, ...]) -> None:
    library = draft.catalog.exercises
    blamed = (by,) if by in library else names  # nothing named: every direction of the session
    found = {DIRECTIONS[library[str(name)].direction] for name in blamed if library[str(name)].direction in DIRECTIONS}
    free = draft.day + timedelta(days=1 + draft.numbers.leg.lock_days)
    locks = {**draft.direction.locks, **dict.fromkeys(sorted(found), free)}
    draft.overrides = tuple(row for row in draft.overrides if row.field != "direction")
    new = replace(draft.direction, value="unknown", locks=locks, lost_on=draft.day, set_on=None)
    turn(draft, new, "C2", worse=True)


def _difference(before: int | None, after: int | None) -> int:
    return 0 if before is None or after is None else after - before


def as_direction(word: object) -> Literal["extension", "flexion", "none", "unknown"]:
    """A clinician's word for a direction."""
    return cast(Literal["extension", "flexion", "none", "unknown"], word)
