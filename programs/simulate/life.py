"""One simulated life: told day by day, folded and served as the service does it, watched by the invariants."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from programs import adapt, canonical, routine
from programs import events as log
from programs.adapt import Folded
from programs.catalog import Catalog
from programs.events import BODIES, Event
from programs.invariants import Breach, Look, Served, Watch, never_heavier, same_plan
from programs.invariants.look import served_load
from programs.plan import Plan
from programs.routine import Routine
from programs.simulate import clinic, diary, people, phone
from programs.simulate.body import Body
from programs.simulate.diary import Person, Today, Told
from programs.simulate.fired import seen
from programs.simulate.people import Archetype
from programs.simulate.worse import worsened

FIRST_DAY = date(2026, 3, 2)
KINDS = {body: kind for kind, body in BODIES.items()}
DAY = timedelta(days=1)
OPENINGS_KEPT = 14 * DAY  # a report later than that is folded from the beginning
TRIED_WORSE = 0.06  # chance of a day
REPLAYED = 8  # one life of so many is folded again as a whole
UPGRADES = (50, 120)  # days of a person whose service is upgraded
LOOKED_AT_TWICE = (log.Checkin, log.Motor, log.Questionnaire, log.Flare, log.Locked, log.Release, log.Override)


@dataclass
class Lived:
    """What is left of a life: how much was told, what broke, what was at work, and when help was called."""

    kind: str
    number: int
    start: date
    days: int = 0
    entries: int = 0
    breaches: list[Breach] = field(default_factory=list)
    fired: Counter[tuple[str, str]] = field(default_factory=Counter)
    loads: list[int] = field(default_factory=list)  # served each day
    called: dict[str, int] = field(default_factory=dict)  # referral or lock level -> first day number
    digest: str = ""  # of the last plan


class Life:
    """One person and the service that looks after them. The same seed, kind and number live the same life."""

    def __init__(self, kind: Archetype, number: int, seed: int, catalog: Catalog) -> None:
        self.random = Random(f"{seed} {kind.name} {number}")
        self.start = FIRST_DAY + DAY * self.random.randrange(364)
        self.catalog, self.lived, self.watch = catalog, Lived(kind.name, number, self.start), Watch(catalog)
        facts = people.facts(kind, self.random, self.start)
        body = Body(kind, float(facts.back_average), float(facts.leg), float(facts.location))
        self.person = Person(kind, number, self.random, self.start, facts, body, catalog, facts.weight_kg or 0.0)
        self.log: dict[date, list[Event]] = {}
        self.on_the_way: list[tuple[date, Event]] = []  # with the day on which it arrives
        self._unseen: list[Event] = []  # known, but in no look yet
        self._openings: dict[date, Plan] = {}
        self._plan: Plan | None = None
        self._look: Look | None = None
        self._written = 0
        self.on_look: Callable[[Look, list[Breach]], None] | None = None  # who wants to see each look

    def live(self, days: int) -> Lived:
        """Lives so many days and says what was seen."""
        for number in range(days):
            self.one_day(self.start + DAY * number, number)
        last = self.start + DAY * (days - 1)
        folded = self._fold(last)
        self._note(folded, last)
        if self.person.number % REPLAYED == 0:
            again = adapt.fold(None, self._since(self.start), last, self.catalog)
            self.lived.breaches += [Breach("I13", last, what) for what in same_plan(folded.plan, again.plan)]
        self.lived.digest = hashlib.sha256(canonical.dumps(folded.plan)).hexdigest()
        return self.lived

    def one_day(self, today: date, number: int) -> None:
        """What arrives late, the morning, the routine, and the rest of the day."""
        if number == 0:
            self._write(today, [Told(300, phone.intake(self.person))])
            self._plan = self._fold(today).plan
        else:
            self._arrive(today)
        assert self._plan is not None
        meets = Today(today, number, self._plan)
        self._write(today, clinic.acts(self.person, meets))
        self._write(today, diary.wake(self.person, meets))
        before = self._openings.get(today - DAY)
        look = self._serve(today)
        self.lived.loads.append(served_load(look.full, self.catalog))
        if before is not None and self.random.random() < TRIED_WORSE:
            self._try_worse(before, look)
        self._write(today, diary.live(self.person, meets, look))
        self._write(today, phone.corrections(self.person, self.log.get(today, ())))
        if self.person.has("upgraded") and number in UPGRADES:
            self._know(self._event(today, Told(0, log.Rebased(self._openings[today]), "system")))
        if any(isinstance(event.body, LOOKED_AT_TWICE) for event in self._unseen):
            self._serve(today)
        self.lived.days += 1

    def _serve(self, today: date, *, late: bool = False) -> Look:
        """Folds what is known, serves it, and lets the invariants judge it."""
        folded = self._fold(today)
        if not late and self._look is not None and adapt.turns_back(self._look.plan, folded.plan, self.catalog):
            folded = self._hold(today, self._look.plan, folded)
        first = self._look is None or self._look.day < today
        if first:
            self._note(folded, today - DAY)
        self._plan = folded.plan
        look = self._looked(folded, today, late=late)
        breaches = self.watch.see(look)
        self.lived.breaches += breaches
        if self.on_look is not None:
            self.on_look(look, breaches)
        self._look, self._unseen = look, []
        return look

    def _looked(self, folded: Folded, today: date, *, late: bool = False) -> Look:
        served = routine.build(folded.plan, today, self.catalog, "en")
        return Look(
            day=today,
            told=tuple(self._unseen),
            plan=folded.plan,
            status=served.status,
            advice=served.lock is not None,
            variants=_variants(served),
            decisions=tuple(decision for decision in folded.decisions if decision.day == today),
            late=late,
        )

    def _fold(self, today: date) -> Folded:
        """Folds from the last opening there is; the service does the same."""
        opening = self._openings.get(today) or self._openings.get(today - DAY)
        folded = adapt.fold(opening, self._since(opening.day if opening else self.start), today, self.catalog)
        self._openings[today] = folded.opening
        self._openings.pop(today - OPENINGS_KEPT, None)
        return folded

    def _arrive(self, today: date) -> None:
        """What was on its way: folded again from its day, and held to what is served already."""
        arrived = [event for day, event in self.on_the_way if day <= today]
        self.on_the_way = [(day, event) for day, event in self.on_the_way if day > today]
        if not arrived:
            return
        dawn = self._serve(today)
        oldest = min(event.day for event in arrived)
        for event in arrived:
            self._know(event)
        opening = self._openings.get(oldest)
        for day in [day for day in self._openings if oldest < day]:
            del self._openings[day]
        events = self._since(opening.day if opening else self.start)
        folded = adapt.fold(opening, events, today, self.catalog)
        self._openings[today] = folded.opening
        self._hold(today, dawn.plan, folded)
        self._serve(today, late=True)

    def _hold(self, today: date, served: Plan, folded: Folded) -> Folded:
        """Holds today to what was served; the fold with that."""
        held = adapt.hold(served, folded.plan, self.catalog)
        if held is None:
            return folded
        self._know(self._event(today, Told(310, held, "system")))
        return self._fold(today)

    def _try_worse(self, opening: Plan, look: Look) -> None:
        """I14: one report of today or yesterday made worse.

        Not yesterday's morning: it is part of the usual pain by which today's is judged (base_m).
        """
        events = self._since(opening.day)
        places = [
            place
            for place, event in enumerate(events)
            if event.author == "patient" and (event.kind != "morning" or event.day == look.day)
        ]
        place = self.random.choice(places) if places else 0
        worse = worsened(events[place], self.random, self.catalog) if places else None
        if worse is None:
            return
        events[place] = worse
        folded = adapt.fold(opening, events, look.day, self.catalog)
        tried = self._looked(folded, look.day)
        eve = look.day - DAY
        known = [event for event in self._since(opening.day) if event.day <= eve]
        evening = adapt.fold(opening, known, eve, self.catalog).plan if opening.day <= eve else opening
        for what in never_heavier(tried, look, evening, self.catalog):
            self.lived.breaches.append(Breach("I14", look.day, f"{worse.kind} of {worse.day} made worse: {what}"))

    def _note(self, folded: Folded, day: date) -> None:
        """Counts what was at work on a day that is over."""
        if day < self.start:
            return
        plan = replace(folded.opening if folded.plan.day > day else folded.plan, day=day)
        shown = [step.exercise for step in self._look.full] if self._look and self._look.day == day else []
        decisions = [decision for decision in folded.decisions if decision.day == day]
        found = set(seen(plan, decisions, shown, self.catalog))
        self.lived.fired.update(found)
        for kind, name in found:
            if kind in ("referral", "level"):
                self.lived.called.setdefault(name, (day - self.start).days)

    def _write(self, today: date, told: Iterable[Told]) -> None:
        """Writes what was told; a phone without a network keeps it for later."""
        for one in told:
            event = self._event(today, one)
            day = phone.arrives(self.person, event)
            if day > today:
                self.on_the_way.append((day, event))
            else:
                self._know(event)

    def _event(self, today: date, told: Told) -> Event:
        self._written += 1
        instant = datetime.combine(today, time(), UTC) + timedelta(minutes=told.minute, seconds=self._written % 60)
        at = instant - timedelta(hours=phone.zone(self.person, (today - self.start).days))
        return Event(f"{self._written:06d}", told.day or today, at, KINDS[type(told.body)], told.author, told.body)

    def _know(self, event: Event) -> None:
        self.log.setdefault(event.day, []).append(event)
        self._unseen.append(event)
        self.lived.entries += 1

    def _since(self, day: date) -> list[Event]:
        """What is known from a day on; from some phones everything comes twice and in any order."""
        events = [event for known in self.log if known >= day for event in self.log[known]]
        if self.person.has("doubles"):
            events *= 2
            self.random.shuffle(events)
        return events


def _variants(served: Routine) -> dict[str, tuple[Served, ...]]:
    return {
        name: tuple(Served(step.exercise, step.sets, step.amount) for step in steps)
        for name, steps in served.variants.items()
    }
