"""What was removed lately and can be put back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemovedThing:
    """Something that was removed, by whom (a member's email, a key's name) and when (ms)."""

    id: str
    name: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What stood on the page at `path`."""

    path: str = "/"
    things: tuple[RemovedThing, ...] = ()
