"""Who is simulated: one archetype for each way in which a course may go, and what its people are like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, get_args

from programs.catalog import Equipment
from programs.patient import Birth, Patient, Surgery

EVERYTHING = frozenset(get_args(Equipment))
AT_HOME = frozenset({"mat", "chair", "wall", "pillow", "bed", "band", "step"})
Between = tuple[int, int]
Facts = Callable[[date], Mapping[str, Any]]


def _nothing(day: date) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Archetype:
    """A kind of person. Pain is 0-10; shares are of a week unless said otherwise."""

    name: str
    age: Between = (25, 60)
    back: Between = (3, 6)
    leg: Between = (0, 0)
    location: Between = (0, 0)
    ill_days: Between = (90, 900)  # since this episode began
    facts: Facts = _nothing
    heals: float = 0.12  # share of back pain over `floor` that goes
    floor: float = 1.0
    leg_heals: float = 0.12
    leg_floor: float = 0.0
    noise: float = 0.6  # of what is told, standard deviation
    flares: float = 0.04  # chance
    trains: float = 0.85  # chance of doing a planned session
    tells: float = 0.9  # chance of telling a morning
    eases: str = ""  # the direction that draws leg symptoms up, "ext" or "flex"
    worsens: str = ""  # the one that sends them down
    seen_after: int = 4  # days until a clinician has seen who is locked
    habits: tuple[str, ...] = ()
    happens: Mapping[int, str] = field(default_factory=dict)  # day -> an event of the story


def _with(**facts: Any) -> Facts:
    return lambda day: facts


def _known(*names: str, **facts: Any) -> Facts:
    return lambda day: {"diagnoses": frozenset(names), **facts}


def _operated(days: int, *, cleared: bool = False, **facts: Any) -> Facts:
    return lambda day: {"surgery": Surgery(day - timedelta(days=days), cleared), **facts}


def _expecting(week: int, **facts: Any) -> Facts:
    return lambda day: {"pregnancy_day": day - timedelta(weeks=week), **facts}


def _gave_birth(days: int, mode: Any) -> Facts:
    return lambda day: {"birth": Birth(day - timedelta(days=days), mode)}


ASKED = ("questions", "motor")
ARCHETYPES: tuple[Archetype, ...] = (
    Archetype("acute-fast", back=(5, 8), ill_days=(0, 6), heals=0.6, floor=0.3, habits=("questions", "belt")),
    Archetype("acute-slow", back=(5, 7), ill_days=(2, 10), heals=0.03, floor=4, habits=("questions", "risk", "belt")),
    Archetype("subacute-belt", ill_days=(20, 60), heals=0.2, habits=("belt", "questions", "steps")),
    Archetype(
        "disc-centraliser", leg=(4, 6), location=(3, 4), ill_days=(20, 60), facts=_known("RAD"), leg_heals=0.3,
        eases="ext", habits=(*ASKED, "tests"),
    ),
    Archetype(
        "disc-flexion", leg=(3, 6), location=(2, 3), facts=_known("RAD"), leg_heals=0.2, eases="flex", worsens="ext",
        habits=(*ASKED, "tests"),
    ),
    Archetype(
        "disc-peripheraliser", leg=(4, 6), location=(2, 3), facts=_known("RAD"), leg_heals=0.02, leg_floor=4,
        worsens="ext", habits=(*ASKED, "tests", "numb"),
    ),
    Archetype(
        "disc-irritable", leg=(7, 9), location=(3, 4), ill_days=(15, 40), facts=_known("RAD", sleep_lost_nights=4),
        heals=0.05, leg_heals=0.02, leg_floor=7, trains=0.8, habits=(*ASKED, "sleepless"),
    ),
    Archetype(
        "disc-calming", leg=(7, 9), location=(3, 4), ill_days=(15, 40), facts=_known("RAD"), leg_heals=0.4,
        eases="ext", habits=(*ASKED, "tests"),
    ),
    Archetype(
        "disc-unchanged", leg=(5, 6), location=(3, 3), ill_days=(30, 90), facts=_known("RAD"), heals=0.02,
        leg_heals=0.0, leg_floor=5, trains=0.95, habits=ASKED,
    ),
    Archetype(
        "disc-unchanged-idle", leg=(5, 6), location=(3, 3), ill_days=(30, 90), facts=_known("RAD"), heals=0.02,
        leg_heals=0.0, leg_floor=5, trains=0.3, habits=ASKED,
    ),
    Archetype("cauda-equina", leg=(4, 6), location=(3, 4), facts=_known("RAD"), happens={9: "cauda_equina"}),
    Archetype(
        "foot-drop", leg=(5, 7), location=(4, 4), facts=_known("RAD"), habits=("motor",), happens={20: "foot_drop"}
    ),
    Archetype(
        "stenosis", age=(68, 72), leg=(3, 5), location=(2, 3), facts=_with(eased_by_sitting=True), leg_heals=0.05,
        eases="flex", habits=(*ASKED, "walks", "steps"),
    ),
    Archetype(
        "osteoporosis", age=(73, 78), facts=_known("OSTP", "BAL", weight_kg=50.0, weight_consent=True),
        habits=("questions", "steps", "weighs"),
    ),
    Archetype(
        "pregnant", age=(25, 38), facts=_expecting(22, weight_consent=True, weight_kg=88.0),
        habits=("questions", "belt"), happens={110: "birth"},
    ),
    Archetype("after-birth", age=(25, 40), ill_days=(20, 60), facts=_gave_birth(45, "caesarean"), habits=("steps",)),
    Archetype("slipped", facts=_known("SPLI", slip_grade=1), heals=0.15, habits=("questions", "steps")),
    Archetype("slipped-far", facts=_known("SPLI", slip_grade=3), happens={30: "slip_less"}),
    Archetype(
        "after-discectomy", leg=(2, 4), location=(1, 3), ill_days=(60, 200), facts=_operated(20), leg_heals=0.3,
        habits=ASKED, happens={30: "cleared", 50: "wound"},
    ),
    Archetype("chronic-low-adherence", trains=0.15, tells=0.5, heals=0.0, floor=5, habits=("questions",)),
    Archetype("chronic-wavering", trains=0.42, tells=0.7, habits=("questions", "steps")),
    Archetype(
        "chronic-responder", back=(4, 6), heals=0.35, floor=0.3, trains=0.97, tells=0.98, noise=0.3, flares=0.0,
        habits=("questions", "steps"), facts=_with(minutes=60),
    ),
    Archetype(
        "chronic-unchanged", back=(4, 5), heals=0.0, floor=4.5, trains=0.95, noise=0.4, flares=0.0,
        habits=("questions", "risk"),
    ),
    Archetype("chronic-worse", back=(2, 3), heals=0.3, floor=7, trains=0.8, habits=("questions",)),
    Archetype("flare-prone", back=(3, 5), flares=0.35, noise=0.9, habits=("questions", "declares", "steps")),
    Archetype("sore-and-brave", back=(5, 8), heals=0.03, floor=6, noise=1.2, trains=0.9, habits=("stops", "twice")),
    Archetype("desk-worker", back=(2, 4), ill_days=(20, 80), facts=_with(sit_h=8.0), habits=("questions", "steps")),
    Archetype("bending-worker", back=(2, 4), ill_days=(20, 80), facts=_with(bend_h=3.0), habits=("questions",)),
    Archetype(
        "back-to-lifting", back=(1, 2), heals=0.4, floor=0.2, trains=0.97, noise=0.3,
        facts=_with(lifting_goal=True, minutes=60), habits=("questions",), happens={10: "lifting"},
    ),
    Archetype(
        "loses-weight", facts=_with(weight_kg=95.0, weight_consent=True, weight_goal="lose"),
        habits=("weighs", "steps", "questions"),
    ),
    Archetype(
        "wastes-away", age=(45, 70), facts=_with(weight_kg=80.0, weight_consent=True), habits=("weighs", "fades")
    ),
    Archetype("high-pressure", age=(50, 70), facts=_known("HTN", systolic=190, diastolic=100), happens={6: "calmed"}),
    Archetype("traveller", habits=("away", "zones", "steps")),
    Archetype("often-ill", habits=("away", "ill")),
    Archetype("comes-and-goes", trains=0.95, habits=("breaks",)),
    Archetype("supervised", trains=0.9, facts=_with(minutes=45), habits=("overruled", "tests", "steps")),
    Archetype(
        "supervised-disc", leg=(3, 6), location=(2, 3), facts=_known("RAD"), eases="ext", worsens="flex",
        habits=("overruled", "tests", *ASKED),
    ),
    Archetype("supervised-acute", back=(7, 8), ill_days=(0, 5), heals=0.1, habits=("overruled",)),
    Archetype("approved", trains=0.97, noise=0.3, flares=0.0, habits=("approves", "assigned")),
    Archetype("offline", leg=(0, 4), location=(0, 3), habits=("offline", "steps", "questions")),
    Archetype("corrects", leg=(2, 4), location=(1, 3), habits=("corrects", "doubles", "motor", "steps")),
    Archetype(
        "contradicts", leg=(0, 6), location=(0, 4),
        habits=("contradicts", "doubles", "offline", "twice", "overruled"),
    ),
    Archetype("flagged", habits=("flag", "unsure", *ASKED)),
    Archetype("flagged-at-first", facts=_with(cancer_ever=True), habits=("flag_first",)),
    Archetype("changes", habits=("facts", "upgraded", "steps")),
    Archetype("minor", age=(15, 17), habits=("steps",), happens={40: "grown"}),
)  # fmt: skip


def archetypes(names: tuple[str, ...] = ()) -> tuple[Archetype, ...]:
    """Those named, or all. Raises ValueError for a name there is none of."""
    by_name = {kind.name: kind for kind in ARCHETYPES}
    if unknown := [name for name in names if name not in by_name]:
        raise ValueError(f"archetype: {unknown[0]!r} is none of {', '.join(by_name)}")
    return tuple(by_name[name] for name in names) or ARCHETYPES


def facts(kind: Archetype, random: Random, day: date) -> Patient:
    """One person of a kind, as the intake on a day tells."""
    average = random.randint(*kind.back)
    usual: dict[str, Any] = {
        "age": random.randint(*kind.age), "height_cm": float(random.randint(155, 190)),
        "weight_kg": float(random.randint(55, 85)), "back_average": average, "back_worst": min(10, average + 2),
        "leg": random.randint(*kind.leg), "location": random.randint(*kind.location),
        "episode_day": day - timedelta(days=random.randint(*kind.ill_days)), "diagnoses": frozenset(),
        "pregnancy_day": None, "birth": None, "surgery": None, "cancer_ever": False,
        "equipment": random.choice((EVERYTHING, EVERYTHING, AT_HOME)), "minutes": random.choice((10, 20, 30, 45)),
        "sit_h": float(random.choice((2, 4))), "stand_h": 1.0,
    }  # fmt: skip
    return Patient(**{**usual, **kind.facts(day)})
