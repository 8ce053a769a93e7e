"""What a simulated person tells the service, and when: cards, mornings, sessions, and the habits of their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from programs import entries
from programs import events as log
from programs.catalog import Catalog
from programs.events import Author
from programs.invariants import Look
from programs.patient import Patient
from programs.plan import Plan
from programs.simulate.body import Body
from programs.simulate.people import Archetype

BREAKS = (5, 10, 18, 24, 36)  # days without a session, one break after the other
DAYS_BETWEEN_BREAKS = 16
OFFLINE_DAYS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """Something told or done in a minute of the day."""

    minute: int
    body: log.Body
    author: Author = "patient"
    day: date | None = None  # where it belongs to another day than it is told on


@dataclass
class Person:
    """One simulated person; `number` tells them from others of their kind."""

    kind: Archetype
    number: int
    random: Random
    start: date
    facts: Patient
    body: Body
    catalog: Catalog
    weight: float = 0.0
    away_until: date = date.min
    offline_until: date = date.min
    steps: int = 4000
    used: dict[str, int] = field(default_factory=dict)  # what some habit has got to

    def has(self, habit: str) -> bool:
        return habit in self.kind.habits

    def chance(self, share: float) -> bool:
        return self.random.random() < share


@dataclass(frozen=True, slots=True)
class Today:
    """The day as the person meets it: the plan they know, later the look they get."""

    date: date
    number: int
    plan: Plan

    def every(self, days: int, first: int = 0) -> bool:
        return self.number >= first and (self.number - first) % days == 0


Habit = Callable[[Person, Today], Iterator[Told]]


def wake(person: Person, today: Today) -> list[Told]:
    """What is told before the routine is asked for: the card, the night, and what else the morning brings."""
    person.body.night(person.random)
    told = [*_card(person, today), *_morning(person)]
    for name, habit in MORNING.items():
        if person.has(name):
            told += habit(person, today)
    return told


def live(person: Person, today: Today, look: Look) -> list[Told]:
    """What is done and told after the routine was served."""
    told = [*_sessions(person, today, look)]
    for name, habit in EVENING.items():
        if person.has(name):
            told += habit(person, today)
    return told


def _card(person: Person, today: Today) -> Iterator[Told]:
    """The red-flag card; after a long gap, what the service asks for before it opens again."""
    if today.number and not (person.chance(0.97)):
        return
    returning = today.plan.returning is not None
    yield Told(420, log.Checkin(full=returning, answered=not person.chance(0.01)))
    if returning and person.chance(0.5):
        yield Told(421, log.Questionnaire("NPRS_BACK", person.body.pain(person.random)))
        yield Told(422, log.Questionnaire("RMDQ", min(24, max(0, round(person.body.back * 2)))))


def _morning(person: Person) -> Iterator[Told]:
    if not person.chance(person.kind.tells):
        return
    body, random = person.body, person.random
    pain, leg = body.pain(random), body.leg_pain(random)
    numb: list[entries.Morning] = []
    night = entries.Morning(
        pain=pain,
        leg=leg if (leg or body.leg) and person.chance(0.9) else None,
        sleep_lost=person.chance(0.6 if person.has("sleepless") else 0.02) and leg > 0,
        worst=min(10, pain + random.choice((0, 1, 2))) if person.chance(0.5) else None,
        tasks_stopped=pain >= 7 and person.chance(0.3),
    )
    if person.has("numb") and person.chance(0.02):
        numb.append(replace(night, numbness=random.choice(("more", "spreading"))))
    yield Told(425, (numb or [night])[0])


def _sessions(person: Person, today: Today, look: Look) -> Iterator[Told]:
    if not look.full or today.date <= person.away_until or _on_a_break(person, today):
        return
    sessions_week = person.catalog.programs[look.plan.program].sessions_week if look.plan.program else 3
    if not person.chance(min(1.0, sessions_week / 7) * person.kind.trains):
        return
    for minute in (600, 1080) if person.has("twice") and person.chance(0.2) else (600,):
        session = _session(person, look)
        yield Told(minute, session)
        if session.stopped and person.chance(0.5):
            yield Told(minute + 1, log.Checkin({person.random.choice(("RF14", "RF02")): "yes"}))


def _session(person: Person, look: Look) -> entries.Session:
    random, variant = person.random, "full"
    if person.body.sore > 2 or person.body.flare_days:
        variant = "calm"
    elif person.chance(0.08):
        variant = random.choice(("short", *(["neutral"] if "neutral" in look.variants else [])))
    session = person.body.train(look.variants.get(variant, ()), variant, random, person.catalog)
    if person.has("stops") and session.peak >= 8 and person.chance(0.05):
        session = replace(session, stopped=True, done=0.4)
    if person.has("contradicts"):
        names = [step.exercise for step in look.full]
        session = replace(
            session, pre=random.randint(0, 10), peak=random.randint(0, 10), rpe=random.choice((None, 1, 10)),
            loc_pre=random.randint(0, 4), loc_post=random.randint(0, 4), loc_minutes=random.choice((0, 20, 60)),
            leg_pre=random.randint(0, 10), leg_post=random.randint(0, 10), leg_minutes=random.choice((0, 60)),
            by=random.choice((None, *names)), hurt=tuple(random.sample(names, min(2, len(names)))),
            items={name: entries.Performed(random.random(), random.randint(0, 10)) for name in names[:2]},
        )  # fmt: skip
    return session


def _on_a_break(person: Person, today: Today) -> bool:
    """Breaks of growing length, with some weeks of training between them."""
    if not person.has("breaks"):
        return False
    day = today.number
    for days in BREAKS:
        if day < DAYS_BETWEEN_BREAKS:
            return False
        day -= DAYS_BETWEEN_BREAKS
        if day < days:
            return True
        day -= days
    return False


def _questions(person: Person, today: Today) -> Iterator[Told]:
    if today.number == 1 or today.every(14, 14):
        back = person.body.pain(person.random)
        yield Told(430, log.Questionnaire("NPRS_BACK", back))
        yield Told(431, log.Questionnaire("RMDQ", min(24, max(0, round(person.body.back * 2.5)))))
        if person.body.leg > 0.3:
            yield Told(432, log.Questionnaire("NPRS_LEG", person.body.leg_pain(person.random)))
        if person.chance(0.3):
            odi = tuple(person.random.randint(0, 5) for _ in range(10))
            yield Told(433, log.Questionnaire("ODI", items=odi))


def _risk(person: Person, today: Today) -> Iterator[Told]:
    if today.number == 1:
        high = person.number % 2
        yield Told(434, log.Questionnaire("STARTBACK", items=(1, 1, 1, 1, high, high, high, high, 0)))


def _strength(person: Person, today: Today) -> Iterator[Told]:
    """The weekly strength check; now and then a leg has become a little weaker."""
    if not today.every(7, 2):
        return
    left = entries.Leg(raises=10 - person.random.randint(0, 1))
    if person.chance(0.01):
        left = person.random.choice((entries.Leg(heel_walk="weak"), entries.Leg(raises=5)))
    yield Told(440, log.Motor(left, entries.Leg()))


def _walk_time(person: Person, today: Today) -> Iterator[Told]:
    if today.every(14, 1):
        yield Told(441, log.Questionnaire("WALK_TIME", max(4, 20 - 2 * round(person.body.leg))))


def _steps(person: Person, today: Today) -> Iterator[Told]:
    goal = today.plan.walking.goal
    if goal and person.chance(0.9):
        person.steps = round(goal * person.random.uniform(0.95, 1.2)) if person.number % 4 else round(goal * 0.7)
    if person.chance(0.9):
        yield Told(1320, log.Steps(max(0, person.steps + person.random.randint(-400, 400))))


def _weighs(person: Person, today: Today) -> Iterator[Told]:
    if not today.every(7, 1):
        return
    kilos = {0: 0.0, 1: -0.5, 2: -1.3}[person.number % 3] if person.kind.name == "loses-weight" else 0.0
    person.weight += -1.2 if person.has("fades") else kilos
    odd = person.random.choice((-6.0, 7.0)) if person.chance(0.03) else 0.0
    yield Told(450, log.Weight(round(max(42.0, person.weight + odd), 1)))


def _belt(person: Person, today: Today) -> Iterator[Told]:
    if today.number == 1:
        yield Told(700, log.Belt("ask"))
    elif today.number == 2 and person.number % 2 == 0:
        yield Told(700, log.Belt("start", 600))
    elif today.every(7, 9):
        yield Told(700, log.Belt("check", problem="skin" if person.chance(0.05) else "none"))


def _tests(person: Person, today: Today) -> Iterator[Told]:
    """The test of a direction, as long as the plan asks for one or none has been done."""
    direction = today.plan.direction
    wanted = direction.test_next if direction.test_next != "none" else "extension"
    if direction.value != "unknown" or not ((today.every(3, 2) and today.number < 20) or today.every(30, 30)):
        return
    here = round(person.body.location)
    bent = {"extension": "ext", "flexion": "flex"}[wanted]
    after = here - 1 if person.kind.eases == bent else here + 1 if person.kind.worsens == bent else here
    pain = person.body.pain(person.random)
    yield Told(
        640,
        log.DirectionTest(wanted, here, min(4, max(0, after)), pain, min(10, max(0, pain + (after - here) * 2)), 15),
    )


def _declares(person: Person, today: Today) -> Iterator[Told]:
    if person.body.flare_days > 2 and today.plan.mode == "normal" and person.chance(0.3):
        yield Told(900, log.Flare())


def _away(person: Person, today: Today) -> Iterator[Told]:
    if not today.every(35, 12):
        return
    wanted = ("off", "short", "walk")[(today.number // 35 + person.number) % 3]
    cause = "ill" if person.has("ill") else person.random.choice(("away", "busy"))
    first = today.date + timedelta(days=1)
    last = first + timedelta(days=person.random.randint(2, 10))
    if wanted == "off" or cause == "ill":
        person.away_until = last
    yield Told(1000, log.Away(first, last, cause, wanted))  # type: ignore[arg-type]


def _ill(person: Person, today: Today) -> Iterator[Told]:
    if today.every(60, 50):
        yield Told(400, log.Absence(person.random.choice(("illness", "injury", "operation"))))


def _flag(person: Person, today: Today) -> Iterator[Told]:
    """Each person says yes to another flag, one in three to its worse branch."""
    flags = list(person.catalog.red_flags)
    if today.number == 3 + person.number % 25:
        flag = flags[person.number % len(flags)]
        worse = frozenset({flag}) if person.number // len(flags) % 3 == 1 else frozenset[str]()
        yield Told(423, log.Checkin({flag: "yes"}, worse))
    if today.number == 60:
        yield Told(423, log.Questionnaire("PHQ9", items=(1, 1, 0, 0, 0, 0, 0, 0, person.number % 2)))


def _unsure(person: Person, today: Today) -> Iterator[Told]:
    if today.every(40, 30) or today.every(40, 33):
        yield Told(424, log.Checkin({person.random.choice(("RF05a", "RF06a", "RF10a", "RF11")): "unsure"}))


def _contradicts(person: Person, today: Today) -> Iterator[Told]:
    random = person.random
    if person.chance(0.3):
        yield Told(426, entries.Morning(random.randint(0, 10), random.choice((None, 0, 9)), random.random() < 0.2))
    if person.chance(0.05):
        yield Told(600, log.Flare())
    if person.chance(0.05):
        yield Told(601, log.Release(random.choice(list(person.catalog.red_flags))))  # not theirs to give


MORNING: Mapping[str, Habit] = {
    "questions": _questions, "risk": _risk, "motor": _strength, "walks": _walk_time, "weighs": _weighs,
    "flag": _flag, "unsure": _unsure, "ill": _ill, "contradicts": _contradicts,
}  # fmt: skip
EVENING: Mapping[str, Habit] = {
    "steps": _steps, "belt": _belt, "tests": _tests, "declares": _declares, "away": _away,
}  # fmt: skip
