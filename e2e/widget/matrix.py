"""Runs the cases in a browser and writes what came of them: `results.json`, and the matrix in `widget/README.md`.

`python -m e2e.widget.matrix [chromium|firefox|webkit] [arguments of pytest]`; with `page` for the browser nothing is
run, and the page alone is written anew. The exit code is pytest's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from typing import cast

import pytest

from e2e.widget.browsers import CHOICE, TITLES
from e2e.widget.driving import Driver
from e2e.widget.results import NO, YES, known

HERE = "e2e/widget/test_cases.py"


class Notes:
    """A plugin of pytest that notes the browser's version, and whether each case passed."""

    def __init__(self) -> None:
        self.version = ""
        self.outcomes: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        made = yield
        if fixturedef.argname == "driver":
            self.version = cast(Driver, made).version
        return made

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and not report.skipped:
            case = report.nodeid.partition("[")[2].removesuffix("]")
            self.outcomes[case] = YES if report.passed else NO


def run(browser: str, arguments: list[str]) -> int:
    """Run the cases, and put what came of them with what is known."""
    os.environ[CHOICE] = browser
    notes = Notes()
    code = pytest.main([HERE, "-p", "no:cacheprovider", "--tb=short", *arguments], plugins=[notes])
    if notes.outcomes and notes.version:
        from e2e.widget.case import every  # by now pytest has imported the cases, its own way

        results = known()
        results.take(browser, notes.version, notes.outcomes)
        results.keep(every())
    return int(code)


def main() -> int:
    """Entry point."""
    browser, *arguments = sys.argv[1:] or ["chromium"]
    if browser not in (*TITLES, "page"):
        sys.exit(__doc__)
    code = 0 if browser == "page" else run(browser, arguments)
    from e2e.widget.matrix_page import README, page

    README.write_text(page(), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
