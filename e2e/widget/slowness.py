"""Slowness on purpose, to find what doesn't wait for what it needs: `LEADSBOT_SLOW` and `LEADSBOT_SLOW_CPU`.

`LEADSBOT_SLOW="widget-engaged=1.5 /events=0..2"`: answers to paths in which the pattern is found wait so many seconds,
or as many as chance has it. `LEADSBOT_SLOW_CPU=6`: Chromium's pages run so many times slower.
"""

from __future__ import annotations

import os
import random
import re
import time

CPU = float(os.environ.get("LEADSBOT_SLOW_CPU") or 1)
_ANSWERS = [part.rpartition("=")[::2] for part in os.environ.get("LEADSBOT_SLOW", "").split()]


def linger(path: str) -> None:
    """Wait as long as an answer to this path is to take."""
    for pattern, seconds in _ANSWERS:
        if re.search(pattern, path):
            least, _, most = seconds.partition("..")
            time.sleep(random.uniform(float(least), float(most or least)))
