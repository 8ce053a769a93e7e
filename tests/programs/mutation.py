"""The mutation check as a table: each rule taken out, and the worked cases that notice.

Run by `make mutation`; exit status 1 when a removal goes unnoticed.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import groupby

import pytest

from tests.programs.removals import CONTENT, Removal, every
from tests.programs.test_rules_covered import all_cases, is_red

PROCESSES = 2
NAMED = 3


@cache
def removals() -> tuple[tuple[str, Removal], ...]:
    """All of them, listed once: a removal that is undone may change the order in which they are found."""
    return tuple(every())


def red_without(number: int) -> list[str]:
    """The cases that fail under one removal."""
    _, removal = removals()[number]
    with pytest.MonkeyPatch.context() as patch:
        content = removal.apply(patch) or CONTENT
        return [case.name for case in all_cases() if is_red(case, content)]


def main() -> int:
    with ProcessPoolExecutor(PROCESSES) as processes:
        found = list(processes.map(red_without, range(len(removals()))))
    print("| rule | removed | cases that fail | such as |\n|---|---|---|---|")
    rows = [(rule, removal.what, red) for (rule, removal), red in zip(removals(), found, strict=True)]
    for rule, ways in groupby(rows, key=lambda row: row[0]):
        for _, what, red in ways:
            print(f"| {rule} | {what} | {len(red)} | {', '.join(red[:NAMED]) or '**none**'} |")
    missed = [f"{rule}: {what}" for rule, what, red in rows if not red]
    print(f"\n{len(all_cases())} cases, {len(rows)} removals, {len(missed)} unnoticed.", *missed, sep="\n- ")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
