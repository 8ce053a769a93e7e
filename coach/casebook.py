"""`coach cases`: runs worked cases, a line each."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coach.config import CannotStart
from programs import cases
from programs import catalog as content
from programs.cases import Case
from programs.catalog import Catalog

CASES_MOST = 5000
FROM_STATE = (
    "pure: starts from a given state, or holds what only the service itself writes"  # nobody's log holds such a start
)
BY_THE_SERVICE = "pure: holds what only the service itself writes"


def run(paths: Sequence[Path], *, through_api: bool) -> int:
    """0 when all pass, 1 when one fails. Raises CannotStart, or BadContent for a file that cannot be read."""
    began = time.monotonic()
    failed = 0
    found = [cases.load(path) for path in _files(paths)]
    for case, difference, remark in _verdicts(found, content.load(), through_api):
        failed += difference is not None
        line = f"PASS {case.name}" if difference is None else f"FAIL {case.name}: {difference}"
        print(f"{line} ({remark})" if remark else line, flush=True)
    pure = sum(not _is_played(case) for case in found)
    how = f"; {len(found) - pure} through the API, {pure} pure" if through_api else ""
    took = time.monotonic() - began
    print(f"{len(found)} cases: {len(found) - failed} passed, {failed} failed{how}; {took:.1f} s")
    return 1 if failed else 0


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise CannotStart(f"{path}: holds no case (*.yaml)")
        files += inside
    if len(files) > CASES_MOST:
        raise CannotStart(f"{len(files)} cases are more than {CASES_MOST}")
    return files


def _verdicts(
    found: Sequence[Case], catalog: Catalog, through_api: bool
) -> Iterator[tuple[Case, str | None, str | None]]:
    """Each case with its first difference and a remark, in order."""
    if not through_api:
        yield from ((case, cases.run(case, catalog), None) for case in found)
        return
    from coach import rehearsal

    pure = [cases.run(case, catalog) for case in found]  # first: a fault in a file shows before servers start
    played = iter(rehearsal.play([case for case in found if _is_played(case)], catalog))
    for case, difference in zip(found, pure, strict=True):
        if _is_played(case):
            yield case, _both(difference, next(played)), None
        else:
            yield case, difference, FROM_STATE if case.state is not None else BY_THE_SERVICE


def _both(pure: str | None, played: str | None) -> str | None:
    if pure == played:
        return pure
    return f"through the API: {played or 'passes'}" + (f"; pure: {pure}" if pure else "")


def _is_played(case: Case) -> bool:
    return case.state is None and all(told.kind not in ("measured", "settled") for told in case.told)
