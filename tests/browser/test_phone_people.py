"""Coming to the app: the first questions, a code from the clinic, another language, two people on one phone."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import DAY, Hand, violations
from tests.coach.conftest import CLINICIAN
from tests.coach.people import PASSWORD, Person
from tests.journeys.service import Service

OTHER_STEPS = ("Feeling, strength, bladder and bowels", "Falls and knocks", "Illness and fever")


@pytest.fixture
def hand(phone: Page, service: Service) -> Hand:
    return Hand(phone, service)


def test_from_the_first_question_to_the_first_routine(hand: Hand, axe: str) -> None:
    page = hand.page
    hand.opens()
    assert violations(page, axe) == []
    hand.tap("I am new here")
    page.get_by_label("Your name").fill("Nora")
    page.get_by_label("E-mail").fill(hand.email)
    page.get_by_label("Password").fill(PASSWORD)
    hand.tap("Create my account")
    hand.tap("Begin")
    page.get_by_label("Age in years").fill("44")
    page.get_by_label("Height in cm").fill("171")
    hand.tap("Next")
    hand.sees("Where does it hurt?")
    page.get_by_role("checkbox", name="Back", exact=True).tap()
    page.get_by_role("checkbox", name="Calf, right side").tap()
    assert violations(page, axe) == []
    hand.tap("Next")
    for name, pain in (("Back, on average", 3), ("Back, at its worst", 5), ("Leg, the worse one (0 if none)", 2)):
        page.get_by_role("radiogroup", name=name).get_by_role("radio").nth(pain).tap()
    hand.tap("Next")
    hand.tap("Six weeks to three months")
    hand.sees("Has a doctor told you")
    hand.opens()  # the phone was put away; nothing is lost
    hand.tap("Go on")
    hand.sees("Has a doctor told you")
    hand.tap("Next")
    hand.sees("Does one of these fit?")
    hand.tap("Next")
    for title in OTHER_STEPS:
        hand.sees(title)
        hand.tap("None of these")
    hand.sees("Heart, blood and breathing")
    hand.tap("None of these")
    hand.sees("About you")
    hand.tap("One or more")
    hand.tells("first ever back pain", "Yes, for a long time, and a doctor has checked it")
    hand.sees("Your leg")
    hand.tap("Next")
    hand.tap("Mostly sitting")
    hand.tap("Next")
    hand.tap("20 minutes")
    hand.tap("Make my plan")
    hand.sees("Your plan")
    hand.reads("Your symptoms reach into the leg")
    hand.tap("To today's exercises")
    hand.reads("Your exercises")
    expect(page.locator(".steps li").first).to_be_visible()
    assert violations(page, axe) == []
    assert hand.kept("intake") is None


def test_a_code_of_the_clinic_lets_one_in_with_consent(hand: Hand) -> None:
    clinician = Person(hand.service.client).log_in(CLINICIAN, PASSWORD)
    made = clinician.post("/v1/clinic/invitations", {"role": "patient"})
    hand.page.goto(hand.address.removesuffix("app/") + "join#" + made["code"])
    hand.sees("I have a code from my clinic")
    hand.tap("Next")
    hand.reads("Maya Lindqvist of Riverside Physiotherapy invites you.")
    hand.page.get_by_label("Your name").fill("Nora")
    hand.page.get_by_label("E-mail").fill(hand.email)
    hand.page.get_by_label("Password").fill(PASSWORD)
    hand.tap("I agree and join")
    hand.sees("Welcome")


def test_another_language_is_everywhere_at_once(hand: Hand, axe: str, now: datetime) -> None:
    person = hand.person()
    hand.service.move(now + DAY)
    hand.sign_in()
    hand.sees("Before you start")
    hand.opens("#/settings")
    hand.page.get_by_label("Language").select_option("zh-Hans")
    hand.sees("设置")
    hand.waits_until(lambda: person.get("/v1/me")["locale"] == "zh-Hans")
    hand.opens()
    hand.sees("开始之前")
    expect(
        hand.page.get_by_role("button", name="没有新情况").or_(hand.page.locator(".two button").first)
    ).to_be_visible()
    hand.waits_until(lambda: "新" in (hand.kept("week")["routines"][0]["gate"]["answers"]["none_new"]))
    assert hand.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert violations(hand.page, axe) == []


def test_another_person_on_the_same_phone_sees_and_sends_nothing_of_the_first(hand: Hand, now: datetime) -> None:
    dora = hand.person()
    hand.service.move(now + DAY)
    hand.sign_in()
    hand.works_offline()
    hand.page.context.set_offline(True)
    hand.checks_in(pain=7)
    hand.opens("#/settings")
    hand.tap("Sign out")
    hand.reads("2 answers wait on this phone")
    hand.page.context.set_offline(False)
    other = Hand(hand.page, hand.service)
    emil = other.person()
    other.sign_in()
    assert "7" not in str(other.kept("last"))
    assert [each["kind"] for each in emil.get("/v1/me/entries")["entries"] if each["author"] == "patient"] in (
        [],
        ["intake"],
    )
    hand.opens("#/settings")
    hand.tap("Sign out")
    hand.sees("Exercises for your back")
    hand.sign_in()
    hand.all_is_sent()
    assert dora.get("/v1/me/entries")["entries"][0]["body"].get("pain") == 7
