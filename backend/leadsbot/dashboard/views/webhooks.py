"""Webhooks: addresses of the workspace's own, what they hear of, and what they may have missed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.deliveries import Delivery
from leadsbot.dashboard.views.outbound import EventChoice, NewSecret
from leadsbot.dashboard.views.removed import Removed
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class Replaying:
    """What is being sent again: of `due` deliveries `queued` are on their way."""

    since: int
    due: int
    queued: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook; `last` is its newest delivery.

    `probe_at` is when a test goes there, as it failed for long; `missed` is how many events it may have missed
    meanwhile, `retrying` how many are to be tried again; the secret before the present one signs until
    `previous_until`.
    """

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    enabled: bool = True
    disabled_reason: str = ""
    last: Delivery | None = None
    probe_at: int | None = None
    missed: int = 0
    retrying: int = 0
    replaying: Replaying | None = None
    previous_until: int | None = None
    choices: tuple[EventChoice, ...] = ()
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Every webhook of the workspace, and the form for a new one."""

    template: ClassVar[str] = "webhooks.html"
    nav: ClassVar[str] = "webhooks"
    title: ClassVar[str] = "Webhooks"

    webhooks: tuple[Webhook, ...]
    choices: tuple[EventChoice, ...]
    secret: NewSecret | None = None
    form: Form = field(default_factory=Form)
    removed: Removed = field(default_factory=Removed)
