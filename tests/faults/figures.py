"""The one line that each run prints."""

import statistics
from collections import Counter
from collections.abc import Sequence

from tests.faults.checker import Findings


def line(fault: str, hits: Counter[str], found: Findings) -> str:
    """Hits, what was due, lost, doubled, ambiguous, how late (real time), and how long until all was well again."""
    parts = [f"{name} {number}" for name, number in sorted(hits.items())]
    said = [
        f"{fault}: {', '.join(parts) or 'nothing broken'}",
        f"due {found.due} on {found.handovers} phones, missing {len(found.missing)}, doubled {len(found.unasked)}",
        f"lost {len(found.lost)}" + "".join(f", {state} {number}" for state, number in sorted(found.left.items())),
        f"handed over twice {found.again}, banners doubled or stale {len(found.banners)}, ambiguous {found.ambiguous}",
        f"late {spread(found.late)}",
    ]
    if found.recovered:
        said.append(f"all was well after {statistics.median(found.recovered):.1f}, at most {max(found.recovered):.1f}")
    return f"\n  [{'; '.join(said)} s]"


def spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    cut = _cut(seconds)
    return f"p50 {cut[49]:.2f} p95 {cut[94]:.2f} p99 {cut[98]:.2f} max {max(seconds):.2f}"


def p99(seconds: Sequence[float]) -> float:
    return _cut(seconds)[98]


def _cut(seconds: Sequence[float]) -> list[float]:
    return statistics.quantiles([*seconds, *seconds], n=100, method="inclusive")  # twice: one alone cannot be cut
