"""What becomes of a delivery after each outcome; retries spread out, grow, and end with the reminder's time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coach.services.deliveries import Result
from tests.workers.test_webpush import KEY, NOW, handover
from workers.push.outcome import (
    Accepted,
    Ambiguous,
    Expired,
    Outcome,
    Refused,
    TokenGone,
    TryLater,
    settle,
)

SENT = handover()


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        (Accepted(201), "accepted", 201),
        (TokenGone(410), "gone", 410),
        (Refused(403), "refused", 403),
        (Refused(), "refused", None),
        (Expired(), "expired", None),
    ],
)
def test_final_outcomes_are_final(outcome: Outcome, state: str, code: int | None) -> None:
    assert settle(SENT, outcome, NOW) == Result(KEY, SENT.lease, state, code=code)  # type: ignore[arg-type]


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (8, 128), (10, 512), (11, 600), (99, 600)])
def test_each_try_waits_longer_up_to_ten_minutes(attempt: int, seconds: int) -> None:
    result = settle(replace(SENT, attempt=attempt), TryLater(503), NOW, chance=0.5)
    assert (result.state, result.due_at, result.code) == ("pending", NOW + timedelta(seconds=seconds), 503)


def test_retries_of_many_are_spread() -> None:
    waits = [settle(SENT, TryLater(), NOW, chance=chance).due_at for chance in (0.0, 1.0)]
    assert waits == [NOW + timedelta(seconds=0.5), NOW + timedelta(seconds=1.5)]


def test_never_before_the_provider_said() -> None:
    result = settle(SENT, TryLater(429, timedelta(minutes=30)), NOW, chance=1.0)
    assert result.due_at == NOW + timedelta(minutes=30)


def test_a_try_after_its_time_is_not_made() -> None:
    assert settle(SENT, TryLater(429, timedelta(hours=4)), NOW).state == "expired"


def test_the_hundredth_try_is_the_last() -> None:
    assert settle(replace(SENT, attempt=100), TryLater(503), NOW).state == "refused"


def test_a_lost_answer_is_sent_again_and_counted() -> None:
    result = settle(SENT, Ambiguous(), NOW, chance=0.5)
    assert (result.state, result.ambiguous) == ("pending", True)
