"""CPU time of pages' main threads, read from Chromium's own trace.

The performance metrics that the DevTools protocol gives leave out what runs in microtasks, which is where the answer to
a `fetch` is read; the trace has all of it, in the thread's own time, which a busy machine doesn't stretch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

CATEGORIES = ["devtools.timeline", "v8", "toplevel", "blink.user_timing"]
MICROTASKS = "BlinkScheduler_PerformMicrotaskCheckpoint"
TASKS = {"ThreadControllerImpl::RunTask", MICROTASKS}  # microtasks follow a task, outside of it
SCRIPT = {"v8.compile", "v8.run", "v8.callFunction", "FunctionCall", MICROTASKS}
# What a script makes the browser do early, and would be done anyway, is the page's; what is too much shows in `thread`.
LAYOUT = {"Layout", "UpdateLayoutTree"}
PREFIX = "bench:"

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds: of scripts, of all the main thread did, and of the longest task."""

    script: float
    thread: float
    longest: float


def mark(page: Page, name: str, after_s: float = 0) -> None:
    """Put a mark of this name into the page's trace, now or some time from now."""
    if after_s:
        page.evaluate(
            "([name, ms]) => void setTimeout(() => performance.mark(name), ms)", [PREFIX + name, after_s * 1000]
        )
    else:
        page.evaluate("name => performance.mark(name).name", PREFIX + name)


@dataclass
class Trace:
    """What was traced; known once the block of `tracing` has ended."""

    events: list[Event] = field(default_factory=list)

    def cost(self, end: str, begin: str = "") -> Cost:
        """Give the costs of the page that has the mark `end`: from its mark `begin`, else from the start."""
        last = self._mark(end)
        since = self._mark(begin)["ts"] if begin else 0
        thread = (last["pid"], last["tid"])
        mine = [
            event
            for event in self.events
            if event["ph"] == "X" and (event["pid"], event["tid"]) == thread and since < event["ts"] < last["ts"]
        ]
        tasks = [event["tdur"] / 1000 for event in _outermost(mine, TASKS)]
        script = sum(event["tdur"] / 1000 for event in _outermost(mine, SCRIPT)) - _layout_within_scripts(mine)
        return Cost(script, sum(tasks), max(tasks, default=0.0))

    def _mark(self, name: str) -> Event:
        return next(event for event in self.events if event["name"] == PREFIX + name)


@contextmanager
def tracing(browser: Browser) -> Iterator[Trace]:
    """Trace all pages of the browser while the block runs."""
    trace = Trace()
    browser.start_tracing(categories=CATEGORIES)
    yield trace
    events = json.loads(browser.stop_tracing())["traceEvents"]
    wanted = TASKS | SCRIPT | LAYOUT
    trace.events = [
        event
        for event in events
        if event["name"].startswith(PREFIX) or (event["name"] in wanted and event.get("tdur") is not None)
    ]


def _outermost(events: Sequence[Event], names: set[str]) -> list[Event]:
    """Give the events of these names that stand in no other of them (one thread's events nest)."""
    found: list[Event] = []
    end = -1
    for event in sorted((one for one in events if one["name"] in names), key=lambda one: (one["ts"], -one["dur"])):
        if event["ts"] >= end:
            found.append(event)
            end = event["ts"] + event["dur"]
    return found


def _layout_within_scripts(events: Sequence[Event]) -> float:
    scripts = _outermost(events, SCRIPT)
    layouts = _outermost(events, LAYOUT)
    within = [layout["tdur"] for layout in layouts if any(_holds(script, layout) for script in scripts)]
    return float(sum(within)) / 1000


def _holds(outer: Event, inner: Event) -> bool:
    return bool(outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"])
