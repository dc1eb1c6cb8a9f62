"""A Chromium, the demo site on an origin of its own, and the people at both ends: a visitor and the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from e2e.support.dashboard import sign_in
from e2e.support.demo_site import demo_site, origin
from e2e.support.house import House, house
from tests.support import browser as chromium
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer
from tests.widget.servers import Site

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1360, "height": 900}}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder alone: while it runs, its event loop would be in the way of asynchronous tests."""
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        yield running
        running.close()


@pytest.fixture
def leadsbot(tmp_path: Path, ports: int, telegram: TelegramServer, smtp: SmtpServer) -> Iterator[House]:
    """A LeadsBot with a bot and a mail server, whose site is the demo site."""
    around = {"TELEGRAM_API": telegram.base_url, "TELEGRAM_TOKEN": telegram.token, "SMTP_URL": smtp.url}
    with house(tmp_path, ports, [origin(ports + 1)], **around) as running:
        yield running


@pytest.fixture
def site(leadsbot: House, ports: int) -> Iterator[str]:
    """The demo site's origin; its pages carry the tag."""
    with demo_site(ports + 1, leadsbot.url, leadsbot.token) as running:
        yield running


@pytest.fixture
def people(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody with a browser profile of their own: `people(**options)`."""
    with ExitStack() as stack:

        def person(**options: object) -> BrowserContext:
            context = browser.new_context(locale="de-AT", timezone_id="Europe/Vienna", **{**DESK, **options})  # type: ignore[arg-type]
            context.set_default_timeout(chromium.PATIENCE_MS)
            stack.callback(context.close)
            return context

        yield person


@pytest.fixture
def visitor(people: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A visitor at a desk, on whose pages no script may fail."""
    context = people()
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    assert errors == [], "a page saw an error"


@pytest.fixture
def owner(people: Callable[..., BrowserContext], leadsbot: House) -> Page:
    """The owner, signed in at a desk."""
    return sign_in(people().new_page(), leadsbot.url)


@pytest.fixture
def owner_on_phone(people: Callable[..., BrowserContext], leadsbot: House) -> Page:
    """The owner, signed in on a phone."""
    return sign_in(people(**PHONE).new_page(), leadsbot.url)


@pytest.fixture
def own_site() -> Iterator[Site]:
    """A site of somebody's own on yet another port, which is not on the list."""
    server = Site()
    yield server
    server.stop()
