"""The browsers that the cases can be run in, by name."""

from __future__ import annotations

import importlib
import os
from contextlib import AbstractContextManager
from typing import cast

from e2e.widget.driving import Driver

TITLES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}
CHOICE = "LEADSBOT_WIDGET_BROWSER"


def chosen() -> str:
    """Give the name of the browser to run in: Chromium, unless the environment says another."""
    name = os.environ.get(CHOICE) or "chromium"
    assert name in TITLES, f"{CHOICE} is none of {', '.join(TITLES)}"
    return name


def running(name: str) -> AbstractContextManager[Driver]:
    """Start a browser; it ends with the block. What drives the others is imported only when they are asked for."""
    module = importlib.import_module(f"e2e.widget.{name}")
    return cast(AbstractContextManager[Driver], module.running())
