"""One LeadsBot and one browser for all cases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.widget import browsers
from e2e.widget.driving import Driver
from e2e.widget.world import World, world


@pytest.fixture(scope="package")
def the_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("leadsbot")) as running:
        yield running


@pytest.fixture(scope="package")
def driver() -> Iterator[Driver]:
    """One browser for this folder alone: while it runs, its event loop would be in the way of asynchronous tests."""
    with browsers.running(browsers.chosen()) as running:
        yield running
