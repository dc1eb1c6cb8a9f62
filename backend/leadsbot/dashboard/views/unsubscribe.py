"""The page that leaves a mail channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """`address` is empty where nothing is mailed for the link any more; `done` once nothing is left to be pressed."""

    template: ClassVar[str] = "unsubscribe.html"
    nav: ClassVar[str] = ""
    title: ClassVar[str] = "Unsubscribe"

    action: str
    channel: str
    workspace: str
    address: str
    done: bool
