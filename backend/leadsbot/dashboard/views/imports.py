"""Importing leads: the list of imports, and one from its file to its report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.leads import LeadRow
from leadsbot.dashboard.views.shell import Form, Tone


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list; `said` tells in a few words how it went."""

    id: str
    name: str
    state: str
    tone: Tone
    said: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports, newest first, and the form for another."""

    template: ClassVar[str] = "imports.html"
    nav: ClassVar[str] = "leads"
    title: ClassVar[str] = "Import leads"

    imports: tuple[ImportLine, ...]
    older: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, a few of its values, and the field that it is taken for."""

    name: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that can't be taken, by its number in the file, and why."""

    row: int
    error: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import. `step` is `map` (say what the columns are), `busy`, `checked`, `done` or `undone`."""

    template: ClassVar[str] = "import.html"
    nav: ClassVar[str] = "leads"

    id: str
    name: str
    step: str
    rows: int
    at: int
    by: str
    done: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    checking: bool = False
    undoing: bool = False
    columns: tuple[Column, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    update: str = "fill"
    notify: bool = False
    failures: tuple[Failure, ...] = ()
    leads: tuple[LeadRow, ...] = ()
    undoable: bool = False
    left: int = 0
    filled: int = 0
    error: str = ""

    @property
    def title(self) -> str:
        return self.name or "Import"

    @property
    def takeable(self) -> int:
        """How many rows there are to take in: once they were checked, those that can be."""
        return self.rows - self.failed if self.step == "checked" else self.rows

    @property
    def percent(self) -> int:
        return 100 * self.done // self.rows if self.rows else 100
