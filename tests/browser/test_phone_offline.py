"""Without a network: seven days ahead with the gate each day, a red flag, a second device; and what may be wrong."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hand import DAY, NONE_NEW, SOME_NEW, Hand, violations
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person
from tests.journeys.service import Service

BLADDER = "Has passing water changed"
HOUR = timedelta(hours=1)


@pytest.fixture
def hand(phone: Page, service: Service) -> Hand:
    return Hand(phone, service)


@pytest.fixture
def second(chromium: Browser, hand: Hand) -> Iterator[Hand]:
    """The same person's other phone."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield Hand(context.new_page(), hand.service, hand.email)
    context.close()


def test_a_red_flag_locks_at_once_and_only_the_clinic_opens_again(hand: Hand, now: datetime, axe: str) -> None:
    person = hand.person()
    hand.service.move(now + DAY)
    hand.sign_in()
    hand.tap(SOME_NEW)
    hand.tells(BLADDER, "I am not sure")
    hand.sees("Get emergency help now")  # it is read back with what to do already in sight
    assert person.today()["lock_cards"] == []
    hand.tap("Yes, that is right")
    hand.reads("Until you are seen")
    hand.reads("Maya Lindqvist")
    expect(hand.page.get_by_role("link", name="Call")).to_have_attribute("href", re.compile("tel:"))
    assert violations(hand.page, axe) == []
    hand.tap("A page to show the doctor")
    hand.reads(BLADDER)
    assert violations(hand.page, axe) == []
    hand.opens()
    hand.sees("Get emergency help now")
    hand.tap("Today")
    assert not hand.page.get_by_role("button", name="Start").count()
    hand.service.move(now + DAY + HOUR)
    _release(hand.service)
    hand.opens()
    hand.waits_until(lambda: hand.kept("lock") is None)
    hand.page.get_by_role("heading", name="Your exercises").or_(hand.page.get_by_text("Rest day")).first.wait_for()


def test_seven_days_without_a_network_and_a_red_flag_on_the_fourth(hand: Hand, second: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now)
    hand.page.clock.install(time=now)
    hand.sign_in()
    hand.works_offline()
    second.sign_in()
    hand.page.context.set_offline(True)
    for number in range(1, 4):
        hand.turns_clock(now + number * DAY)
        hand.opens()
        hand.sees("Before you start")
        hand.checks_in(pain=number)
    expect(hand.page.get_by_role("button", name="Start")).to_be_visible()  # the third day is one of training
    hand.waits_until(lambda: hand.page.locator(".steps img").first.evaluate("each => each.naturalWidth > 0"))
    hand.tap("Just right")
    hand.reads("Done for today")
    second.opens()
    second.page.get_by_role("heading", name="Your exercises").wait_for()
    hand.turns_clock(now + 4 * DAY)
    hand.opens()
    hand.tap(SOME_NEW)
    hand.tells(BLADDER, "Yes, new or worse")
    hand.tap("Yes, that is right")
    hand.reads("Nobody has been told yet")
    for number in (5, 6, 7):
        hand.turns_clock(now + number * DAY)
        hand.opens()
        hand.sees("Get emergency help now")
    hand.service.move(now + 7 * DAY)
    assert person.today()["lock_cards"] == []
    hand.page.context.set_offline(False)
    hand.opens()
    hand.all_is_sent()
    hand.reads("Maya Lindqvist")
    assert hand.kept("lock") is None  # the service's word holds from here
    second.opens()
    second.sees("Get emergency help now")
    told = [
        each for each in person.get("/v1/me/entries")["entries"] if each["kind"] in ("checkin", "morning", "session")
    ]
    assert sorted(each["local_day"] for each in told if each["kind"] == "checkin") == [
        (now + number * DAY).date().isoformat() for number in (1, 2, 3, 4)
    ]
    assert len([each for each in told if each["kind"] == "session"]) == 1


def test_after_a_week_without_contact_only_the_calm_routine_is_left(hand: Hand, now: datetime) -> None:
    hand.person()
    hand.page.clock.install(time=now)
    hand.sign_in()
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.turns_clock(now + 8 * DAY)
    hand.opens()
    hand.checks_in(pain=2)
    hand.tap("Exercise all the same")
    hand.reads("this phone has not met the service for a week")
    calm = hand.kept("week")["routines"][-1]["variants"]["calm"]
    expect(hand.page.locator(".steps > li")).to_have_count(len(calm))


def test_a_clock_that_is_a_day_wrong_changes_nothing(hand: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + 3 * DAY)
    hand.page.clock.install(time=now + 4 * DAY)  # a day ahead of the service
    hand.sign_in()
    hand.checks_in(pain=2)
    hand.all_is_sent()
    day = (now + 3 * DAY).date().isoformat()
    assert {each["local_day"] for each in person.get("/v1/me/entries")["entries"][:2]} == {day}
    assert person.today()["gate"]["answered"]
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.turns_clock(now + 6 * DAY)  # it jumps on without a network: the answer comes from the future
    hand.opens()
    hand.checks_in(pain=1)
    hand.page.context.set_offline(False)
    hand.opens()
    hand.all_is_sent()
    mornings = [each for each in person.get("/v1/me/entries")["entries"] if each["kind"] == "morning"]
    assert [(each["local_day"], each["body"]["pain"]) for each in mornings] == [(day, 1), (day, 2)]  # of now, not lost


def test_a_phone_in_another_zone_tells_the_service_and_keeps_its_days(
    chromium: Browser, service: Service, now: datetime
) -> None:
    context = chromium.new_context(timezone_id="Asia/Tokyo", has_touch=True, is_mobile=True)
    hand = Hand(context.new_page(), service)
    person = hand.person()
    service.move(now + DAY + 8 * HOUR)  # evening in Paris, past midnight in Tokyo
    hand.sign_in()
    hand.waits_until(lambda: person.get("/v1/me")["zone"] == "Asia/Tokyo")
    hand.opens()
    hand.checks_in(pain=2)
    hand.all_is_sent()
    entry = person.get("/v1/me/entries")["entries"][0]
    assert entry["local_day"] == "2026-03-03" and person.today()["gate"]["answered"]
    context.close()


def test_a_full_phone_says_so_and_sends_what_it_cannot_keep(hand: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + DAY)
    hand.sign_in()
    hand.sees("Before you start")
    hand.page.evaluate(
        "void (IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); })"
    )
    hand.checks_in(pain=2)
    expect(hand.page.get_by_role("status")).to_contain_text("storage is full")
    hand.waits_until(lambda: person.today()["gate"]["answered"])


def test_signed_out_without_a_network_keeps_the_queue_and_the_safety_card(hand: Hand, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + DAY)
    hand.sign_in()
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.checks_in(pain=5)
    refresh = hand.kept("tokens")["refresh"]
    assert hand.service.client.post("/v1/auth/logout", json={"refresh_token": refresh}).status_code == 204
    hand.page.evaluate(  # the access token has run out as well
        """new Promise(done => { indexedDB.open('coach').onsuccess = event => {
             const box = event.target.result.transaction('values', 'readwrite').objectStore('values');
             box.get('tokens').onsuccess = found => {
               box.put({ ...found.target.result, access: 'old' }, 'tokens').onsuccess = done; }; }; })"""
    )
    hand.page.context.set_offline(False)
    hand.opens()
    hand.sees("Exercises for your back")
    hand.reads("2 answers wait on this phone")
    hand.tap("Something is wrong")
    hand.reads("Go to emergency care at once")
    expect(hand.page.get_by_role("link", name="Call")).to_be_visible()
    hand.sign_in()
    hand.all_is_sent()
    assert person.get("/v1/me/entries")["entries"][0]["body"]["pain"] == 5


def test_unsure_twice_counts_as_yes_also_without_a_network(hand: Hand, now: datetime) -> None:
    hand.person()
    hand.page.clock.install(time=now)
    hand.sign_in()
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.turns_clock(now + DAY)
    hand.opens()
    hand.tap(SOME_NEW)
    hand.tells("Do both legs now have new pain", "I am not sure", "I am not sure")
    hand.sees("Before you start")  # still shut
    hand.turns_clock(now + 2 * DAY)
    hand.opens()
    hand.tap(SOME_NEW)
    hand.tells("Do both legs now have new pain", "I am not sure")
    hand.sees("Speak to a clinician today")
    hand.tap("Yes, that is right")
    hand.reads("Until you are seen")
    hand.tap("Today")
    assert not hand.page.get_by_role("button", name=NONE_NEW).count()


def _release(service: Service) -> None:
    maya = Person(service.client).log_in(CLINICIAN, PASSWORD)
    for alert in maya.get("/v1/clinic/alerts")["alerts"]:
        if alert["subject"] == "RF02":
            maya.post(f"/v1/clinic/alerts/{alert['id']}/release", {"note": "seen, nothing found"})
