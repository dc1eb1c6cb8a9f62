"""Hosted forms: their list, and the page on which one is edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class HostedRow:
    """A hosted form in the list. `tag` is what to paste where it is to stand."""

    id: str
    name: str
    site: str
    fields: int
    tag: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class HostedForms:
    """The workspace's hosted forms, newest first, and the form for a new one. `sites` are (id, name)."""

    template: ClassVar[str] = "hosted_forms.html"
    nav: ClassVar[str] = "forms"
    title: ClassVar[str] = "Hosted forms"

    forms: tuple[HostedRow, ...]
    sites: tuple[tuple[str, str], ...]
    form: Form = field(default_factory=Form)
    older: str = ""


@dataclass(frozen=True, slots=True)
class HostedEditor:
    """A form as it is being edited: what stands in each input, by its name; `f0.label` is of the first question.

    `rows` is the number of questions, `focus` the id of what to go on with, `unsaved` that this is not stored yet.
    """

    template: ClassVar[str] = "hosted_form.html"
    nav: ClassVar[str] = "forms"

    row: HostedRow
    form: Form
    rows: int
    focus: str = ""
    unsaved: bool = False

    @property
    def title(self) -> str:
        return self.row.name

    @property
    def action(self) -> str:
        return f"/forms/hosted/{self.row.id}"

    def value(self, name: str) -> str:
        """Give what stands in an input."""
        return self.form.values.get(name, "")

    def wrong(self, *names: str) -> bool:
        """Tell whether one of these inputs has something wrong with it."""
        return any(name in self.form.errors for name in names)
