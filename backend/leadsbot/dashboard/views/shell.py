"""What stands around every page: who is signed in, what to say to them, and the form state that pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

Tone = Literal["good", "waiting", "trouble", "partial", "accent", "neutral"]
Theme = Literal["system", "light", "dark"]


class View(Protocol):
    """A page's data, which knows its template, its title and the place in the navigation it belongs to."""

    template: ClassVar[str]
    nav: ClassVar[str]

    @property
    def title(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes back what was just done: posted to `action` with `fields`.

    `target` selects what the answer takes the place of, where a part of the page is enough.
    """

    action: str
    fields: tuple[tuple[str, str], ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """One sentence on what just happened."""

    text: str
    tone: Tone = "good"
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in, where and as what, and the two counts that the navigation shows.

    `elsewhere` has the ids and names of the other workspaces they belong to.
    """

    email: str
    workspace: str
    unread: int = 0
    trouble: int = 0
    role: str = "owner"
    elsewhere: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything that a page needs besides its own data; `member` is None where nobody is signed in."""

    csrf_token: str
    now: int
    time_zone: str = "UTC"
    theme: Theme = "system"
    path: str = "/"
    member: Member | None = None
    toasts: tuple[Toast, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and what is wrong with it, by field name, for a form shown again."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
