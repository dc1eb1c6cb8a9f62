"""Waiting for the thing itself, never for a time; how long at most is one number for all cases."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from e2e.support import waiting

T = TypeVar("T")

# Whoever works at the widget may want failures sooner.
PATIENCE_S = float(os.environ.get("LEADSBOT_PATIENCE") or waiting.PATIENCE_S)


def eventually(ask: Callable[[], T], what: str) -> T:
    """Give the first answer that is true; fails, naming `what`, when there is none in time."""
    return waiting.eventually(ask, what, PATIENCE_S)
