"""Writes `widget/README.md`: what the widget is, and what came of each case in each browser."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from e2e.widget.browsers import TITLES
from e2e.widget.case import Case, every
from e2e.widget.results import NO, YES, Results, known

README = Path(__file__).resolve().parents[2] / "widget" / "README.md"
TEXT = Path(__file__).parent / "matrix.md"
LEFT_OUT, UNTRIED = "–", "not tried"
HEADER = [f"| case | {' | '.join(TITLES.values())} |", f"|---|{'---|' * len(TITLES)}"]
TOTALS = ["| browser | cases that work | that don't | that can't be tried there |", "|---|---|---|---|"]


def page() -> str:
    """Give the page's text, from the cases and what is known of them."""
    cases, results, notes = every(), known(), Notes()
    possible = [case for case in cases if not case.impossible]
    themes = groupby(possible, key=lambda case: case.theme)
    parts = {
        "totals": _totals(cases, results),
        "themes": "\n\n".join(_theme(name, list(group), results, notes) for name, group in themes),
        "impossible": _impossible([case for case in cases if case.impossible], results, notes),
    }
    text = TEXT.read_text(encoding="utf-8") % parts
    return f"{text}\n{notes.text()}".rstrip("\n") + "\n"


class Notes:
    """Footnotes, numbered in the order in which they are first used."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, reason: str) -> str:
        return f"[^{self._numbers.setdefault(reason, len(self._numbers) + 1)}]"

    def text(self) -> str:
        return "\n".join(f"[^{number}]: {plain(reason)}" for reason, number in self._numbers.items())


def _totals(cases: list[Case], results: Results) -> str:
    rows = []
    for name, title in TITLES.items():
        outcomes = [_outcome(case, name, results) for case in cases]
        counts = (outcomes.count(outcome) for outcome in (YES, NO, LEFT_OUT))
        rows.append(f"| {results.browsers.get(name, title)} | {' | '.join(map(str, counts))} |")
    return "\n".join([*TOTALS, *rows])


def _theme(name: str, cases: list[Case], results: Results, notes: Notes) -> str:
    about = (sys.modules[cases[0].run.__module__].__doc__ or "").strip()
    rows = [_row(case, case.sentence, results, notes) for case in cases]
    return "\n".join([f"### {name.replace('_', ' ').capitalize()}", "", about, "", *HEADER, *rows])


def _impossible(cases: list[Case], results: Results, notes: Notes) -> str:
    return "\n".join([*HEADER, *(_row(case, f"{case.sentence}. {case.impossible}", results, notes) for case in cases)])


def _row(case: Case, said: str, results: Results, notes: Notes) -> str:
    cells = []
    for name in TITLES:
        outcome = _outcome(case, name, results)
        mark = f" {notes.mark(case.but[name])}" if name in case.but else ""
        cells.append((f"**{outcome}**" if outcome == NO else outcome) + mark)
    return f"| {plain(said)} | {' | '.join(cells)} |"


def _outcome(case: Case, browser: str, results: Results) -> str:
    return LEFT_OUT if browser in case.not_in else results.of(case, browser) or UNTRIED


def plain(text: str) -> str:
    """Write a sentence so that nothing in it is taken for a table's line or for HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")
