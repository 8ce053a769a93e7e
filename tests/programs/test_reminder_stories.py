"""The reminder rules by stories that a physiotherapist can read: tests/schedule."""

import re
from datetime import timedelta

import pytest

from programs import schedule
from programs.schedule import KINDS, REASONS
from tests.programs import reminder_stories as stories
from tests.programs.reminder_stories import Story

STORIES = stories.read(
    "budget.yaml", "quiet.yaml", "silence.yaml", "habits.yaml", "working_hours.yaml", "travel.yaml"
)  # fmt: skip
VISITS, TEXTS = stories.read("visits.yaml"), stories.read("texts.yaml")


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_what_happens_is_what_the_story_tells(story: Story) -> None:
    assert stories.told(story) == story.data["happens"]


@pytest.mark.parametrize("story", VISITS, ids=str)
def test_a_visit_is_announced_outside_of_quiet_hours(story: Story) -> None:
    local = stories.person(story)
    due = stories.at(story.data["visit"], local.zone) - timedelta(hours=story.data["hours_before"])
    assert schedule.before_quiet(due, local) == stories.at(story.data["told"], local.zone)


@pytest.mark.parametrize("story", TEXTS, ids=str)
def test_the_texts_fit_how_things_go(story: Story) -> None:
    told = {key: story.data[key] for key in ("last_session", "plan_began", "flare", "pauses") if key in story.data}
    stands = stories.standing(Story(story.file, story.case, {"stands": told}))
    training = stories.mask(story.data.get("training"))
    kind = story.data.get("kind", "routine")
    found = schedule.text_set(kind, story.data["day"], training, stands.done_day, stands.course)
    assert found == story.data["texts"]


def test_every_kind_and_every_reason_has_a_story() -> None:
    lines = [line for story in STORIES for line in story.data["happens"]]
    assert {reason for line in lines for reason in re.findall(r"left out \((\w+)\)", line)} == set(REASONS)
    assert {kind for line in lines for kind in re.findall(r"\d\d:\d\d (\w+) sent", line)} == set(KINDS)


def test_every_list_of_routine_texts_has_a_story() -> None:
    assert {story.data["texts"] for story in TEXTS} >= {name for name in schedule.TEXT_SETS if "routine" in name}


def test_every_rule_has_a_story() -> None:
    named = {rule for story in STORIES for rule in story.data["rule"].split()}
    assert named == {
        "N1",
        "N2",
        "N4",
        "N5",
        "N7",
        "N8",
        "N9",
        "N11",
        "N12",
        "N14",
    }  # N3, N6, N10: see docs/reminders.md
