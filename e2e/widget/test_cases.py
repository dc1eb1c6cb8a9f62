"""Every case in Chromium."""

from __future__ import annotations

import pytest

from e2e.widget.case import Case, every
from e2e.widget.driving import Driver
from e2e.widget.running import run
from e2e.widget.world import World

CASES = every()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case, the_world: World, driver: Driver) -> None:
    if driver.name in case.not_in:
        pytest.skip(case.but[driver.name])
    run(case, the_world, driver)
