"""Intake -> choice of programme -> the exercises of a block, each with the reason why it is there or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from programs.allowed import Allowed
from programs.catalog import Block, Catalog, Program
from programs.patient import Patient
from programs.plan import Dose, EntryReason, Item, Missing, Scalar, Why

# The first whose entry fits is taken. T08 needs a physiotherapist, T09 comes on top, T10 follows others.
ENTRY_ORDER = ("T14", "T03", "T02", "T04", "T13", "T12", "T01", "T11", "T08", "T05", "T07", "T06", "T09", "T10")
DEFAULT = "T05"
DISC_PROGRAM, FLEXION_CHAIN_START = "T02", "single_knee_to_chest"
SURGERY_PROGRAM = "T14"

Answer = tuple[bool, Mapping[str, Scalar]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What entries look at."""

    patient: Patient
    conditions: frozenset[str]
    day: date
    catalog: Catalog

    @property
    def duration(self) -> int:
        return (self.day - self.patient.episode_day).days

    def has(self, *names: str) -> bool:
        return any(name in self.conditions for name in names)


def _conditions(*needed: str, without: Iterable[str] = ()) -> Callable[[Facts], Answer]:
    def fits(facts: Facts) -> Answer:
        held = {name: name in facts.conditions for name in (*needed, *without)}
        return all(held[name] for name in needed) and not any(held[name] for name in without), held

    return fits


def _postpartum(facts: Facts) -> Answer:
    birth, numbers = facts.patient.birth, facts.catalog.constants.conditions
    if birth is None or "POST" not in facts.conditions:
        return False, {"POST": "POST" in facts.conditions}
    vaginal = birth.mode == "vaginal"
    ready = numbers.postpartum_ready_vaginal_days if vaginal else numbers.postpartum_ready_caesarean_days
    since = (facts.day - birth.day).days
    return since >= ready, {"POST": True, "mode": birth.mode, "days_since_birth": since, "days_needed": ready}


def _acute(facts: Facts) -> Answer:
    numbers = facts.catalog.constants.conditions
    below_knee = facts.patient.location >= numbers.radicular_location
    fits = facts.duration < numbers.acute_days and not below_knee
    return fits, {"duration_days": facts.duration, "location": facts.patient.location}


def _older(facts: Facts) -> Answer:
    numbers = facts.catalog.constants.conditions
    fits = (facts.patient.age >= numbers.older_age or facts.has("OSTP", "BAL")) and not facts.has("RAD", "STEN")
    return fits, {"age": facts.patient.age, "OSTP": facts.has("OSTP"), "BAL": facts.has("BAL")}


def _chronic(facts: Facts) -> Answer:
    fits = facts.duration >= facts.catalog.constants.conditions.subacute_days and not facts.has("RAD", "STEN")
    return fits, {"duration_days": facts.duration}


def _standing(facts: Facts) -> Answer:
    hours, person = facts.catalog.constants.entry, facts.patient
    fits = person.stand_h >= hours.stand_hours or person.bend_h >= hours.bend_hours
    return fits, {"stand_h": person.stand_h, "bend_h": person.bend_h}


def _sitting(facts: Facts) -> Answer:
    return facts.patient.sit_h >= facts.catalog.constants.entry.sit_hours, {"sit_h": facts.patient.sit_h}


def _never(reason: str) -> Callable[[Facts], Answer]:
    return lambda facts: (False, {"only": reason})


ENTRIES: Mapping[str, Callable[[Facts], Answer]] = {
    "T14": _conditions("SURG"),
    "T03": _conditions("RAD", "IRR"),
    "T02": _conditions("RAD", without=("IRR",)),
    "T04": _conditions("STEN"),
    "T13": _conditions("SPLI"),
    "T12": _postpartum,
    "T01": _acute,
    "T11": _older,
    "T08": _never("assigned"),
    "T05": _chronic,
    "T07": _standing,
    "T06": _sitting,
    "T09": _never("added"),
    "T10": _never("follows"),
}


def entries(patient: Patient, conditions: frozenset[str], day: date, catalog: Catalog) -> tuple[EntryReason, ...]:
    """Each programme's entry, in order: whether it fits, and the facts looked at (programme templates)."""
    facts = Facts(patient, conditions, day, catalog)
    return tuple(EntryReason(name, *ENTRIES[name](facts)) for name in ENTRY_ORDER)


def choose(reasons: Sequence[EntryReason], among: Iterable[str] = ENTRY_ORDER) -> str:
    """The first programme whose entry fits, else T05; it may be one that the content does not hold (yet)."""
    among = set(among)
    return next((entry.program for entry in reasons if entry.fits and entry.program in among), DEFAULT)


def program_day(program: str, patient: Patient, day: date) -> date:
    """The first day of a programme begun on a day; after an operation the weeks count from the operation."""
    return patient.surgery.day if program == SURGERY_PROGRAM and patient.surgery else day


def block(program: Program, week: int, patient: Patient) -> Block:
    """The phase of a programme in a week: past its last week the last goes on.

    After an operation the second needs clearance.
    """
    if program.id == SURGERY_PROGRAM and not (patient.surgery and patient.surgery.cleared):
        week = 1
    return next((b for b in program.blocks if b.first_week <= week <= b.last_week), program.blocks[-1])


def slots(program: Program, week: int, patient: Patient, direction: str, catalog: Catalog) -> tuple[str, ...]:
    """What a programme asks for in a week; in T02 flexion swaps the directional exercises for its chain."""
    asked = block(program, week, patient).exercises
    if program.id != DISC_PROGRAM or direction != "flexion":
        return asked
    chain = iter(catalog.exercises[FLEXION_CHAIN_START].chain)
    swapped = []
    for name in asked:
        step = next(chain, None) if catalog.exercises[name].category == "DPX" else name
        swapped += [step] if step else []
    return tuple(swapped)


@dataclass(frozen=True, slots=True)
class Filling:
    """How slots are filled: who is filled for, what the person holds now, and what limits what is new.

    `new_most`: at most so many exercises of chains not held, and with them at most `sets_most` sets in all (None: no
    limit), and of these only the slots in `only` (None: any). `level_most`: chain -> highest level. `careful`:
    exercises that need care only now, and so start again at one set and the low end.
    """

    allowed: Allowed
    rule: str
    held: Sequence[Item] = ()
    new_most: int | None = None
    sets_most: int | None = None
    level_most: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    careful: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


def fill(wanted: Sequence[str], filling: Filling) -> tuple[tuple[Item, ...], tuple[Missing, ...]]:
    """Items for slots, in their order: held ones keep their dose, blocked ones are replaced or left out."""
    library = filling.allowed.catalog.exercises
    starts = {slot: _start(slot, wanted, filling) for slot in wanted}
    taken = {name for name, _ in starts.values() if filling.allowed.fits(name)}
    placed: list[Item | Missing] = []
    for slot, (name, held) in starts.items():
        used = {item.exercise for item in placed if isinstance(item, Item)}
        placed.append(_placed(slot, name, held, filling, used, taken))
    chains = {library[held.exercise].chain for held in filling.held}
    new = [i for i in placed if isinstance(i, Item) and library[i.exercise].chain not in chains]
    if filling.new_most is not None:
        placed = _within_caps(placed, new, filling)
    items = tuple(item for item in placed if isinstance(item, Item))
    return items, tuple(item for item in placed if isinstance(item, Missing))


def _within_caps(placed: Sequence[Item | Missing], new: Sequence[Item], filling: Filling) -> list[Item | Missing]:
    """G3 for a change of exercises: what is new waits, the last first, until the number and the sets fit."""
    may = [item for item in new if filling.only is None or item.slot in filling.only]
    keep = {item.slot: item for item in may[: filling.new_most]}
    old = sum(item.dose.sets for item in placed if isinstance(item, Item) and item not in new)
    room = None if filling.sets_most is None else filling.sets_most - old
    for item in reversed(may[: filling.new_most]):
        over = 0 if room is None else sum(entering.dose.sets for entering in keep.values()) - room
        if over > 0:
            sets = max(0, item.dose.sets - over)
            keep[item.slot] = replace(item, dose=Dose(sets, item.dose.amount))
    waits = Why("dropped", "G3", because="new_exercises")
    result: list[Item | Missing] = []
    for one in placed:
        if isinstance(one, Item) and one in new:
            entering = keep.get(one.slot)
            result.append(entering if entering is not None and entering.dose.sets else Missing(one.slot, waits))
        else:
            result.append(one)
    return result


def _start(slot: str, slots: Sequence[str], filling: Filling) -> tuple[str, Item | None]:
    """Where a slot begins: at the level the person has in its chain; without one, at the programme's."""
    chain = filling.allowed.catalog.exercises[slot].chain
    own = next((held for held in filling.held if held.slot == slot), None)
    if own is not None:
        return (own.exercise, own) if own.exercise in chain else (slot, own)
    proven = [h for h in filling.held if h.exercise in chain and h.slot not in slots]
    best = max(proven, key=lambda held: chain.index(held.exercise), default=None)
    if best is not None:
        return best.exercise, best
    most = filling.level_most.get(chain)
    if filling.held and most is None:  # a chain never done starts no higher than what is done
        most = max(filling.allowed.catalog.exercises[held.exercise].level for held in filling.held)
    name = slot
    while most is not None and filling.allowed.catalog.exercises[name].level > most:
        easier = filling.allowed.catalog.exercises[name].easier
        if easier is None:
            break
        name = easier
    return name, None


def _placed(
    slot: str, name: str, held: Item | None, filling: Filling, used: set[str], taken: set[str]
) -> Item | Missing:
    allowed = filling.allowed
    block = allowed.block(name)
    if block is None and name not in used:
        if held is not None and held.exercise == name:
            return kept(slot, held, filling)
        return Item(name, allowed.start(name), Why("planned", filling.rule), slot)
    if block is None:
        return Missing(slot, Why("dropped", "I12", because=name))
    if held is not None and held.exercise != name and allowed.fits(held.exercise) and held.exercise not in used:
        return kept(slot, held, filling)
    peer = allowed.peer(name, used | taken) if block.kind == "swapped" and held and held.maintained_on else None
    instead = peer or allowed.instead(name, used | taken)  # at the top dose a swap takes up what was offered (G4)
    if instead is None:
        return Missing(slot, Why("dropped", block.rule, because=block.because))
    start = allowed.start(instead)
    if held is not None:
        start = Dose(min(start.sets, held.dose.sets), start.amount)
    return Item(instead, start, Why(block.kind, block.rule, name, block.because), slot)


def kept(slot: str, held: Item, filling: Filling) -> Item:
    """A held item in a slot: its dose within the person's ranges, or from the bottom where it needs care only now."""
    low, high, sets_max = filling.allowed.range(held.exercise)
    why = held.why if held.slot == slot else Why("planned", filling.rule)
    if held.exercise in filling.careful:
        return replace(held, slot=slot, why=why, dose=Dose(1, low), streak=0, maintained_on=None)
    dose = Dose(min(held.dose.sets, sets_max), min(held.dose.amount, high))
    return replace(held, slot=slot, why=why, dose=dose)
