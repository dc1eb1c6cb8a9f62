"""`python -m bench.widget [--write]`: prints the table of `bench/widget/README.md`, or puts it there."""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.widget import contestants, results, site, visits
from tests.support import browser as chromium

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
LOADS_PER_ROUND = 3


def measure(scripts: dict[str, contestants.Script], within_s: float) -> tuple[list[visits.Round], str]:
    """Measure round after round, each in another order, until the time is used; gives the browser's version too."""
    begun = time.monotonic()
    rounds: list[visits.Round] = []
    with site.running(scripts) as address, sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        while not rounds or (time.monotonic() - begun) * (1 + 1 / len(rounds)) < within_s:
            turn = len(rounds)
            rounds.append(visits.Round())
            visits.load(browser, address, rounds[-1], _turned(contestants.NAMES, turn))
            if len(rounds) % LOADS_PER_ROUND == 1:
                visits.write(browser, address, rounds[-1], _turned(contestants.TYPED, turn))
        version = browser.version
        browser.close()
    return rounds, version


def _turned(names: Sequence[str], by: int) -> Sequence[str]:
    by %= len(names)
    return [*names[by:], *names[:by]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.widget", description=__doc__)
    parser.add_argument("--seconds", type=float, default=240, help="how long to measure (default 240)")
    parser.add_argument("--write", action="store_true", help="put the figures into bench/widget/README.md")
    options = parser.parse_args()
    scripts = contestants.scripts()
    rounds, version = measure(scripts, options.seconds)
    told = (
        f"Measured on {date.today().isoformat()} with {os.cpu_count()} shared cores, Chromium {version.split('.')[0]}, "
        f"every script {len(rounds)} times on each page, and {sum(bool(one.key) for one in rounds)} times in the large"
        f" form:\n\n{results.table(scripts, rounds)}\n\nThe aims, in this run:\n\n{results.aims(scripts, rounds)}"
    )
    print(told)
    if options.write:
        text = README.read_text(encoding="utf-8")
        between = re.compile(f"(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", re.DOTALL)
        README.write_text(between.sub(lambda _: f"\n{told}\n", text), encoding="utf-8")


if __name__ == "__main__":
    main()
