"""Kill the worker at any moment, empty the queue, take it away: the plan is the same and each reminder comes."""

from collections import Counter
from datetime import datetime

import pytest

from tests.journeys import forked, story
from tests.journeys.service import Service
from tests.journeys.trouble import Peace, Trouble
from tests.receivers.webpush import Receiver

SEED = 20260302


def test_whatever_fails_on_the_way_the_story_ends_in_the_same_plan_and_every_reminder_came(
    service: Service, receiver: Receiver, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    forked.prepare()
    calm, banners = story.play(service, receiver, now, Peace(service))
    _check_that_there_is_something_to_lose(calm, banners)

    service.start_over(now)
    trouble = Trouble(service, SEED, story.STEPS)
    rough, banners = story.play(service, receiver, now, trouble)
    with capsys.disabled():
        print(_figures(trouble, banners), end="")

    assert trouble.kills() >= 10
    assert rough.reminders == calm.reminders, "each was made once, none was missed"
    assert set(banners.deliveries) == {"accepted"}
    assert set(banners.received) == set(banners.due), "each reached the phone, always under its one name"
    assert rough.plan == calm.plan == rough.replayed == calm.replayed
    assert rough.decisions == calm.decisions
    assert rough.routine == calm.routine


def _check_that_there_is_something_to_lose(calm: story.Ending, banners: story.Banners) -> None:
    rules = " ".join(calm.decisions)
    assert all(f'"rule":"{rule}"' in rules for rule in ("P3", "G2", "D1"))
    kinds = Counter((kind, state) for kind, _, _, state, _ in calm.reminders)
    assert kinds["own", "due"] == story.STEPS["reminder"]
    assert kinds["red_flag_followup", "due"] == story.STEPS["follow-up"]
    assert sorted(banners.received.elements()) == sorted(banners.due), "undisturbed, each comes exactly once"


def _figures(trouble: Trouble, banners: story.Banners) -> str:
    hits = trouble.hits
    points = ", ".join(f"{mishap} {number}" for mishap, number in sorted(hits.items()) if ":" in mishap)
    twice = banners.received.total() - len(banners.received)
    return (
        f"\n  worker killed {trouble.kills()} times ({points}, at some moment {hits['worker']}), "
        f"leases lost {trouble.leases_lost}; beat killed {hits['beat']}, "
        f"queue emptied {hits['queue'] * 2}, Valkey away {hits['valkey']}"
        f"\n  reminders due {len(banners.due)}, received {len(banners.received)}, handed over once more {twice} "
    )
