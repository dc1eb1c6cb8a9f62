"""A browser, a recording backend and a site of somebody's own for every test of the widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support import browser as chromium
from tests.support.widget import set_up
from tests.widget.servers import TOKEN, Backend, Site

Open = Callable[..., Page]
# Whoever asks for the widget's second file once it has done so gets the same one, after it.
ENGAGED = "async (url) => { await import(url); await new Promise((done) => setTimeout(done)); }"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder alone: while it runs, its event loop would be in the way of asynchronous tests."""
    if reason := chromium.left_out():
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        yield running
        running.close()


def engaged(page: Page, backend: Backend) -> None:
    """Wait, once somebody has set about a form, until the widget's second file is at work."""
    page.evaluate(ENGAGED, f"{backend.url}/widget-engaged.js")


@pytest.fixture
def backend() -> Iterator[Backend]:
    server = Backend()
    yield server
    server.gate.set()
    server.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-AT", timezone_id="Europe/Vienna")
    fresh.set_default_timeout(chromium.PATIENCE_MS)
    yield fresh
    fresh.close()


@pytest.fixture
def errors(context: BrowserContext) -> list[str]:
    """What the page's own error handlers would have seen."""
    found: list[str] = []
    context.on("weberror", lambda error: found.append(str(error.error)))
    return found


@pytest.fixture
def open_page(context: BrowserContext, errors: list[str], backend: Backend, site: Site) -> Iterator[Open]:
    """Open a page with this body and the script tag; returns once the widget has its settings (unless told not to)."""

    def open_it(body: str, path: str = "/page", tag: str = "", wait: bool = True, page: Page | None = None) -> Page:
        script = f'<script src="{backend.url}/widget.js" data-token="{TOKEN}" {tag} async></script>'
        site.pages[path.partition("?")[0]] = f"<!doctype html><title>A page</title>{body}{script}"
        page = page or context.new_page()
        page.goto(site.url + path)
        page.wait_for_function("!!(window.LeadsBot && LeadsBot.flush)")
        if wait:
            page.wait_for_function(set_up(TOKEN))
        return page

    yield open_it
    assert errors == [], "the page saw an error"
