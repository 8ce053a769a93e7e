"""The first page a stranger sees."""

from playwright.sync_api import Page

from tests.journeys.service import Service


def test_the_front_page_says_what_this_is_and_can_be_read_by_all(service: Service, desktop: Page, axe: str) -> None:
    desktop.goto(f"http://127.0.0.1:{service.config.port}/")
    assert "back" in desktop.inner_text("h1, body").lower()
    desktop.evaluate(axe)
    assert desktop.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []
