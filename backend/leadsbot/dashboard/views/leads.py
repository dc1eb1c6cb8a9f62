"""The inbox, and a lead with all that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import urlencode

from leadsbot.dashboard.views.deliveries import Delivery
from leadsbot.dashboard.views.shell import Tone

EntryKind = Literal[
    "touch", "started", "abandoned", "submitted", "stage", "assigned", "spam", "snoozed", "note", "delivery", "system"
]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and the meaning it is shown with; `Stage.of` tells the meaning from its place in the pipeline."""

    name: str
    tone: Tone

    @classmethod
    def of(cls, name: str, pipeline: tuple[str, ...]) -> Stage:
        """Give `name` its tone: first is partial, second new, last lost, the one before won, the rest under way."""
        places: dict[int, Tone] = {0: "partial", len(pipeline) - 1: "neutral", len(pipeline) - 2: "good", 1: "accent"}
        return cls(name, places.get(pipeline.index(name), "waiting") if name in pipeline else "neutral")


@dataclass(frozen=True, slots=True)
class StageCount:
    """A stage of the pipeline with how many leads stand there."""

    stage: Stage
    count: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead as the list shows it; `percent` (0-100) is None where no form was measured, `reason` is why it is spam,
    `owner` names whose it is."""

    id: str
    name: str
    email: str
    phone: str
    stage: Stage
    source: str
    campaign: str
    percent: int | None
    at: int
    unread: bool = False
    spam: bool = False
    duplicate: bool = False
    reason: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SpamFolder:
    """What changes in the Spam folder when a lead is put there (its `row`) or taken out; `total` stay."""

    total: int
    row: LeadRow | None = None


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What the list is narrowed to. `owner` is "me", "nobody", a member's id, or empty for whoever it is."""

    search: str = ""
    stage: str = ""
    spam: bool = False
    owner: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the plain inbox is asked for."""
        return bool(self.search or self.stage or self.spam or self.owner)

    def url(self, **changes: str) -> str:
        """Give the inbox's address with this filter and `changes`; an empty value leaves its key out."""
        wanted = {"search": self.search, "stage": self.stage, "spam": "1" if self.spam else ""}
        wanted |= {"assigned_to": self.owner, **changes}
        query = urlencode({key: value for key, value in wanted.items() if value})
        return f"/leads?{query}" if query else "/leads"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value, both as they came."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A visit's beginning: where it landed, what sent it there."""

    at: int
    source: str
    landing: str
    referrer: str = ""
    utm: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One point on a lead's thread. `detail` is the submitter's or a colleague's own text, shown as it came. `until` is
    until when it was snoozed (ms).

    A delivery tells its own story; its `title` is not shown.
    """

    kind: EntryKind
    at: int
    title: str
    detail: str = ""
    by: str = ""
    stage: Stage | None = None
    delivery: Delivery | None = None
    until: int | None = None

    def moving(self, now: int) -> bool:
        """Whether this is about to change by itself."""
        return self.delivery is not None and self.delivery.moving(now)


@dataclass(frozen=True, slots=True)
class Merged:
    """The latest merge into a lead, which can still be undone; `name` is of the lead that became part of it."""

    id: str
    name: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead's page. `timeline` is oldest first; `custom` holds the fields that have no place of their own;
    `claimed_by` is the member whose it is, or empty, `owner_id` their id, `people` those whom it can be given to. Until
    `snoozed_until` (ms) its alert sleeps in a chat, as `snoozed_by` asked."""

    template: ClassVar[str] = "lead.html"
    nav: ClassVar[str] = "leads"

    id: str
    name: str
    email: str
    phone: str
    company: str
    message: str
    stage: Stage
    stages: tuple[Stage, ...]
    at: int
    source: str
    campaign: str
    page_url: str
    form_name: str
    device: str
    percent: int | None = None
    fields_done: int = 0
    fields_total: int = 0
    confirmed: bool = True
    place: str = ""
    first: Touch | None = None
    last: Touch | None = None
    custom: tuple[Fact, ...] = ()
    timeline: tuple[Entry, ...] = ()
    spam: bool = False
    spam_reasons: tuple[str, ...] = ()
    twins: tuple[LeadRow, ...] = ()
    merged: Merged | None = None
    claimed_by: str = ""
    owner_id: str = ""
    people: tuple[tuple[str, str], ...] = ()
    snoozed_until: int | None = None
    snoozed_by: str = ""

    @property
    def title(self) -> str:
        """Name the lead, by whatever is known first."""
        return self.name or self.email or self.phone or "Someone unnamed"

    @property
    def failed(self) -> tuple[Delivery, ...]:
        """The deliveries that did not get through and are not tried again by themselves."""
        found = (entry.delivery for entry in self.timeline if entry.delivery)
        return tuple(delivery for delivery in found if delivery.status == "dead" and delivery.unsent)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The list, newest first, with the lead that stands open beside it. `older` is the next page's cursor.

    `seen` is the last event that the page knows of: the stream takes up from there.
    """

    template: ClassVar[str] = "leads.html"
    nav: ClassVar[str] = "leads"
    title: ClassVar[str] = "Leads"

    rows: tuple[LeadRow, ...]
    filter: InboxFilter
    stages: tuple[StageCount, ...]
    total: int
    spam: int = 0
    older: str = ""
    first_page: bool = True
    open: Lead | None = None
    tag: str = ""
    seen: int = 0
    people: tuple[tuple[str, str], ...] = ()
