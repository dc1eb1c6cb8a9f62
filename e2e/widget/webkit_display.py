"""A display for a browser that can't do without one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SCREEN = "1400x1100x24"


@contextmanager
def display() -> Iterator[str]:
    """Start Xvfb on a display that is free; gives its name, and ends it with the block."""
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[tells], stderr=subprocess.DEVNULL) as server:
        os.close(tells)
        try:
            with os.fdopen(told) as number:
                name = number.readline().strip()
            assert name, "Xvfb didn't start"
            yield f":{name}"
        finally:
            server.terminate()
