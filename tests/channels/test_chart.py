"""A chart is a picture of the size it promises, whatever the numbers."""

from __future__ import annotations

import struct
import subprocess
import sys
from typing import Any

import pytest

from leadsbot.channels.base import chart

HOURS = [f"{hour:02}" for hour in range(24)]


@pytest.mark.parametrize(
    "series",
    [
        [{"name": "this day", "values": [0] * 24}, {"name": "the day before", "values": list(range(24))}],
        [{"name": "this day", "values": [10**9] * 24}],
    ],
    ids=["two", "one"],
)
async def test_it_is_a_png(series: list[dict[str, Any]]) -> None:
    drawn = await chart.draw({"title": "New leads by hour", "labels": HOURS, "series": series})
    assert drawn.startswith(b"\x89PNG\r\n")
    assert struct.unpack(">II", drawn[16:24]) == (800, 400)


def test_nothing_is_loaded_before_the_first() -> None:
    """It would cost every process some 50 MB from its start."""
    code = "import sys, leadsbot.app; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
