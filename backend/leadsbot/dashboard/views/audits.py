"""What the widget found on a site's pages, as the site's owner reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundForm:
    """A form of a page; `why` says what it is taken for where it is left alone."""

    name: str
    captured: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class MissedPart:
    """A part of a page that can't be seen into, and what to do. `matters` where a form may well stand in it."""

    title: str
    advice: str
    matters: bool = True


@dataclass(frozen=True, slots=True)
class AuditedPage:
    """A page as its visitors' browsers last described it, at `at` (ms)."""

    url: str
    at: int
    forms: tuple[FoundForm, ...] = ()
    missed: tuple[MissedPart, ...] = ()

    @property
    def matters(self) -> bool:
        return any(part.matters for part in self.missed)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A site's pages: those that need somebody first, then the latest heard of.

    `count` is how many there are, listed or not; `said` sums them up in a line.
    """

    pages: tuple[AuditedPage, ...] = ()
    count: int = 0
    said: str = ""
