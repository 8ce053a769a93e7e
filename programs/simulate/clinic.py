"""What happens to simulated people that is not their doing: their clinician's acts and the turns of their story."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from programs import events as log
from programs.patient import Birth, Changes, Surgery
from programs.simulate.diary import Person, Today, Told

SETTLED_AFTER = 12  # days until a referral has been seen to
DAYS_AN_EXCEPTION_HOLDS = 14


def acts(person: Person, today: Today) -> list[Told]:
    """What a clinician does on a day, and what the person's story brings."""
    told = [*_releases(person, today), *_settles(person, today)]
    for habit in person.kind.habits:
        if habit in ACTS:
            told += ACTS[habit](person, today)
    turn = person.kind.happens.get(today.number)
    return told + (list(HAPPENS[turn](person, today)) if turn else [])


def _releases(person: Person, today: Today) -> Iterator[Told]:
    """Whoever is locked is seen after some days; the person's own release counts for nothing."""
    for lock in today.plan.locks:
        days = (today.date - lock.since).days
        if lock.level != "NO_PLAN" and days == 1:
            yield Told(500, log.Release(lock.flag))
        elif lock.level != "NO_PLAN" and days >= person.kind.seen_after and person.chance(0.5):
            yield Told(540, log.Release(lock.flag), "clinician")


def _settles(person: Person, today: Today) -> Iterator[Told]:
    for referral in today.plan.referrals:
        if (today.date - referral.day).days >= SETTLED_AFTER and person.chance(0.3):
            yield Told(541, log.Settled(referral.kind, referral.rule), "clinician")


def _overrules(person: Person, today: Today) -> Iterator[Told]:
    """Exceptions of all kinds, one each few days: some possible, some that must be refused."""
    until = today.date + timedelta(days=DAYS_AN_EXCEPTION_HOLDS)
    if today.plan.leg.peripheral_run > 1 and person.chance(0.5):
        yield Told(470, log.Override("direction", "extension", None, until), "clinician")
    if not today.every(4, 3):
        return
    library = person.catalog.exercises
    some = person.random.choice(list(library))
    soft = [key for key, exercise in library.items() if "S" in exercise.contraindications.values()]
    hard = [key for key, exercise in library.items() if exercise.contraindications.get("RAD") == "H"]
    asked: tuple[tuple[str, Any, str | None, Any], ...] = (
        ("peak_accepted", 4, None, until), ("peak_accepted", 9, None, until), ("sessions_week", 5, None, until),
        ("minutes", 10, None, until), ("minutes", 90, None, until), ("level_cap", 1, None, until),
        ("level_cap", 5, None, until), ("steps_raise_pct", 20, None, until), ("steps_raise_pct", 0, None, until),
        ("include", person.random.choice(soft), "asked for it", until), ("include", some, None, until),
        ("include", some, "for long", today.date + timedelta(days=60)),
        ("include", person.random.choice(hard), "a try", until),
        ("direction", "extension", "it eases", until), ("direction", "none", None, until),
        ("direction", "flexion", "another try", until), ("review_delay_days", -7, None, None),
        ("review_delay_days", 7, None, None), ("disable_rule", "A2", None, until), ("disable_rule", "E2", None, until),
        ("remove_flag", "RF02", "never has it", until), ("recheck_every_days", 14, None, until),
        ("progression", "off", None, today.date + timedelta(days=5)),
    )  # fmt: skip
    name, value, reason, end = asked[(person.number * 3 + person.used.get("asked", 0)) % len(asked)]
    person.used["asked"] = person.used.get("asked", 0) + 1
    yield Told(person.random.choice((480, 1200)), log.Override(name, value, reason, end), "clinician")  # type: ignore[arg-type]


def _approves(person: Person, today: Today) -> Iterator[Told]:
    if today.every(40, 3):
        until = today.date + timedelta(days=30)
        yield Told(481, log.Override("progression", "approve", None, until), "clinician")
    for waiting in today.plan.waiting:
        if (today.date - waiting.day).days >= 2 and person.chance(0.5):
            yield Told(482, log.Approval(waiting.exercise, person.chance(0.8)), "clinician")


def _assigns(person: Person, today: Today) -> Iterator[Told]:
    if today.every(30, 8):
        names = tuple(person.random.sample(list(person.catalog.exercises), 2))
        yield Told(483, log.Assigned(exercises=names), "clinician")
    if today.number == 100:
        yield Told(484, log.Assigned(program=person.random.choice(list(person.catalog.programs))), "clinician")
    if today.number == 70:
        yield Told(485, log.Locked(), "clinician")


def _new_facts(person: Person, today: Today) -> Iterator[Told]:
    """Facts that change in the middle of a course, each person others."""
    if not today.every(20, 15):
        return
    changes = (
        Changes(minutes=10), Changes(diagnoses=frozenset({"RAD"}), location=3, leg=5), Changes(leg=8),
        Changes(leg=2, sleep_lost_nights=0), Changes(pregnancy_day=today.date - timedelta(weeks=17)),
        Changes(ended=frozenset({"pregnancy_day"})), Changes(equipment=frozenset({"chair"})),
        Changes(diagnoses=frozenset({"OSTP"})), Changes(surgery=Surgery(today.date - timedelta(days=2), False)),
        Changes(surgery=Surgery(today.date - timedelta(days=22), True)), Changes(sit_h=8.0), Changes(back_average=8),
        Changes(diagnoses=frozenset({"STEN"}), location=2), Changes(weight_consent=True, weight_kg=110.0),
    )  # fmt: skip
    place = person.number + person.used.get("facts", 0)
    person.used["facts"] = person.used.get("facts", 0) + 1
    yield Told(600, log.Condition(changes[place % len(changes)]), "clinician")


ACTS: Mapping[str, Callable[[Person, Today], Iterator[Told]]] = {
    "overruled": _overrules, "approves": _approves, "assigned": _assigns, "facts": _new_facts,
}  # fmt: skip


def _cauda_equina(person: Person, today: Today) -> Iterator[Told]:
    yield Told(423, log.Checkin({"RF01": "yes", "RF02": "yes"}))


def _foot_drop(person: Person, today: Today) -> Iterator[Told]:
    from programs.entries import Leg

    yield Told(440, log.Motor(Leg(heel_walk="cannot", raises=3), Leg()))


def _wound(person: Person, today: Today) -> Iterator[Told]:
    yield Told(423, log.Checkin({"RF20": "yes"}))


def _changed(**facts: Any) -> Callable[[Person, Today], Iterator[Told]]:
    def tell(person: Person, today: Today) -> Iterator[Told]:
        yield Told(600, log.Condition(Changes(**facts)), "clinician")

    return tell


def _cleared(person: Person, today: Today) -> Iterator[Told]:
    surgery = person.facts.surgery
    if surgery is not None:
        yield Told(600, log.Condition(Changes(surgery=Surgery(surgery.day, True))), "clinician")


def _birth(person: Person, today: Today) -> Iterator[Told]:
    yield Told(600, log.Condition(Changes(birth=Birth(today.date - timedelta(days=1), "vaginal"))))


def _lifting(person: Person, today: Today) -> Iterator[Told]:
    yield Told(485, log.Assigned(program="T08"), "clinician")


HAPPENS: Mapping[str, Callable[[Person, Today], Iterator[Told]]] = {
    "cauda_equina": _cauda_equina, "foot_drop": _foot_drop, "wound": _wound, "cleared": _cleared, "birth": _birth,
    "lifting": _lifting, "slip_less": _changed(slip_grade=2), "calmed": _changed(systolic=150, diastolic=90),
    "grown": _changed(age=18),
}  # fmt: skip
