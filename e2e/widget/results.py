"""What came of each case in each browser, as the last runs left it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from e2e.widget.browsers import TITLES

if TYPE_CHECKING:
    from e2e.widget.case import Case

FILE = Path(__file__).parent / "results.json"
YES, NO = "yes", "no"


@dataclass
class Results:
    """Versions by browser, and outcomes (`yes`, `no`) by case and browser: no times, no places."""

    browsers: dict[str, str] = field(default_factory=dict)
    cases: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, case: Case, browser: str) -> str:
        """Give the outcome, empty when it was not tried."""
        return self.cases.get(case.id, {}).get(browser, "")

    def missing(self, cases: list[Case]) -> list[str]:
        """Give what has not been tried, though it could be, as "case in browser"."""
        pairs = [(case, name) for case in cases for name in TITLES if name not in case.not_in]
        return [f"{case.id} in {name}" for case, name in pairs if not self.of(case, name)]

    def take(self, browser: str, version: str, outcomes: dict[str, str]) -> None:
        """Put in what a run found, which may have been of some cases alone."""
        self.browsers[browser] = version
        for name, outcome in outcomes.items():
            self.cases.setdefault(name, {})[browser] = outcome

    def keep(self, cases: list[Case]) -> None:
        """Write the file, in the order of the cases, without those that are no more or can't be tried there."""
        found = {
            case.id: [name for name in TITLES if name not in case.not_in and self.of(case, name)] for case in cases
        }
        kept = {
            name: {browser: self.cases[name][browser] for browser in tried} for name, tried in found.items() if tried
        }
        versions = {name: self.browsers[name] for name in TITLES if name in self.browsers}
        FILE.write_text(json.dumps({"browsers": versions, "cases": kept}, indent=2) + "\n", encoding="utf-8")


def known() -> Results:
    """Read what is known."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return Results(found["browsers"], found["cases"])
