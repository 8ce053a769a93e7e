"""`coach replay`: a stored plan is what its log gives again, or it says where it is not."""

import random
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from coach import replay
from coach.config import CannotStart, Config
from coach.differences import Difference, first_difference
from coach.models.plans import Plan
from programs import catalog
from tests.coach.conftest import Move
from tests.coach.people import Person, entry
from workers.adaptation import adapt_due

Sessions = sessionmaker[Session]


@pytest.fixture
def patient_id(person: Person, committed: Sessions, config: Config, move: Move, now: datetime) -> UUID:
    """Somebody with two weeks of sessions, of which a few days came late, shuffled and with a correction."""
    person.onboard()
    late: list[dict[str, Any]] = []
    for day in range(14):
        at = now + timedelta(days=day)
        move(at)
        said = _day(at, trains=day % 2 == 0)
        if day in (4, 5, 6):
            late += said
        else:
            random.Random(day).shuffle(late)
            person.report(*said, *late)
            late = []
        adapt_due(committed, config, catalog.load())
    wrong = entry("steps", at, count=40_000)
    person.report(wrong, entry("correction", at, replaces=wrong["id"], kind="steps", body={"count": 4000}))
    adapt_due(committed, config, catalog.load())
    return UUID(person.get("/v1/me")["id"])


def _day(at: datetime, *, trains: bool) -> list[dict[str, Any]]:
    said = [entry("checkin", at, answers={}), entry("morning", at + timedelta(seconds=1), pain=3)]
    done = entry(
        "session", at + timedelta(seconds=2), pre=2, peak=2, rpe=4, leg_pre=0, leg_post=0, loc_pre=0, loc_post=0
    )
    return [*said, done] if trains else said


def test_a_plan_that_came_about_day_by_day_is_the_one_its_log_gives(
    patient_id: UUID, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay.run(config, patient_id, None) == 0
    assert capsys.readouterr().out == f"{patient_id}: same\n"


def test_events_not_folded_yet_are_no_difference(
    patient_id: UUID, person: Person, config: Config, move: Move, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    person.report(entry("morning", now + timedelta(days=13), pain=9))
    assert replay.run(config, patient_id, None) == 0


def test_a_plan_that_its_log_does_not_give_is_shown_with_the_place(
    patient_id: UUID, committed: Sessions, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    with committed.begin() as session:
        plan = session.get_one(Plan, patient_id)
        state = deepcopy(plan.state)
        sets = state["items"][0]["dose"]["sets"]
        state["items"][0]["dose"]["sets"] = sets + 1
        plan.state = state
    assert replay.run(config, None, 10) == 1
    assert capsys.readouterr().out == (
        f"{patient_id}: items.0.dose.sets: stored {sets + 1}, folded {sets}\n1 plans: 1 different\n"
    )


def test_a_plan_of_other_content_cannot_be_compared(
    patient_id: UUID, committed: Sessions, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    with committed.begin() as session:
        session.execute(update(Plan).values(content_hash="of last year"))
    assert replay.run(config, patient_id, None) == 0
    assert "other rules or content" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("patient", "sample", "said"),
    [
        (uuid4(), None, "no plan is stored"),
        (None, None, "a patient's id, or --all-of-a-sample"),
        (uuid4(), 3, "a patient's id, or --all-of-a-sample"),
        (None, 0, "0 is not from 1 to"),
    ],
)
def test_what_cannot_be_replayed_is_said(config: Config, patient: UUID | None, sample: int | None, said: str) -> None:
    with pytest.raises(CannotStart, match=said):
        replay.run(config, patient, sample)


def test_the_first_difference_names_its_place() -> None:
    one = {"a": [1, {"b": 2}], "c": None}
    assert first_difference(one, deepcopy(one)) is None
    assert first_difference(one, {"a": [1, {"b": 3}], "c": None}) == Difference("a.1.b", 2, 3)
    assert first_difference(one, {"a": [1, {"b": 2}, 5], "c": None}) == Difference("a.2", "nothing", 5)
    assert first_difference(one, {"a": [1, {"b": 2}]}) == Difference("c", None, "nothing")
    assert first_difference(1, 1.0) == Difference("", 1, 1.0), "other bytes"
