"""WebKit as a driver: WebKitGTK's MiniBrowser, by its WebDriver, on a display of its own."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.keys import Keys

from e2e.widget.driving import Gone, Unsupported
from e2e.widget.webkit_display import display
from e2e.widget.webkit_session import browser, session

PATIENCE_S = 60
SIZE = (1000, 800)
VISITOR = {"TZ": "Europe/Vienna", "LANG": "de_AT.UTF-8", "LANGUAGE": "de_AT:de"}
# What is thrown comes back as data, and all of it as text: no `toJSON` of the page's prototypes has a say in that.
ANSWER = """(ask) => {
  const text = (value) => {
    if (value === null || ['undefined', 'function', 'symbol'].includes(typeof value)) return 'null';
    if (typeof value !== 'object') return JSON.stringify(value);
    if (Array.isArray(value)) return '[' + value.map(text).join() + ']';
    return '{' + Object.keys(value).map((key) => JSON.stringify(key) + ':' + text(value[key])).join() + '}';
  };
  return ask().then(
    (value) => text({ value }),
    (error) => text({ thrown: String((error && error.message) || error) }),
  );
}"""
SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")  # ArrowDown is ARROW_DOWN
OPTION = "(select, value) => [...select.options].find((option) => option.value === value)"


class WebKit:
    """A `Driver`. Every profile is a browser of its own: one that is automated keeps nothing."""

    name = "webkit"

    def __init__(self, binary: str, environment: dict[str, str]) -> None:
        self._binary = binary
        self._environment = environment
        self._open = ExitStack()
        self._remote: Remote | None = None
        self.version = ""

    @property
    def remote(self) -> Remote:
        assert self._remote is not None, "fresh() comes first"
        return self._remote

    def fresh(self) -> None:
        self.end()
        self._remote = self._open.enter_context(session(self._binary, self._environment))
        self._remote.set_page_load_timeout(PATIENCE_S)
        self._remote.set_script_timeout(PATIENCE_S)
        self.version = f"WebKitGTK {self._remote.capabilities['browserVersion']}"
        self._size()

    def open(self, url: str) -> None:
        self.remote.get(url)

    def evaluate(self, expression: str, frame: str = "") -> Any:
        script = f"return ({ANSWER})(async () => ({expression}))"
        answer = json.loads(self._in(frame, lambda: self.remote.execute_script(script)))
        if "thrown" in answer:
            raise AssertionError(f"{expression}: {answer['thrown']}")
        return answer["value"]

    def click_at(self, x: float, y: float, times: int = 1) -> None:
        actions = ActionBuilder(self.remote, duration=0)
        actions.pointer_action.move_to_location(int(x), int(y))
        for _ in range(times):
            actions.pointer_action.click()
        actions.perform()

    def type(self, text: str) -> None:
        actions = ActionBuilder(self.remote, duration=0)
        actions.key_action.send_keys(text)
        actions.perform()

    def press(self, key: str) -> None:
        self.type(key if len(key) == 1 else getattr(Keys, SNAKE.sub("_", key).upper()))

    def choose(self, element: str, value: str, frame: str = "") -> None:
        """With a click on the option, which picks it without opening the list."""

        def click() -> None:
            self.remote.execute_script(f"({element}).focus()")
            option = self.remote.execute_script(f"return ({OPTION})({element}, arguments[0])", value)
            assert option, f"there is no option {value}"
            option.click()

        self._in(frame, click)

    def back(self) -> None:
        self.remote.back()

    def close_page(self) -> None:
        left = self.remote.current_window_handle
        self.remote.switch_to.new_window("tab")
        opened = self.remote.current_window_handle
        self.remote.switch_to.window(left)
        self.remote.close()
        self.remote.switch_to.window(opened)
        self._size()

    def set_offline(self, offline: bool) -> None:
        raise Unsupported("WebKit's WebDriver can't take the network away")

    def end(self) -> None:
        self._open.close()
        self._remote = None

    def _in(self, frame: str, do: Callable[[], Any]) -> Any:
        """Give what `do` gives, in the page's frame; whatever the driver itself can't do, it is the page that left."""
        try:
            if frame:
                element = self.remote.execute_script("return document.querySelector(arguments[0])", frame)
                assert element, f"{frame} is no frame"
                self.remote.switch_to.frame(element)
            return do()
        except WebDriverException as error:
            raise Gone(f"{type(error).__name__}: {error.msg}") from None
        finally:
            if frame:
                with suppress(WebDriverException):
                    self.remote.switch_to.default_content()

    def _size(self) -> None:
        """Make the page SIZE, whatever the window has around it."""
        outer = self.remote.get_window_size()
        width, height = self.evaluate("[innerWidth, innerHeight]")
        self.remote.set_window_size(SIZE[0] + outer["width"] - width, SIZE[1] + outer["height"] - height)


@contextmanager
def running() -> Iterator[WebKit]:
    """Start one, on a display of its own; both end with the block."""
    with display() as name:
        driver = WebKit(browser(), {**os.environ, **VISITOR, "DISPLAY": name})
        try:
            driver.fresh()
            yield driver
        finally:
            driver.end()
