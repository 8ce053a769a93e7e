"""The command `coach simulate`: many lives in several processes, and what they show."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from programs import adapt, catalog, simulate
from programs.invariants import Breach, Look
from programs.simulate import Found, Lived, Tally, Who

LIVES_AT_ONCE = 4  # handed to a process
LIVES_MEASURED, DAYS_MEASURED = 12, 45  # at most, for the speed of the fold alone
SHOWN_EACH = 3  # breaches of one invariant
BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    patients: int
    days: int
    seed: int
    archetypes: tuple[str, ...] = ()
    patient: int | None = None
    processes: int | None = None
    json: Path | None = None

    def check(self) -> None:
        """Raises ValueError for a request that cannot be."""
        if self.patient is not None and len(self.archetypes) != 1:
            raise ValueError("patient: needs the archetype as well")
        simulate.lives(self.patients, self.archetypes)
        simulate.check_days(self.days)


def run(asked: Asked) -> int:
    """Simulates and reports; 1 for a breach, or where a rule that should have been at work never was."""
    asked.check()
    console = Console()
    if asked.patient is not None:
        return _replay((asked.archetypes[0], asked.patient), asked, console)
    began = time.perf_counter()
    who = simulate.lives(asked.patients, asked.archetypes)
    tally = _simulate(who, asked, console)
    took = time.perf_counter() - began
    speed = fold_speed(who[:LIVES_MEASURED], min(asked.days, DAYS_MEASURED), asked.seed)
    never = [] if asked.archetypes else tally.never  # some archetypes alone cannot show every rule
    _report(tally, asked, console)
    console.print(
        f"{tally.lives} patients x {asked.days} days, {tally.entries} log lines in {took:.0f} s; "
        f"the fold alone: {speed:,.0f} lines/s in one process"
    )
    if never:
        console.print(f"[red]Never at work:[/] {', '.join(never)}")
    verdict = f"[red]{len(tally.breaches)} breaches[/]" if tally.breaches else "[green]no breach[/]"
    console.print(f"{verdict}, {len(never)} of {sum(map(len, simulate.EXPECTED.values()))} never seen")
    if asked.json is not None:
        told = {
            "seed": asked.seed,
            "days_each": asked.days,
            "seconds": round(took, 1),
            "fold_lines_per_s": round(speed),
        }
        asked.json.write_text(json.dumps({**told, **tally.as_json(asked.seed)}, indent=1) + "\n")
    return 1 if tally.breaches or never else 0


def fold_speed(people: Sequence[Who], days: int, seed: int) -> float:
    """Log lines a second that the fold alone takes in, in this process."""
    content, lines, took = catalog.load(), 0, 0.0
    for who in people:
        log = simulate.log(who, seed, days, content)
        last = max(event.day for event in log)
        began = time.perf_counter()
        adapt.fold(None, log, last, content)
        took += time.perf_counter() - began
        lines += len(log)
    return lines / took


def _simulate(who: Sequence[Who], asked: Asked, console: Console) -> Tally:
    tally, processes = Tally(), asked.processes or os.cpu_count() or 1
    columns = (TextColumn("living"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(who))
        for lived in _lived(who, asked, processes):
            tally.add(lived)
            progress.advance(task)
    tally.breaches.sort(key=lambda found: (found.breach.invariant, found.kind, found.number, found.day))
    return tally


def _lived(who: Sequence[Who], asked: Asked, processes: int) -> Iterator[Lived]:
    batches = [who[place : place + LIVES_AT_ONCE] for place in range(0, len(who), LIVES_AT_ONCE)]
    work = partial(_batch, seed=asked.seed, days=asked.days)
    if processes == 1:
        for batch in batches:
            yield from work(batch)
        return
    # Spawned, so that each process has its own hash seed: a plan that hangs on it would be found.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(work, batch) for batch in batches]):
            yield from done.result()


def _batch(batch: Sequence[Who], *, seed: int, days: int) -> list[Lived]:
    content = catalog.load()
    return [simulate.live(who, seed, days, content) for who in batch]


def _report(tally: Tally, asked: Asked, console: Console) -> None:
    _breaches(tally.breaches, asked.seed, console)
    fired = tally.as_json(asked.seed)["fired"]
    for kind, counts in fired.items():
        console.print(f"[bold]{kind}[/] (days): " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    table = Table("escalation", "patients", "day, half", "day, last", title="Time to escalation")
    for name, (count, half, last) in tally.escalations().items():
        table.add_row(name, str(count), f"{half:g}", str(last))
    console.print(table)
    table = Table("archetype", "first", "by week", "last", title="Load served a day")
    for name, weeks in tally.weekly().items():
        top = max([*weeks, 1])
        table.add_row(name, str(weeks[0]), "".join(BARS[week * 8 // top] for week in weeks), str(weeks[-1]))
    console.print(table)


def _breaches(found: Sequence[Found], seed: int, console: Console) -> None:
    shown: dict[str, int] = {}
    for one in found:
        name = one.breach.invariant
        shown[name] = shown.get(name, 0) + 1
        if shown[name] <= SHOWN_EACH:
            console.print(f"[red]{name}[/] {one.kind} {one.number}, day {one.day}: {one.breach.what}", highlight=False)
            console.print(f"   {one.replay(seed)}", highlight=False)
    for name, count in shown.items():
        if count > SHOWN_EACH:
            console.print(f"[red]{name}[/] {count} in all")


def _replay(who: Who, asked: Asked, console: Console) -> int:
    """One life again, with all that led to each breach of its last day."""
    looks: list[tuple[Look, list[Breach]]] = []
    life = simulate.begin(who, asked.seed, catalog.load())
    life.on_look = lambda look, breaches: looks.append((look, breaches))
    lived = life.live(asked.days)
    for look, breaches in looks[-3:]:
        console.print(
            f"[bold]{look.day}[/] {look.status}, {look.plan.program}, {look.plan.mode} {look.plan.training.gap}"
        )
        for event in look.told:
            console.print(f"  told {event.day} {event.kind} by {event.author}: {event.body}", highlight=False)
        for decision in look.decisions:
            dose = f"{decision.before} -> {decision.after}" if decision.exercise else dict(decision.inputs)
            console.print(f"  {decision.rule} {decision.change} {decision.exercise or ''} {dose}", highlight=False)
        for variant, steps in look.variants.items():
            text = ", ".join(f"{step.exercise} {step.sets}x{step.amount}" for step in steps)
            console.print(f"  {variant}: {text or 'nothing'}", highlight=False)
        for breach in breaches:
            console.print(f"  [red]{breach.invariant}[/] {breach.what}", highlight=False)
    for breach in lived.breaches:
        console.print(f"[red]{breach.invariant}[/] {breach.day}: {breach.what}", highlight=False)
    return 1 if lived.breaches else 0
