"""Chromium as a driver, by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from e2e.widget import slowness
from e2e.widget.driving import Gone
from tests.support import browser as chromium

LEFT = (
    "context was destroyed",
    "navigat",
    "frame was detached",
    "Frame was detached",
    "Target closed",
    "has been closed",
)


class Chromium:
    """A `Driver`. Every profile is a context of its own, incognito."""

    name = "chromium"

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.version = f"Chromium {browser.version}"
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        assert self._page is not None, "fresh() comes first"
        return self._page

    def fresh(self) -> None:
        if self._context is not None:
            self._context.close()
        self._context = self._browser.new_context(
            viewport={"width": 1000, "height": 800}, locale="de-AT", timezone_id="Europe/Vienna"
        )
        self._context.set_default_timeout(chromium.PATIENCE_MS)
        self._page = self._new_page()

    def open(self, url: str) -> None:
        try:
            self.page.goto(url)
        except PlaywrightError as error:
            if "ERR_ABORTED" not in error.message:
                raise
            self.page.goto(url)  # another navigation was under way, and came between

    def evaluate(self, expression: str, frame: str = "") -> Any:
        try:
            # A function, so that no expression is taken for one and called.
            return self._frame(frame).evaluate(f"() => ({expression})")
        except PlaywrightError as error:
            if any(sign in error.message for sign in LEFT):
                raise Gone(error.message) from None
            raise AssertionError(f"{expression}: {error.message}") from None

    def click_at(self, x: float, y: float, times: int = 1) -> None:
        self.page.mouse.click(x, y, click_count=times)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def choose(self, element: str, value: str, frame: str = "") -> None:
        found = self._frame(frame).evaluate_handle(f"() => ({element})").as_element()
        assert found is not None, f"{element} is no element"
        found.select_option(value)

    def back(self) -> None:
        # A page that comes out of the back/forward cache fires no `load` again.
        self.page.go_back(wait_until="commit")

    def close_page(self) -> None:
        assert self._context is not None
        left, self._page = self.page, self._new_page()
        left.close(run_before_unload=True)

    def set_offline(self, offline: bool) -> None:
        assert self._context is not None
        self._context.set_offline(offline)

    def autofill(self, element: str, values: dict[str, str]) -> None:
        fields = [{"name": name, "value": value} for name, value in values.items()]
        session = self.page.context.new_cdp_session(self.page)
        session.send("Autofill.enable")
        document = session.send("DOM.getDocument")["root"]["nodeId"]
        node = session.send("DOM.querySelector", {"nodeId": document, "selector": element})["nodeId"]
        field = session.send("DOM.describeNode", {"nodeId": node})["node"]["backendNodeId"]
        session.send("Autofill.trigger", {"fieldId": field, "address": {"fields": fields}})
        session.detach()

    def end(self) -> None:
        if self._context is not None:
            self._context.close()

    def _new_page(self) -> Page:
        assert self._context is not None
        page = self._context.new_page()
        if slowness.CPU != 1:
            session = self._context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slowness.CPU})
        return page

    def _frame(self, selector: str) -> Frame:
        if not selector:
            return self.page.main_frame
        element = self.page.query_selector(selector)
        found = element and element.content_frame()
        assert found, f"{selector} is no frame"
        return found


@contextmanager
def running() -> Iterator[Chromium]:
    """Start one; it ends with the block."""
    with sync_playwright() as playwright:
        # Playwright turns the back/forward cache off; visitors have it.
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(),
            args=chromium.arguments(),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        driver = Chromium(browser)
        try:
            yield driver
        finally:
            driver.end()
            browser.close()
