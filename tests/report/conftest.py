"""A real browser, cut off from every network, that tells what goes wrong in a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ABSENT = (
    "needs Chromium (apt install chromium), or its path in the environment variable "
    "STREAMTRACK_CHROMIUM"
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    named = os.environ.get("STREAMTRACK_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a report; at the end nothing may have been asked of a network or been complained of."""
    complaints: list[str] = []
    pages = []

    def watch(route: Route) -> None:
        if not route.request.url.startswith(("file:", "data:")):
            complaints.append(f"asked for {route.request.url}")
        route.continue_()

    def opened(path: Path, width: int = 1300, *, dark: bool = False) -> Page:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", watch)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-shown]")
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
