"""A real browser in front of the running service. Where no Chromium is installed these tests are skipped and say so."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.receivers.webpush import packages

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Alone on loopback: without these it calls its maker at every start.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-sandbox",
]
PATIENCE_MS = 60_000  # longer than any machine is slow; only a hang reaches it


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    yield from _page(chromium.new_context(viewport={"width": 1280, "height": 900}))


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    yield from _page(chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))


def _page(context: BrowserContext) -> Iterator[Page]:
    """Fails the test for an error on the page that nobody else has looked at."""
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, which finds what a person with a screen reader would stumble over."""
    return Path(packages(), "axe-core", "axe.min.js").read_text("utf-8")
