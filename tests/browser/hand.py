"""A person with the phone app in hand, as the browser tests tell their stories."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.coach.people import PASSWORD, Person
from tests.journeys.service import Service

DAY = timedelta(days=1)
NONE_NEW, SOME_NEW = "None of these is new", "Something is new"
PATIENCE_MS = 60_000  # for a condition, on a machine that is busy with other tests
STORED = """key => new Promise((done, fail) => {
  const asked = indexedDB.open("coach");
  asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => {
    const box = key === "queue" ? "queue" : "values";
    const found = asked.result.transaction(box).objectStore(box);
    const read = key === "queue" ? found.getAll() : found.get(key);
    read.onsuccess = () => { asked.result.close(); done(read.result ?? null); };
  };
})"""

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Hand:
    """Taps and reads; `taps` counts every one of them."""

    page: Page
    service: Service
    email: str = field(default_factory=lambda: f"hand-{uuid4().hex[:10]}@example.org")
    taps: int = 0

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.service.config.port}/app/"

    def person(self, **facts: Any) -> Person:
        """Somebody who registered and answered the intake elsewhere; this phone knows nothing of them yet."""
        person = Person(self.service.client)
        who = {"email": self.email, "password": PASSWORD, "name": "Dora", "zone": "Europe/Paris"}
        answer = self.service.client.post("/v1/auth/register", json=who)
        assert answer.status_code == 201, answer.text
        person.tokens = answer.get_json()
        person.onboard(**facts)
        return person

    def sign_in(self) -> "Hand":
        self.page.goto(self.address + "#/welcome/sign-in")
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.waits_until(lambda: self.kept("week"))
        self.page.locator("main[data-ready=today]").wait_for()
        return self

    def opens(self, part: str = "") -> None:
        """As from the home screen: the page is loaded anew."""
        self.page.goto("about:blank")
        self.page.goto(self.address + part)
        self.page.locator("main[data-ready]").wait_for()

    def tap(self, name: str | re.Pattern[str], inside: Locator | None = None, role: Any = None) -> None:
        roles = [role] if role else ["button", "link", "radio"]
        place = inside or self.page
        found = place.get_by_role(roles[0], name=name, exact=isinstance(name, str))
        for other in roles[1:]:
            found = found.or_(place.get_by_role(other, name=name, exact=isinstance(name, str)))
        found.first.tap()
        self.taps += 1

    def sees(self, heading: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def checks_in(self, pain: int = 3, leg: int | None = 0) -> None:
        """The morning's check on a day when nothing is new."""
        self.sees("Before you start")
        scales = self.page.get_by_role("radiogroup")
        if not scales.count():
            self.tap("Another number")
        scales.nth(0).get_by_role("radio").nth(pain).tap()
        if leg is not None and self.page.get_by_text("Pain in the leg").is_visible():
            scales.nth(1).get_by_role("radio").nth(leg).tap()
        self.tap(NONE_NEW)
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Before you start")

    def tells(self, question: str, *answers: str) -> None:
        """Something is new: ticks the question and gives the answers, one a screen."""
        self.sees("What is new or worse?")
        self.page.get_by_role("checkbox", name=re.compile(question)).check()
        self.tap("Next")
        for answer in answers:
            self.tap(answer)

    def kept(self, key: str) -> Any:
        """What is on the phone's disk."""
        return self.page.evaluate(STORED, key)

    def waits_until(self, look: Any) -> None:
        """Until what is on disk is as `look` wants it."""
        for _ in range(PATIENCE_MS // 50):
            if look():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it never came to that")

    def all_is_sent(self) -> None:
        self.waits_until(lambda: self.kept("queue") == [])

    @contextmanager
    def without_network(self) -> Iterator[None]:
        self.page.context.set_offline(True)
        yield
        self.page.context.set_offline(False)

    def works_offline(self) -> None:
        """Until the service worker has all it needs, and a whole week is here."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.waits_until(lambda: len((self.kept("week") or {}).get("routines", [])) == 7)
        steps = [step for day in self.kept("week")["routines"] for all in day["variants"].values() for step in all]
        drawings = len({step["exercise"] for step in steps})
        kept = "caches.open('content').then(box => box.keys()).then(all => all.length)"
        self.waits_until(lambda: self.page.evaluate(kept) >= drawings)

    def turns_clock(self, to: datetime) -> None:
        """The phone's own clock."""
        self.page.clock.set_system_time(to)


def violations(page: Page, axe: str, *rules: str) -> list[Any]:
    """What axe finds on the page as it is shown now, by all of its rules or by some."""
    page.locator("main[data-ready] h1").wait_for()
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("options => axe.run(options).then(all => all.violations)", options)
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
