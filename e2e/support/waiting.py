"""Waiting for the thing itself, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.support.waiting import PATIENCE_S

__all__ = ["PATIENCE_S", "eventually"]

T = TypeVar("T")

PAUSE_S = 0.05


def eventually(ask: Callable[[], T], what: str, within: float = PATIENCE_S) -> T:
    """Give the first answer that is true, asking again and again. Fails after `within` seconds, naming `what`."""
    deadline = time.monotonic() + within
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s; the last answer was {answer!r}"
        time.sleep(PAUSE_S)
