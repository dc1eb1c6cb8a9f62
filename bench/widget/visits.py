"""Visits with each script: what loading a page, changing a field and pressing a key cost the page's main thread.

All scripts get the same visit at about the same time, each in a renderer process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from bench.widget.site import CHANGED
from bench.widget.trace import Cost, mark, tracing

SETTLED_S = 1.6  # after the load: what scripts put off until then, and the answers to what they sent
QUIET_S = 7.5  # after the last page's load: what scripts put off until the page is quiet
DEFERRED_S = 3.6  # after input: what scripts do once somebody has begun, or pauses
BETWEEN_S = 0.22  # one field and the next: whoever works then gets to do it each time
KEYS = 200
CHANGES = 25
ANSWERS = {"select": "ArrowDown", "checkbox": "Space"}
LOADED = ("twelve", "thirty")
# Somebody goes to another tab, as far as scripts of the page can tell.
HIDE = """Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
Object.defineProperty(document, 'hidden', { value: true, configurable: true });
document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));"""


@dataclass
class Round:
    """What one round gave, by script; loads also by page. `long_tasks` are those that the browser reports (ms)."""

    loads: dict[tuple[str, str], Cost] = field(default_factory=dict)
    quiet: dict[tuple[str, str], Cost] = field(default_factory=dict)
    long_tasks: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    touch: dict[str, Cost] = field(default_factory=dict)
    key: dict[str, Cost] = field(default_factory=dict)
    change: dict[str, Cost] = field(default_factory=dict)
    hide: dict[str, Cost] = field(default_factory=dict)


@contextmanager
def visitor(browser: Browser, site: str) -> Iterator[Page]:
    """A page in a browser profile and a renderer process of its own, which is up before anything is counted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.goto(f"{site}/pages/blank/none")
        yield page
    finally:
        context.close()


def load(browser: Browser, site: str, into: Round, order: Sequence[str]) -> None:
    """Load the pages with each script, afresh: nothing is cached, neither file nor code."""
    keys = [(body, name) for body in LOADED for name in order]
    with ExitStack() as stack:
        pages = {key: stack.enter_context(visitor(browser, site)) for key in keys}
        with tracing(browser) as trace:
            for (body, name), page in pages.items():
                page.goto(f"{site}/pages/{body}/{name}")
                mark(page, f"{body}/{name}: loaded", after_s=SETTLED_S)
            time.sleep(QUIET_S)
            for key, page in pages.items():
                mark(page, "/".join(key))
        for key, page in pages.items():
            into.loads[key] = trace.cost("/".join(key) + ": loaded")
            into.quiet[key] = trace.cost("/".join(key), "/".join(key) + ": loaded")
            into.long_tasks[key] = page.evaluate("longTasks")


def write(browser: Browser, site: str, into: Round, order: Sequence[str]) -> None:
    """Begin a large form with its text area, write there, then go through its fields, with each script."""
    with ExitStack() as stack:
        pages = {name: stack.enter_context(visitor(browser, site)) for name in order}
        for name, page in pages.items():
            page.goto(f"{site}/pages/large/{name}")
        time.sleep(SETTLED_S)
        _touch(browser, pages, into)
        _type(browser, pages, into)
        time.sleep(DEFERRED_S)
        _change(browser, pages, into)
        _hide(browser, pages, into)


def _touch(browser: Browser, pages: dict[str, Page], into: Round) -> None:
    """Measure what follows when somebody goes into a form's first field and presses a key there."""
    with tracing(browser) as trace:
        for page in pages.values():
            page.keyboard.press("Tab")
            page.keyboard.press("x")
        time.sleep(DEFERRED_S)
        for name, page in pages.items():
            mark(page, f"{name}: touched")
    into.touch = {name: trace.cost(f"{name}: touched") for name in pages}


def _type(browser: Browser, pages: dict[str, Page], into: Round) -> None:
    """Measure keys while somebody writes on without a pause."""
    with tracing(browser) as trace:
        for name, page in pages.items():
            mark(page, f"{name}: typing")
            for _ in range(KEYS):
                page.keyboard.press("a")
            mark(page, f"{name}: typed")
    into.key = {name: trace.cost(f"{name}: typed", f"{name}: typing") for name in pages}


def _change(browser: Browser, pages: dict[str, Page], into: Round) -> None:
    """Measure going from field to field and answering each, with all that follows from it."""
    with tracing(browser) as trace:
        for number in range(CHANGES):
            answer = ANSWERS.get(CHANGED[number % len(CHANGED)], "a")
            for page in pages.values():
                page.keyboard.press("Tab")
                page.keyboard.press(answer)
            time.sleep(BETWEEN_S)
        time.sleep(DEFERRED_S)
        for name, page in pages.items():
            mark(page, f"{name}: changed")
    into.change = {name: trace.cost(f"{name}: changed") for name in pages}


def _hide(browser: Browser, pages: dict[str, Page], into: Round) -> None:
    """Measure what follows when the page is hidden after one more change: whatever waited for that."""
    with tracing(browser) as trace:
        for name, page in pages.items():
            page.keyboard.press("Tab")
            page.keyboard.press("a")
            mark(page, f"{name}: shown")
            page.evaluate(HIDE)
        time.sleep(SETTLED_S)
        for name, page in pages.items():
            mark(page, f"{name}: hidden")
    into.hide = {name: trace.cost(f"{name}: hidden", f"{name}: shown") for name in pages}
