"""How fast a service may be written to, for channels whose service minds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Limit:
    """To what `key` names goes one message every `every` ms, and up to `burst` at once after a pause.

    `serial`: the next one waits until the other side has answered the last, so that two never arrive closer than that.
    """

    key: str
    every: int
    burst: int = 1
    serial: bool = False


@runtime_checkable
class Paced(Protocol):
    """A channel that is read in a chat: what comes faster than its limits waits, and many at once become a digest."""

    def limits(self, config: Mapping[str, Any]) -> Sequence[Limit]:
        """Give the limits that hold for a message there, the narrowest first; keys without secrets."""
        ...
