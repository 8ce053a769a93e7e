"""Random but possible logs, from one seed each: what a patient and a clinician might write over some weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, get_args

from programs import events
from programs.catalog import Catalog, Equipment
from programs.events import Event
from programs.patient import Birth, Changes, Patient, Surgery

START = date(2026, 3, 2)
FLAGS = ("RF01", "RF05a", "RF06a", "RF11", "RF12", "RF18", "RF23", "RF20")
EVERYTHING = frozenset(get_args(Equipment))


def patient(day: date = START, **facts: Any) -> Patient:
    """A person without anything special; `facts` differ."""
    usual: dict[str, Any] = {
        "age": 40, "height_cm": 170.0, "weight_kg": 65.0, "back_average": 3, "back_worst": 5, "leg": 0, "location": 0,
        "episode_day": day - timedelta(days=120), "diagnoses": frozenset(), "pregnancy_day": None, "birth": None,
        "surgery": None, "cancer_ever": False, "equipment": EVERYTHING, "minutes": 30,
    }  # fmt: skip
    return Patient(**{**usual, **facts})


@dataclass
class Writer:
    """Writes events one second after the other."""

    random: Random
    lines: list[Event] = field(default_factory=list)

    def write(self, day: int, kind: str, body: events.Body, author: events.Author = "patient") -> None:
        local = START + timedelta(days=day)
        at = datetime.combine(local, time(5), UTC) + timedelta(seconds=len(self.lines))
        self.lines.append(Event(f"{len(self.lines):06d}", local, at, kind, author, body))


def anyone(random: Random) -> Patient:
    """A person with any mix of facts an intake can give."""
    diagnoses = frozenset(random.sample(("RAD", "STEN", "SPLI", "OSTP", "BAL", "HTN"), random.choice((0, 0, 1, 1, 2))))
    average = random.randint(0, 8)
    return patient(
        age=random.choice((17, 25, 40, 61, 66, 75)),
        weight_kg=random.choice((50.0, 65.0, 90.0)),
        back_average=average,
        back_worst=min(10, average + 2),
        leg=random.choice((0, 0, 2, 5, 8)),
        location=random.choice((0, 0, 1, 2, 3, 4)),
        episode_day=START - timedelta(days=random.choice((3, 10, 30, 120, 900))),
        diagnoses=diagnoses,
        pregnancy_day=random.choice((None,) * 6 + (START - timedelta(weeks=15),)),
        birth=random.choice((None,) * 6 + (Birth(START - timedelta(days=60), "caesarean"),)),
        surgery=random.choice((None,) * 6 + (Surgery(START - timedelta(days=50), True), Surgery(START, False))),
        equipment=random.choice((EVERYTHING, frozenset({"mat", "chair"}), frozenset())),
        minutes=random.choice((5, 10, 20, 30, 60)),
        sit_h=float(random.choice((0, 8))),
        bend_h=float(random.choice((0, 3))),
        weight_consent=random.random() < 0.3,
        weight_goal=random.choice(("none", "lose", "maintain")),
        slip_grade=random.choice((1, 1, 3)),
    )


def written(seed: int, days: int, catalog: Catalog, *, wild: bool = True) -> list[Event]:
    """A log of so many days. `wild`: with red flags, overrides and all else that happens now and then."""
    random = Random(seed)
    writer = Writer(random)
    person = anyone(random)
    writer.write(0, "intake", events.Intake(person), "patient")
    faithful = random.choice((0.2, 0.6, 0.9))
    kinds = list(_rare(random, catalog)) if wild else []
    for day in range(days):
        if random.random() < 0.9:
            writer.write(day, "checkin", events.Checkin())
        if random.random() < faithful:
            writer.write(day, "morning", _morning(random))
        if random.random() < 0.5:
            writer.write(day, "steps", events.Steps(random.randint(0, 12_000)))
        if random.random() < faithful / 2:
            writer.write(day, "session", _session(random, catalog))
        if kinds and random.random() < 0.12:
            kind, body, author = kinds[random.randrange(len(kinds))]
            writer.write(day, kind, body, author)
    return writer.lines


def _morning(random: Random) -> events.Morning:
    return events.Morning(
        pain=random.choice((1, 2, 3, 3, 3, 4, 5, 7)),
        leg=random.choice((None, 0, 2, 5, 8)),
        sleep_lost=random.random() < 0.1,
        numbness=random.choice(("same",) * 30 + ("more", "spreading")),
        worst=random.choice((None, None, 4, 8)),
        tasks_stopped=random.random() < 0.05,
    )


def _session(random: Random, catalog: Catalog) -> events.Session:
    names = list(catalog.exercises)
    pre = random.choice((0, 1, 2, 3, 4, 5, 7, 8))
    return events.Session(
        pre=pre,
        peak=min(10, pre + random.choice((0, 0, 0, 1, 1, 2, 4))),
        leg_pre=random.choice((None, 2)),
        leg_post=random.choice((None, 2, 2, 4)),
        leg_minutes=random.choice((0, 45)),
        loc_pre=2,
        loc_post=random.choice((None, 2, 2, 2, 1, 3)),
        loc_minutes=random.choice((0, 15, 40)),
        by=random.choice((None, *names)),
        done=random.choice((0.5, 1.0, 1.0, 1.0)),
        rpe=random.choice((None, 4, 5, 5, 8)),
        hurt=tuple(random.sample(names, random.choice((0, 0, 0, 1, 2)))),
        variant=random.choice(("full", "full", "full", "short", "calm")),
    )


def _rare(random: Random, catalog: Catalog) -> Iterator[tuple[str, events.Body, events.Author]]:
    names = list(catalog.exercises)
    some = random.choice(names)
    until = START + timedelta(days=random.randint(3, 40))
    for flag in FLAGS:
        yield "checkin", events.Checkin({flag: random.choice(("yes", "unsure"))}), "patient"
        yield "release", events.Release(flag), "clinician"
    yield "checkin", events.Checkin(full=True), "patient"
    yield "checkin", events.Checkin(answered=False), "patient"
    yield "flare", events.Flare(), "patient"
    yield "motor", events.Motor(events.Leg(raises=random.randint(4, 10)), events.Leg()), "patient"
    yield "direction_test", events.DirectionTest("extension", 3, random.randint(0, 4), 4, 4, 15), "patient"
    yield "direction_test", events.DirectionTest("flexion", 2, random.randint(0, 4), 4, 2, 15), "patient"
    yield "weight", events.Weight(random.choice((60.0, 65.0, 66.0, 90.0))), "patient"
    for name, score in (("NPRS_BACK", 4), ("NPRS_LEG", 7), ("RMDQ", 9), ("WALK_TIME", 14)):
        yield "questionnaire", events.Questionnaire(name, score), "patient"  # type: ignore[arg-type]
    yield "questionnaire", events.Questionnaire("STARTBACK", items=(1, 1, 1, 1, 1, 1, 1, 1, 1)), "patient"
    yield "condition", events.Condition(Changes(diagnoses=frozenset({"RAD"}), leg=8, location=3)), "clinician"
    yield "condition", events.Condition(Changes(pregnancy_day=START - timedelta(weeks=17))), "patient"
    yield "condition", events.Condition(Changes(ended=frozenset({"pregnancy_day", "surgery"}))), "clinician"
    yield "override", events.Override("include", some, "because", until), "clinician"
    yield "override", events.Override("level_cap", random.randint(1, 5), None, until), "clinician"
    yield "override", events.Override("minutes", random.randint(5, 60)), "clinician"
    yield "override", events.Override("direction", random.choice(("extension", "none")), "note", until), "clinician"
    yield "override", events.Override("sessions_week", random.randint(1, 7), None, until), "clinician"
    yield "override", events.Override("progression", random.choice(("off", "approve")), None, until), "clinician"
    yield "approval", events.Approval("bridge", True), "clinician"
    yield "assigned", events.Assigned(exercises=(some,)), "clinician"
    yield "assigned", events.Assigned(program=random.choice(list(catalog.programs))), "clinician"
    yield "belt", events.Belt("start", 600), "patient"
    yield "belt", events.Belt("check", problem=random.choice(("none", "skin"))), "patient"
    yield "absence", events.Absence("illness"), "patient"
    first = START + timedelta(days=random.randint(0, 30))
    yield "away", events.Away(first, first + timedelta(days=5), "ill", random.choice(("off", "walk"))), "patient"
    yield "settled", events.Settled("PHYSIO_CALL", "A3"), "clinician"
