"""The capture log: what was sent to the doors, what became of it, and what is unusual about a door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DoorAlert:
    """What is unusual about a door right now, since `at`: `silence` or `refusals`, in a sentence or two."""

    kind: str
    door_id: str
    door: str
    text: str
    at: int

    @property
    def title(self) -> str:
        return "No leads come" if self.kind == "silence" else "Much is turned away"


@dataclass(frozen=True, slots=True)
class LastRefused:
    """The latest request that a door turned away, and why in a few words."""

    at: int
    why: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One request. A taken one leads to its lead (`lead_id`, `who`), which may be `spam`; a refused one says `why`,
    with the door's own `hint`, what to do about it (`remedy`), and where (`rule_href`, named `rule`)."""

    at: int
    taken: bool
    door: str
    door_id: str
    way: str
    lead_id: str = ""
    who: str = ""
    form: str = ""
    page_url: str = ""
    why: str = ""
    hint: str = ""
    remedy: str = ""
    rule: str = ""
    rule_href: str = ""
    origin: str = ""
    address: str = ""
    status: int | None = None
    spam: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """A door that the log can be narrowed to."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class CaptureLog:
    """A page of the log, newest first; `outcome` and `door` say what it is narrowed to, `older` leads on."""

    template: ClassVar[str] = "capture_log.html"
    nav: ClassVar[str] = "attempts"
    title: ClassVar[str] = "Capture log"

    rows: tuple[Capture, ...]
    doors: tuple[Door, ...]
    alerts: tuple[DoorAlert, ...] = ()
    outcome: str = ""
    door: str = ""
    older: str = ""
