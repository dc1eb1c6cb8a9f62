"""The forms that were found on pages, and the visitors who began them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import urlencode
from zlib import crc32

SessionState = Literal["started", "abandoned", "submitted"]


@dataclass(frozen=True, slots=True)
class FormRow:
    """A discovered form with its counts of the last 30 days; whoever abandoned or submitted it also started it."""

    id: str
    name: str
    site: str
    page_url: str
    views: int = 0
    started: int = 0
    abandoned: int = 0
    submitted: int = 0

    @property
    def watched(self) -> bool:
        """Whether a script told of more than that it was sent."""
        return bool(self.views) or self.started != self.submitted or not self.submitted

    @property
    def begun_again(self) -> bool:
        """Whether it was begun more often than seen: a visit that begins it again is one view."""
        return self.watched and self.started > self.views


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One visitor's attempt at a form, without any value that they typed. `lead_id` is empty where nobody knows who
    it was, or the lead is gone; `percent` is None where nobody saw how the form was filled in."""

    id: str
    state: SessionState
    form: str
    percent: int | None
    done: int
    total: int
    last_field: str
    page_url: str
    source: str
    campaign: str
    device: str
    at: int
    lead_id: str = ""
    lead_name: str = ""
    spam: bool = False


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """What the sessions are narrowed to: a form, a state; `name` is the form's."""

    form: str = ""
    state: str = ""
    name: str = ""

    def url(self, **changes: str) -> str:
        """Give the page's address with this choice and `changes`; an empty value leaves its key out."""
        wanted = {"form": self.form, "state": self.state, **changes}
        query = urlencode({key: value for key, value in wanted.items() if value})
        return f"/forms?{query}" if query else "/forms"


@dataclass(frozen=True, slots=True)
class Forms:
    """The workspace's forms, latest seen first, and the sessions, latest begun first.

    `older` is the next page's cursor. `more` tells that not every form is listed.
    """

    template: ClassVar[str] = "forms.html"
    nav: ClassVar[str] = "forms"
    title: ClassVar[str] = "Forms"

    forms: tuple[FormRow, ...]
    sessions: tuple[SessionRow, ...]
    choice: SessionChoice = SessionChoice()
    older: str = ""
    first_page: bool = True
    more: bool = False

    @property
    def digest(self) -> str:
        """Tell one state of the page from the next, so that what has not changed isn't swapped under who reads it."""
        return f"{crc32(repr(self).encode()):08x}"
