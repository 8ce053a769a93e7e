"""A plan while a fold works on it: the plan's fields, open to change, with what the rules need at hand.

A fold thaws one plan, lets every rule write to the draft, and freezes it once at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from programs import course
from programs.allowed import Allowed, Person
from programs.catalog import Catalog, OwnProgram
from programs.entries import Variant
from programs.patient import Patient
from programs.plan import (
    Decision,
    EntryReason,
    Item,
    Measure,
    Missing,
    Mode,
    Plan,
    Referral,
    ReferralKind,
    Scalar,
    Waiting,
    Why,
    harder_lock,
    level,
    pause,
)
from programs.rules import ladder
from programs.triage import OPEN, Level, Lock

CAPS = {
    "ACU": "level_cap_acute", "IRR": "level_cap_irritable", "BAL": "level_cap_balance", "SURG": "level_cap_surgery",
}  # fmt: skip
WEEKEND = 5  # date.weekday() of Saturday
ENDS_KEPT = timedelta(days=60)


class Draft:
    """Fields as in Plan. `items` are the doses the person has earned; `shown` what a gap or a lighter week leaves."""

    day: date
    began: date
    intake: str
    patient: Patient
    irritable: bool
    conditions: frozenset[str]
    program: str | None
    program_day: date
    assigned: bool
    own_items: bool
    block_week: int
    adds: str | None
    previous_program: str | None
    reasons: tuple[EntryReason, ...]
    slots: tuple[str, ...]
    missing: tuple[Missing, ...]
    new_until: date | None
    leg: course.LegState
    mode: Mode
    mode_rule: str | None
    mode_day: date | None
    flares: tuple[date, ...]
    calm_day: date | None
    training: course.Training
    pending: tuple[course.Pending, ...]
    mornings: course.Mornings
    locks: tuple[Lock, ...]
    answered: bool
    unsure: Mapping[str, date]
    asked: Mapping[str, date]
    returning: course.Return | None
    motor: course.Motor | None
    direction: course.Direction
    walking: course.Walking
    weight: course.WeightState
    belt: course.BeltState
    scores: Mapping[str, course.Score]
    baselines: Mapping[str, float]
    latest: Mapping[str, float]
    response: course.Response
    referrals: tuple[Referral, ...]
    overrides: tuple[course.OverrideRow, ...]
    verdicts: tuple[course.Verdict, ...]
    waiting: tuple[Waiting, ...]
    cards: tuple[str, ...]
    pauses: tuple[course.Pause, ...]
    ended: Mapping[str, date]
    pinned: course.Pinned | None
    shrink: Literal["", "A2", "A3"]
    only_today: Mapping[Variant, frozenset[str]]
    measures: tuple[Measure, ...]
    care: Literal["active", "self_care", "closed"]
    own: OwnProgram | None

    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        catalog = catalog.with_own(plan.own)
        self.__dict__.update(plan.__dict__)
        del self.__dict__["kept"]
        items = plan.items if plan.kept is None else plan.kept
        self.items: tuple[Item, ...] = tuple(item for item in items if item.exercise in catalog.exercises)
        self.slots = tuple(slot for slot in plan.slots if slot in catalog.exercises)
        self.catalog, self.numbers = catalog, catalog.constants
        self.decisions: list[Decision] = []
        self.inputs: Mapping[str, Scalar] = {}  # what is being judged: goes into every exercise's decision
        self.judged: set[str] = set()  # exercises whose good session was counted today
        self.instruments_today = False
        self.came_in = 0  # new exercises of today
        self.sore = False  # today, by its morning or yesterday's session; not yet for what a clinician sets
        # As of the evening before, as in a fold that comes from there: what the date alone changes is met in both.
        self.allowed = Allowed(self.person(self.day - timedelta(days=1)), catalog)
        self._seen: tuple[object, ...] = ()
        self._person_seen: tuple[object, ...] = ()
        self.load_seen: tuple[object, ...] = ()
        self._shown: tuple[Item, ...] = ()

    def freeze(self) -> Plan:
        """The plan as it stands."""
        fields = {name: value for name, value in self.__dict__.items() if name in Plan.__dataclass_fields__}
        shown = self.shown
        return Plan(**{**fields, "items": shown, "kept": None if shown == self.items else self.items})

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items as served: after a gap and in a lighter week less than was earned."""
        seen = (self.items, self.training.gap, self.mode == "deload", self.allowed)
        if any(one is not other for one, other in zip(seen, self._seen, strict=False)) or not self._seen:
            self._seen, self._shown = seen, self._lighter()
        return self._shown

    def _lighter(self) -> tuple[Item, ...]:
        gap = self.training.gap if self.training.gap in ("M2", "M3", "M4") else ""
        if self.mode != "deload":
            return tuple(ladder.after_gap(self.items, gap, self.allowed)) if gap else self.items
        steps = [self.items, *(ladder.gap_steps(self.items, gap, self.allowed) if gap else ())]
        lighter = [ladder.lighter_week(items, self.numbers.deload.factor) for items in steps]
        return tuple(ladder.lightest(lighter, self.catalog))

    @property
    def level(self) -> Level:
        return level(self.locks, self.answered)

    @property
    def closed(self) -> bool:
        """Whether a lock keeps everything from being served (an unanswered card aside)."""
        return any(lock.level not in OPEN for lock in self.locks)

    @property
    def locked_by_flag(self) -> bool:
        """Whether a red flag or a fact closes the plan, not only questions after a long gap."""
        return any(lock.level not in OPEN and lock.flag != "RETURN" for lock in self.locks)

    @property
    def quiet(self) -> bool:
        """Whether the plan may grow by the calendar: not in a flare or a long gap, nor right after trouble (I5)."""
        red = any(pending.zone == "red" for pending in self.pending)
        last = self.training.last_session  # asked before today's gap is taken in as well
        free = (self.day - last).days - 1 if last else 0
        long = self.training.gap in ("M3", "M4") or free > self.numbers.gap.repeat_max
        away = long and self.mode != "dormant"
        return not (self.sore or red or away or self.leg.peripheral_run or self.mode == "flare")

    def pause(self, day: date) -> course.Pause | None:
        return pause(self.pauses, day) if self.pauses else None

    def person_changed(self) -> bool:
        """Whether anything that decides about conditions and slots has changed since it was last asked."""
        now = (
            self.day, self.patient, self.irritable, self.direction, self.leg, self.overrides, self.program,
            self.block_week, self.weight, self.own_items, self.measures,
        )  # fmt: skip
        before, self._person_seen = self._person_seen, now
        return before != now

    def take_own(self, own: OwnProgram) -> None:
        """Knows a clinic's own programme from here on, in the version given."""
        self.own = own
        self.catalog = self.catalog.with_own(own)
        self.allowed = Allowed(self.allowed.person, self.catalog)

    def refresh_allowed(self) -> bool:
        """Looks again at what decides about exercises; whether it has changed."""
        person = self.person()
        if person == self.allowed.person:
            return False
        self.allowed = Allowed(person, self.catalog)
        return True

    def person(self, day: date | None = None) -> Person:
        """What decides about exercises, as of now or by the date of another day."""
        surgery = self.patient.surgery
        return Person(
            conditions=self.conditions,
            cleared=bool(surgery and surgery.cleared),
            direction=self.direction.value,
            opposite_closed=self._opposite_closed(day or self.day),
            equipment=frozenset(self.patient.equipment),
            cap=self._cap(),
            included=frozenset(str(row.value) for row in self.overrides if row.field == "include"),
            avoids=frozenset(self.patient.avoids),
            swapped=self.patient.swapped,
            withheld=self._withheld(),
        )

    def _withheld(self) -> frozenset[str]:
        recalled = {str(measure.exercise) for measure in self.measures if measure.kind == "recall"}
        return frozenset(recalled | {str(row.value) for row in self.overrides if row.field == "exclude"})

    def _opposite_closed(self, day: date) -> bool:
        if self.direction.value not in ("extension", "flexion"):
            return False
        numbers = self.catalog.constants.direction
        last = max(self.leg.below_day or date.min, self.direction.set_on or self.began)
        below = self.leg.location >= numbers.leg_location_min
        return below or (day - last).days < numbers.opposite_free_days

    def _cap(self) -> int:
        program = self.catalog.programs.get(self.program or "")
        numbers = self.catalog.constants.conditions
        caps = [program.level_cap if program else 1]
        caps += [getattr(numbers, CAPS[condition]) for condition in self.conditions if condition in CAPS]
        caps += [int(row.value) for row in self.overrides if row.field == "level_cap"]
        return min(caps)

    def override(self, field: str) -> int | None:
        """The most careful live value of a numeric override; None without one."""
        values = [int(row.value) for row in self.overrides if row.field == field]
        return min(values) if values else None

    @property
    def growth(self) -> Literal["on", "approve", "off"]:
        """Whether what makes the plan more may happen by itself, waits for a clinician, or not at all."""
        values = {row.value for row in self.overrides if row.field == "progression"}
        if "off" in values or any(measure.kind == "freeze" for measure in self.measures):
            return "off"
        return "approve" if "approve" in values else "on"

    def offer(self, new: Waiting) -> None:
        """Puts a change before the clinician, where each has to be approved; not twice, nor soon after a no."""
        asked = any((known.kind, known.becomes) == (new.kind, new.becomes) for known in self.waiting)
        if self.growth != "approve" or asked or f"refused:{new.kind}:{new.becomes}" in self.ended:
            return
        same = (new.exercise, new.kind)
        self.waiting = (*(known for known in self.waiting if (known.exercise, known.kind) != same), new)
        self.decide("O", "approval.waiting", inputs={"kind": new.kind, "becomes": new.becomes})

    def disabled(self, rule: str) -> bool:
        return any(row.field == "disable_rule" and row.value == rule for row in self.overrides)

    def sessions_week(self) -> int:
        """Planned sessions a week: the programme's, or a clinician's."""
        program = self.catalog.programs.get(self.program or "")
        return self.override("sessions_week") or (program.sessions_week if program else 1)

    def week(self) -> int:
        """The week of the programme, from 1."""
        return (self.day - self.program_day).days // 7 + 1

    def set_item(self, exercise: str, new: Item | None) -> None:
        """Puts another item in an exercise's place; None takes it out."""
        swapped = (new if item.exercise == exercise else item for item in self.items)
        self.items = tuple(item for item in swapped if item is not None)

    def hold_to(self, most: int, *, whole: bool = True) -> None:
        """Makes the items load no more than `most`; what has to wait for that is missing until later (G3)."""
        begun, self.items = self.items, tuple(ladder.within(self.items, most, self.allowed, whole=whole))
        slots, waits = {item.slot for item in self.items}, Why("dropped", "G3", because="new_exercises")
        self.missing += tuple(Missing(item.slot, waits) for item in begun if item.slot and item.slot not in slots)

    def change(self, **values: Any) -> None:
        """Sets values of the training record."""
        self.training = replace(self.training, **values)

    def decide(
        self,
        rule: str,
        change: str,
        item: Item | None = None,
        after: Item | None = None,
        *,
        zone: course.Zone | None = None,
        streak: int | None = None,
        cause: str | None = None,
        inputs: Mapping[str, Scalar] | None = None,
    ) -> None:
        """Notes a decision: an exercise's when `item` is given (as it becomes `after`), else the whole plan's.

        A raise of that exercise which waits for approval is dropped by it.
        """
        if item is not None and self.waiting:
            self.waiting = tuple(raised for raised in self.waiting if raised.exercise != item.exercise)
        end = after or item
        self.decisions.append(
            Decision(
                day=self.day,
                rule=rule,
                change=change,
                exercise=item.exercise if item else None,
                before=item.dose if item else None,
                after=end.dose if end else None,
                becomes=end.exercise if item and end and end.exercise != item.exercise else None,
                inputs={**(self.inputs if item else {}), **(inputs or {})},
                zone=zone,
                streak=streak,
                cause=cause,
            )
        )

    def turned(self, rule: str, change: str, before: Scalar, after: Scalar, **inputs: Scalar) -> None:
        """Notes that something of the whole plan has changed."""
        self.decide(rule, change, inputs={"before": before, "after": after, **inputs})

    def set_mode(self, mode: Mode, rule: str | None, **inputs: Scalar) -> None:
        """Turns the plan to another mode from today on."""
        self.turned(rule or self.mode_rule or "F2", f"mode.{mode}", self.mode, mode, **inputs)
        self.mode, self.mode_rule, self.mode_day = mode, rule, self.day

    def card(self, name: str) -> None:
        if name not in self.cards:
            self.cards = (*self.cards, name)

    def lock(self, new: Lock) -> None:
        """Adds a lock, or hardens the one of its flag; nothing is lowered."""
        standing = next((lock for lock in self.locks if lock.flag == new.flag), None)
        if standing is None or harder_lock(standing, new) is new:
            self.locks = (*(lock for lock in self.locks if lock.flag != new.flag), new)

    def unlock(self, flag: str) -> None:
        self.locks = tuple(lock for lock in self.locks if lock.flag != flag)

    def note_end(self, name: str) -> None:
        """Remembers that a human has ended something, so that nobody brings it back by mistake."""
        first = self.day - ENDS_KEPT
        self.ended = {**{key: day for key, day in self.ended.items() if day >= first}, name: self.day}

    def refer(self, kind: ReferralKind, rule: str, days: int | None = None, *, working_days: int | None = None) -> None:
        """Raises a referral with its clock, unless this rule's is open already."""
        if any(open_.kind == kind and open_.rule == rule for open_ in self.referrals):
            return
        due = self.day + timedelta(days=days or 0)
        for _ in range(working_days or 0):
            due += timedelta(days=1)
            while due.weekday() >= WEEKEND:
                due += timedelta(days=1)
        self.referrals = (*self.referrals, Referral(kind, rule, self.day, due, working_days))
        self.decide(rule, f"referral.{kind}", inputs={"due": due.isoformat()})
