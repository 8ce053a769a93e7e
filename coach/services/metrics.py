"""What the service is doing, in numbers for an operator's charts: read from rows, so that every process says the same.

Each statement looks at the last minutes or counts up to a bound. No number belongs to one person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from coach.services import health

WINDOW = timedelta(minutes=5)
MOST_COUNTED = 1_000_000
QUANTILES = ("0.5", "0.95", "0.99", "1")


@dataclass(frozen=True)
class Figure:
    """One number with its labels, such as ("kind", "routine")."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


# Prometheus shows these words beside the numbers.
HELP = {
    "coach_age_seconds": "age of the oldest thing that should have happened",
    "coach_cursors_due": "patients whose reminders are due and not yet looked at",
    "coach_deliveries_waiting": "hand-overs due and not yet accepted",
    "coach_occurrences": "reminders of the last 5 minutes; those left out, expired or cancelled are shed",
    "coach_deliveries": "hand-overs due in the last 5 minutes",
    "coach_deliveries_retried": "of these, tried more than once",
    "coach_deliveries_ambiguous": "of these, answers that were lost: the phone may have it already",
    "coach_delivery_lateness_seconds": "of these, from the moment it was due to the provider's yes",
    "coach_cursors_audited": "cursors computed afresh in the last audit",
    "coach_cursors_differing": "of these, not what was stored: should be 0",
    "coach_zones_moved": "patients whose instants the last release of tzdata moved",
}


def read(session: Session, now: datetime) -> Sequence[Figure]:
    return [
        *(Figure("coach_age_seconds", (("of", name),), age) for name, age in health.ages(session, now).items()),
        *_waiting(session, now),
        *_occurrences(session, now),
        *_deliveries(session, now),
        *_upkeep(session),
    ]


def exposition(figures: Sequence[Figure]) -> str:
    """The text that Prometheus reads (format 0.0.4). Label values are our own words: nothing to escape."""
    lines = []
    for name, words in HELP.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
        for each in (each for each in figures if each.name == name):
            labels = ",".join(f'{label}="{value}"' for label, value in each.labels)
            lines.append(f"{name}{{{labels}}} {each.value:g}" if labels else f"{name} {each.value:g}")
    return "\n".join(lines) + "\n"


def _waiting(session: Session, now: datetime) -> Iterator[Figure]:
    row = session.execute(_WAITING, {"now": now, "most": MOST_COUNTED}).one()
    yield Figure("coach_cursors_due", (), row.cursors)
    yield Figure("coach_deliveries_waiting", (), row.deliveries)


def _occurrences(session: Session, now: datetime) -> Iterator[Figure]:
    for row in session.execute(_OCCURRENCES, {"since": now - WINDOW, "now": now}):
        labels = ("kind", row.kind), ("state", row.state), ("reason", row.reason or "")
        yield Figure("coach_occurrences", labels, row.number)


def _deliveries(session: Session, now: datetime) -> Iterator[Figure]:
    window: dict[str, Any] = {"since": now - WINDOW, "now": now}
    for row in session.execute(_DELIVERIES, window):
        labels = ("provider", row.provider), ("kind", row.kind), ("state", row.state)
        yield Figure("coach_deliveries", labels, row.number)
        yield Figure("coach_deliveries_retried", labels, row.retried)
        yield Figure("coach_deliveries_ambiguous", labels, row.ambiguous)
    late = session.execute(_LATENESS, window | {"quantiles": [float(each) for each in QUANTILES]}).scalar()
    for quantile, seconds in zip(QUANTILES, late or (), strict=False):
        yield Figure("coach_delivery_lateness_seconds", (("quantile", quantile),), seconds)


def _upkeep(session: Session) -> Iterator[Figure]:
    for row in session.execute(text("SELECT audited, differing, moved FROM upkeep")):
        yield Figure("coach_cursors_audited", (), row.audited)
        yield Figure("coach_cursors_differing", (), row.differing)
        yield Figure("coach_zones_moved", (), row.moved)


_WAITING = text("""
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM cursor WHERE next_at <= :now LIMIT :most) AS due) AS cursors,
    (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 'pending' AND due_at <= :now LIMIT :most) AS waiting)
    + (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 'leased' LIMIT :most) AS leased) AS deliveries
""")

_OCCURRENCES = text("""
SELECT kind, state, reason, count(*) AS number FROM occurrence
WHERE fire_at > :since AND fire_at <= :now GROUP BY kind, state, reason
""")

_DELIVERIES = text("""
SELECT device.provider, o.kind, d.state, count(*) AS number, count(*) FILTER (WHERE d.attempts > 1) AS retried,
    sum(d.ambiguous) AS ambiguous
FROM delivery d JOIN occurrence o USING (patient_id, schedule_id, local_day, slot)
JOIN device ON device.patient_id = d.patient_id AND device.id = d.device_id
WHERE d.due_at > :since AND d.due_at <= :now GROUP BY device.provider, o.kind, d.state
""")

_LATENESS = text("""
SELECT percentile_cont(CAST(:quantiles AS float8[])) WITHIN GROUP (
    ORDER BY extract(epoch FROM d.finished_at - o.fire_at))
FROM delivery d JOIN occurrence o USING (patient_id, schedule_id, local_day, slot)
WHERE d.due_at > :since AND d.due_at <= :now AND d.state = 'accepted'
""")
