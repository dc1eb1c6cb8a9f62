"""Deliveries: what was sent where, narrowed to what somebody looks for, and one of them attempt by attempt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal
from urllib.parse import urlencode
from zlib import crc32

from leadsbot.clock import MINUTE

DeliveryStatus = Literal["pending", "delivered", "failed", "dead", "withheld"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery; `error` is the reason in words ("the address answers 404"), empty where it worked, and
    `answer` the first kilobyte of what the other side said, where the reason doesn't say it all."""

    at: int
    status_code: int | None
    latency_ms: int | None
    error: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something sent, or to be sent, to one destination. `destination` is its name as people know it, `place` its key
    (see `Place`), `address` what was written down of where it leads, `form` what the form is called that somebody
    unknown began or left.

    `gone`: the destination was removed since, so that nothing can be sent there again; `off`: it is switched off, so
    that nothing can be before it is on.
    """

    id: str
    kind: str
    destination: str
    event: str
    status: DeliveryStatus
    created_at: int
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: int | None = None
    lead_id: str | None = None
    lead_name: str = ""
    why: str = ""
    gone: bool = False
    off: bool = False
    place: str = ""
    address: str = ""
    form: str = ""

    @property
    def reason(self) -> str:
        """Why nothing (more) is sent, or why the last attempt failed, in words; empty where all is well."""
        return self.why or (self.attempts[-1].error if self.attempts else "")

    @property
    def retryable(self) -> bool:
        """Whether "Try again" makes sense."""
        return self.unsent and not self.off

    @property
    def unsent(self) -> bool:
        """Whether this has not arrived and still could."""
        return self.status in ("failed", "dead", "withheld") and not self.gone

    def moving(self, now: int) -> bool:
        """Whether this is about to change by itself: it is on its way, or its time comes within a minute. What is held
        back for a reason waits until then."""
        if self.status == "pending" and not self.why:
            return True
        due = self.next_attempt_at if self.status in ("pending", "failed") else None
        return due is not None and due - now < MINUTE


@dataclass(frozen=True, slots=True)
class Place:
    """A destination that the list can be narrowed to; `key` says whether it is a channel or a webhook, and its id;
    `kind` is the channel's own."""

    key: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """What the list is narrowed to; empty texts narrow nothing. `to` is a place's key, `lead` an id."""

    status: str = ""
    to: str = ""
    event: str = ""
    lead: str = ""

    def url(self, *, status: str | None = None, lead: str | None = None, **more: str) -> str:
        """Give the list's address with some of it changed."""
        chosen = self if status is None else replace(self, status=status)
        chosen = chosen if lead is None else replace(chosen, lead=lead)
        said = {"status": chosen.status, "to": chosen.to, "event": chosen.event, "lead": chosen.lead, **more}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"/deliveries?{query}" if query else "/deliveries"

    @property
    def narrowed(self) -> bool:
        return self != DeliveryChoice()

    @property
    def aimed(self) -> bool:
        """Whether it is narrowed by more than the status."""
        return bool(self.to or self.event or self.lead)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """A status with its words, and how many there are of it (`count` as it is written)."""

    status: str
    label: str
    count: str = ""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Deliveries, newest first; `older` is the next page's cursor."""

    template: ClassVar[str] = "deliveries.html"
    nav: ClassVar[str] = "deliveries"
    title: ClassVar[str] = "Deliveries"

    rows: tuple[Delivery, ...]
    choice: DeliveryChoice = field(default_factory=DeliveryChoice)
    statuses: tuple[StatusCount, ...] = ()
    places: tuple[Place, ...] = ()
    events: tuple[str, ...] = ()
    lead_name: str = ""
    older: str = ""
    first_page: bool = True

    @property
    def digest(self) -> str:
        """Tell one state of the page from the next, so that what has not changed isn't swapped under who reads it."""
        return f"{crc32(repr(self).encode()):08x}"


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """One delivery, attempt by attempt; `body` is what is sent, as text, with `headers` where it is a request. Its
    message was made to show how the lead stands at `edited_at`; `edit_error` says why not since."""

    template: ClassVar[str] = "delivery.html"
    nav: ClassVar[str] = "deliveries"

    delivery: Delivery
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    edited_at: int | None = None
    edit_error: str = ""

    @property
    def title(self) -> str:
        """Name the delivery by where it goes."""
        return f"Delivery to {self.delivery.destination}"
