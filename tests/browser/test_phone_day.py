"""The day in the hand: how many taps a stable day asks, the player, and what a killed browser keeps."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hand import DAY, NONE_NEW, Hand
from tests.journeys.service import Service

TRAINING = (3 * DAY, 5 * DAY)  # after the intake; the days before them are of rest


@pytest.fixture
def hand(phone: Page, service: Service) -> Hand:
    return Hand(phone, service)


def test_a_stable_day_is_three_taps(hand: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + TRAINING[0])
    hand.sign_in()
    hand.checks_in(pain=3)
    hand.tap("Just right")
    hand.reads("Done for today")
    hand.all_is_sent()
    hand.service.move(now + TRAINING[1])
    hand.opens()
    hand.sees("Before you start")
    hand.taps = 0
    hand.tap("Same as last time: 3")
    hand.tap(NONE_NEW)
    hand.tap("Just right")
    hand.reads("Done for today")
    assert hand.taps == 3
    hand.all_is_sent()
    told = [each for each in person.get("/v1/me/entries")["entries"] if each["kind"] != "intake"]
    assert [each["kind"] for each in told[:3]] == ["session", "morning", "checkin"]
    assert told[0]["body"]["peak"] == told[0]["body"]["pre"] == told[1]["body"]["pain"] == 3
    assert told[0]["body"]["rpe"] == 5


def test_the_player_needs_no_hand_from_set_to_set(hand: Hand, now: datetime) -> None:
    hand.person()
    hand.service.move(now + TRAINING[0])
    hand.page.clock.install()
    hand.sign_in()
    hand.opens("#/settings")
    hand.page.get_by_role("checkbox", name="Begin right after the morning check").check()
    hand.waits_until(lambda: (hand.kept("prefs") or {}).get("autostart"))
    hand.opens()
    hand.taps = 0
    hand.checks_in(pain=2)
    expect(hand.page.locator(".big")).to_be_visible()
    hand.reads("Get ready")
    first = hand.page.get_by_role("heading", level=1).inner_text()
    hand.page.clock.run_for(13_000)
    hand.reads("Go")
    for _ in range(90):
        if hand.page.get_by_role("heading", level=1).inner_text().startswith("Done"):
            break
        hand.page.clock.run_for(30_000)
        hand.page.evaluate("new Promise(done => navigator.locks.request('settled', done))")
    hand.sees("Done. How was it?")
    assert first != "Done. How was it?"
    hand.tap("Just right")
    hand.reads("Done for today")
    hand.all_is_sent()


def test_a_killed_browser_loses_no_answer_already_given(hand: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + TRAINING[0])
    hand.sign_in()
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.checks_in(pain=4)
    hand.tap("Start")
    hand.tap("Done, next")  # ready
    hand.tap("Done, next")  # a set
    hand.tap("This one hurts")
    hand.waits_until(lambda: (hand.kept("run") or {}).get("hurt"))
    hand.opens()  # the page is gone with everything in its memory
    hand.reads("You were in the middle")
    hand.tap("Go on from there")
    run = hand.kept("run")
    assert run["worked"] == 1 and len(run["hurt"]) == 1
    hand.opens("#/end")
    hand.tap("Something got worse")
    worst = hand.page.get_by_role("radiogroup", name="The worst pain while you exercised")
    worst.get_by_role("radio").nth(6).tap()
    expect(hand.page.get_by_role("checkbox", checked=True)).to_have_count(1)
    hand.tap("Save")
    hand.page.context.set_offline(False)
    hand.opens()
    hand.all_is_sent()
    session = person.get("/v1/me/entries")["entries"][0]
    assert session["kind"] == "session"
    assert session["body"]["peak"] == 6 and session["body"]["hurt"] == run["hurt"]
    assert 0 < session["body"]["done"] < 1


def test_the_last_tap_of_a_day_shows_at_once_whatever_the_network_does(hand: Hand, now: datetime) -> None:
    hand.person()
    hand.service.move(now + TRAINING[0])
    hand.sign_in()
    hand.tap("Today")
    hand.checks_in(pain=3)
    hand.all_is_sent()
    hand.page.wait_for_load_state("networkidle")  # what the service had to say is on the screen
    with hand.without_network():
        hand.tap("Just right")
        hand.reads("Done for today")


def test_what_is_told_while_the_disk_is_read_is_not_read_over(hand: Hand) -> None:
    hand.opens()
    kept = """async () => {
        const state = await import(new URL("state.js", document.querySelector("script[type=module]").src));
        const reading = state.load();
        await state.set("notes", "newer");
        await reading;
        return state.state.notes;
    }"""
    assert hand.page.evaluate(kept) == "newer"


def test_a_screen_that_comes_late_never_covers_the_one_asked_for_after_it(hand: Hand, now: datetime) -> None:
    hand.person()
    hand.service.move(now + TRAINING[0])
    hand.sign_in()
    late: list[Route] = []
    hand.page.route("**/v1/me/plan*", lambda route: late.append(route))
    hand.page.evaluate("location.hash = '#/plan'")
    hand.waits_until(lambda: len(late) == 1)
    hand.tap("Today")
    hand.sees("Before you start")
    with hand.page.expect_response("**/v1/me/plan*"):
        for each in late:
            each.continue_()
    hand.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    hand.page.wait_for_load_state("networkidle")
    hand.sees("Before you start")
