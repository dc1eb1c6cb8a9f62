"""WebKit as a driver: WebKitGTK's MiniBrowser, by its WebDriver, on a display of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote, WebKitGTKOptions
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection

from e2e.support.waiting import eventually
from e2e.widget.display import display
from e2e.widget.driving import Gone, Unsupported
from tests.cli.running import free_ports

DRIVER = "WebKitWebDriver"
LIBRARIES = Path("/usr/lib")
BROWSER = "*/webkit2gtk-4.*/MiniBrowser"
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

    def __init__(self, address: str, binary: str) -> None:
        self._address = address
        self._options = WebKitGTKOptions()
        self._options.binary_location = binary
        self._options.add_argument("--automation")
        self._remote: Remote | None = None
        self.version = ""

    @property
    def remote(self) -> Remote:
        assert self._remote is not None, "fresh() comes first"
        return self._remote

    def fresh(self) -> None:
        self.end()
        self._remote = Remote(RemoteConnection(client_config=ClientConfig(self._address)), options=self._options)
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
        if self._remote is not None:
            with suppress(WebDriverException):
                self._remote.quit()
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
                self.remote.switch_to.default_content()

    def _size(self) -> None:
        """Make the page SIZE, whatever the window has around it."""
        outer = self.remote.get_window_size()
        width, height = self.evaluate("[innerWidth, innerHeight]")
        self.remote.set_window_size(SIZE[0] + outer["width"] - width, SIZE[1] + outer["height"] - height)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S):
            return True
    except OSError:
        return False


@contextmanager
def running() -> Iterator[WebKit]:
    """Start its WebDriver; both it and the display end with the block."""
    binary = next(iter(sorted(LIBRARIES.glob(BROWSER))), None)
    assert binary, "there is no MiniBrowser of WebKitGTK: `make browsers` installs it"
    port = free_ports(1)
    with display() as name:
        environment = {**os.environ, **VISITOR, "DISPLAY": name}
        with subprocess.Popen([DRIVER, f"--port={port}"], env=environment, stderr=subprocess.DEVNULL) as server:
            address = f"http://127.0.0.1:{port}"
            eventually(lambda: _answers(f"{address}/status"), DRIVER)
            driver = WebKit(address, str(binary))
            try:
                driver.fresh()
                yield driver
            finally:
                driver.end()
                server.terminate()
