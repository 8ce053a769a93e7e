"""The safety invariants: what must hold for everyone on every day, written apart from the engine.

They import values only (plan, course, events, catalog, canonical and what those hold), read the log a second time in
their own way, and so cannot share a mistake with the rules. I16 (reminders), I20 (crashes) and who may see whom (of
I19) are promises of the service and tested there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from programs.catalog import Catalog
from programs.invariants import care, doses, serving, trouble
from programs.invariants.care import same_plan
from programs.invariants.known import Known
from programs.invariants.look import Breach, Look, Served
from programs.invariants.moment import Moment
from programs.invariants.trouble import never_heavier

__all__ = ["CHECKS", "Breach", "Look", "Served", "Watch", "never_heavier", "same_plan"]

CHECKS: Sequence[tuple[str, Callable[[Moment], Iterator[str]]]] = (
    ("I1", serving.nothing_behind_a_lock),
    ("I1", serving.what_was_answered_locks),
    ("I1", serving.locks_stay),
    ("I2", serving.nothing_barred),
    ("I3", serving.nothing_above_the_cap),
    ("I4", doses.one_step_at_a_time),
    ("I4", doses.few_level_ups),
    ("I4", doses.weekly_sets_and_minutes),
    ("I4", doses.few_new_exercises),
    ("I4", doses.steps_rise_slowly),
    ("I5", trouble.lighter_after_trouble),
    ("I6", doses.no_raise_in_bad_times),
    ("I7", doses.missed_sessions_add_nothing),
    ("I8", serving.nothing_before_the_card),
    ("I9", serving.no_direction_that_moved_symptoms_down),
    ("I10", care.severe_legs_are_seen),
    ("I10", care.legs_unchanged_are_seen),
    ("I10", care.worsening_is_seen),
    ("I11", serving.neither_empty_nor_too_long),
    ("I12", serving.only_possible_doses),
    ("I15", care.exceptions_end),
    ("I17", serving.only_the_allow_list_after_surgery),
    ("I18", care.weight_only_when_welcome),
    ("I19", care.decisions_have_reasons),
    ("late", trouble.late_reports_take_nothing_back),
)


class Watch:
    """Looks at one person's days one after the other, and says what does not hold."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog, self._known = catalog, Known(catalog)
        self._before: Look | None = None

    def see(self, look: Look) -> list[Breach]:
        """Judges a look against all looks before it. Looks come in the order of time."""
        self._known.hear(look)
        moment = Moment(look, self._before, self._known, self._catalog)
        found = [Breach(name, look.day, what) for name, check in CHECKS for what in check(moment)]
        self._known.remember(look)
        self._before = look
        return found
