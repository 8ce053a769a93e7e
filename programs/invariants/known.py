"""What is known of one person at a moment: the story their log tells, and what was seen of the service so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from programs.catalog import Catalog
from programs.events import Correction, Event, Override, Session
from programs.invariants.look import OPENED, SHUT, Look, seconds
from programs.invariants.story import Story

CORRECTED_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Week:
    """What an ordinary day's routine asks for: sessions a week, sets and seconds of a session by item of the plan."""

    program: str | None
    sessions: int
    sets: Mapping[tuple[str, str], int]
    seconds: Mapping[tuple[str, str], int]


class Known:
    """The story so far, told again from the start when something late comes in; and what was seen of the service."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.story = catalog, Story(catalog)
        self.referred: set[tuple[str, str]] = set()  # kind and rule of every referral ever seen
        self.shut_on: dict[date, bool] = {}  # whether nothing could be had, as last seen on that day
        self.accepted: set[tuple[date, str, str]] = set()  # overrides
        self.late_day: date | None = None  # when something late was last told
        self.modes: dict[date, str] = {}
        self.level_ups: dict[date, int] = {}
        self.weeks: dict[date, Week] = {}
        self._events: dict[str, Event] = {}
        self._replaced: dict[str, object] = {}
        self._newest: tuple[object, ...] = ()

    def hear(self, look: Look) -> None:
        """Takes in what a look brings, before it is judged."""
        new = [event for event in look.told if event.id not in self._events]
        self._events.update((event.id, event) for event in new)
        for verdict in look.plan.verdicts:
            if verdict.accepted:
                self.accepted.add((look.day, verdict.field, str(verdict.value)))
        if look.late:
            self.late_day = look.day
        new.sort(key=_place)
        corrected = any(isinstance(event.body, Correction) for event in new)
        if corrected:
            self._replaced = _corrections(self._events)
        if new and (corrected or _place(new[0]) < self._newest):
            self.story = Story(self.catalog)
            new = sorted(self._events.values(), key=_place)
        for event in new:
            if isinstance(event.body, Correction):
                continue
            if event.id in self._replaced:
                self.story.take(event, event.body, only_safety=True)
            self.story.take(event, self._replaced.get(event.id, event.body))
        if new:
            self._newest = max(self._newest, _place(new[-1]))

    def remember(self, look: Look) -> None:
        """Keeps what a look has shown, after it was judged."""
        self.referred.update((referral.kind, referral.rule) for referral in look.plan.referrals)
        self.shut_on[look.day] = look.status in SHUT
        self.modes[look.day] = look.plan.mode
        self.level_ups[look.day] = sum(decision.change == "level_up" for decision in look.decisions)
        asked = self.week(look)
        if asked is not None:
            self.weeks[look.day] = asked

    def week(self, look: Look) -> Week | None:
        """What a day's routine says about the week; None on a day that something special makes smaller."""
        plan = look.plan
        young = plan.new_until is not None and look.day < plan.new_until
        odd = plan.mode != "normal" or plan.calm_day == look.day or plan.locks or plan.shrink or plan.direction.locks
        resting = any(i.skipped or i.out_until or (i.free_on and look.day < i.free_on) for i in plan.items)
        if look.status not in OPENED or young or odd or resting or plan.pause(look.day) or plan.leg.rise:
            return None
        sets: Counter[tuple[str, str]] = Counter()
        takes: Counter[tuple[str, str]] = Counter()
        keys = {item.exercise: item.key for item in plan.items}
        for step in look.full:
            key = keys.get(step.exercise, ("served", step.exercise))
            sets[key] += step.sets
            takes[key] += seconds(step, self.catalog)
        return Week(plan.program, self.sessions_week(look, look.day), sets, takes)

    def sessions_week(self, look: Look, day: date) -> int:
        """How many sessions a week are planned: a clinician's number, else the programme's."""
        program = self.catalog.programs.get(look.plan.program or "")
        given = [int(row.value) for row in self.live("sessions_week", day)]
        return min(given, default=program.sessions_week if program else 1)

    def counted(self, day: date) -> list[Session]:
        """The sessions of a day that count: the card was answered, and nothing was closed."""
        story = self.story
        if not story.answered.get(day) or day in story.closed_on or self.shut_on.get(day, True):
            return []
        return story.sessions.get(day, [])

    def live(self, field_name: str, day: date) -> list[Override]:
        """The accepted exceptions on a field that hold on a day."""
        return [
            row.override
            for row in self.story.rows
            if row.override.field == field_name
            and row.live(day)
            and (row.day, field_name, str(row.override.value)) in self.accepted
        ]


def _place(event: Event) -> tuple[object, ...]:
    return event.day, event.at, event.id


def _corrections(events: Mapping[str, Event]) -> dict[str, object]:
    """Entry -> the body that counts instead: the latest that came in time, of the same kind and day."""
    found: dict[str, object] = {}
    for event in sorted((e for e in events.values() if isinstance(e.body, Correction)), key=lambda e: (e.at, e.id)):
        assert isinstance(event.body, Correction)
        target = events.get(event.body.replaces)
        if target is None or type(target.body) is not type(event.body.body) or target.day != event.day:
            continue
        if event.at - target.at <= CORRECTED_WITHIN:
            found[target.id] = event.body.body
    return found
