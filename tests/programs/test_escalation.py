"""When an alert goes on: by the minute while unseen, or once its day has passed, until it is settled."""

from datetime import UTC, date, datetime, timedelta

import pytest

from programs import catalog, escalation

NUMBERS = catalog.load().constants.escalation
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OVERDUE = AT + timedelta(days=7)


def climbs(level: str, step: int = 1, *, told_at: datetime = AT, seen: bool = False) -> timedelta | None:
    at = escalation.climbs_at(level, step, told_at, OVERDUE, seen=seen, numbers=NUMBERS)
    return at - told_at if at else None


@pytest.mark.parametrize(("level", "minutes"), [("EMERGENCY", 15), ("URGENT", 60)])
def test_what_cannot_wait_climbs_by_the_minute_until_seen(level: str, minutes: int) -> None:
    assert climbs(level) == climbs(level, 2) == timedelta(minutes=minutes)
    assert climbs(level, seen=True) is climbs(level, 2, seen=True) is None


@pytest.mark.parametrize("level", ["SOON", "SOON_HOLD", "NO_PLAN"])
def test_what_has_a_day_climbs_once_it_has_passed_seen_or_not(level: str) -> None:
    for seen in (False, True):
        assert climbs(level, seen=seen) == timedelta(days=7)
        assert climbs(level, 2, told_at=OVERDUE, seen=seen) == timedelta(hours=24)


@pytest.mark.parametrize("level", ["EMERGENCY", "SOON"])
@pytest.mark.parametrize("step", [0, 3])
def test_nobody_comes_after_the_last_and_nothing_before_the_first(level: str, step: int) -> None:
    assert climbs(level, step) is None


@pytest.mark.parametrize(
    ("zone", "due", "at"),
    [
        ("Europe/Paris", date(2026, 3, 28), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),  # clocks went forward that night
        ("Asia/Kathmandu", date(2026, 3, 5), datetime(2026, 3, 6, 2, 15, tzinfo=UTC)),
        ("Europe/Paris", None, datetime(2026, 3, 10, 7, 0, tzinfo=UTC)),  # a day of its own it has not
    ],
)
def test_it_is_overdue_in_the_clinics_morning_after_its_last_day(zone: str, due: date | None, at: datetime) -> None:
    assert escalation.overdue_at(date(2026, 3, 2), due, zone, NUMBERS) == at
