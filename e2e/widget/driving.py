"""What a browser must be able to do for the cases: few and plain things, so that any browser can be put behind them.

Clicks and keys are the browser's own (`isTrusted`), at a place of the window and for whatever has the focus: how an
element is found, in a shadow root too, is `visitor.py`'s business and done by script.
"""

from __future__ import annotations

from typing import Any, Protocol


class Gone(Exception):
    """The page went away while it was asked something: another one is on its way, ask again."""


class Unsupported(Exception):
    """This browser, or what drives it, can't do that; `str()` says what."""


class Driver(Protocol):
    """One browser. Everything is synchronous, and about the one page that is open.

    `frame` is a CSS selector of an `iframe` element in the page (not nested, same origin or not), empty for the page.
    """

    name: str
    """`chromium`, `firefox` or `webkit`."""

    version: str
    """Its name and version, for people."""

    def fresh(self) -> None:
        """Close what is open and begin with an empty profile: no storage, no cache, no cookies, one blank page.

        The window has 1000 by 800 CSS pixels; language (`de-AT`) and time zone (Europe/Vienna) where they can be set.
        """

    def open(self, url: str) -> None:
        """Go to an address, as if typed, whatever other navigation is under way; returns with the `load` event."""

    def evaluate(self, expression: str, frame: str = "") -> Any:
        """Give what a JavaScript expression is, as JSON (`undefined` is None); a promise is awaited.

        It runs in the page's own world, and is exempt from its Content-Security-Policy where the browser lets it be.
        Raises `Gone` when the page was left meanwhile, and `AssertionError` when the expression throws.
        """

    def click_at(self, x: float, y: float, times: int = 1) -> None:
        """Click with the left button at this place of the window; `times=2` is a double click."""

    def type(self, text: str) -> None:
        """Press the keys for this text one after another, quickly."""

    def press(self, key: str) -> None:
        """Press one key by its name in `KeyboardEvent.key`: `Enter`, `Tab`, `Backspace`, `Escape`, `End`, …"""

    def choose(self, element: str, value: str, frame: str = "") -> None:
        """Pick the option with this value in a `select`; `element` is an expression that gives it.

        `input` and `change` are fired, by the browser's own means or, where there are none, by script.
        """

    def back(self) -> None:
        """Go back in the history as by the browser's button; returns once the page before is shown."""

    def close_page(self) -> None:
        """Close the page as a visitor closes a tab (`pagehide` is fired); go on with another of the same profile."""

    def set_offline(self, offline: bool) -> None:
        """Take the network away, or bring it back; raises `Unsupported`."""

    def autofill(self, element: str, values: dict[str, str]) -> None:
        """Let the browser fill in the form of an address, at a field (a CSS selector) that has the focus.

        `values` are named as Chromium names them: `NAME_FULL`, `EMAIL_ADDRESS`. Raises `Unsupported`.
        """

    def end(self) -> None:
        """End the browser."""
