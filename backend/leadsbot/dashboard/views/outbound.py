"""Where leads are sent to: channels, webhooks, and the deliveries to both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.leads import Delivery
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event type and what it means to people ("Someone left a form half-way")."""

    type: str
    words: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A Telegram chat waiting to be linked: the bot's deep link and the code for groups.

    `url` is empty while the bot's name isn't known: there is no bot, or Telegram doesn't answer.
    """

    url: str
    code: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `target` names what it reaches (a chat's title, the addresses), `link` stands until it is linked.

    `missing` says what this server lacks to reach it.
    """

    id: str
    kind: str
    name: str
    target: str
    enabled: bool = True
    disabled_reason: str = ""
    last: Delivery | None = None
    link: LinkOffer | None = None
    missing: str = ""
    unsubscribed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A kind that can be added; `missing` says what the instance lacks for it, in words, or is empty."""

    kind: str
    label: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """Every channel of the workspace; `adding` names the kind whose form stands open."""

    template: ClassVar[str] = "channels.html"
    nav: ClassVar[str] = "channels"
    title: ClassVar[str] = "Channels"

    channels: tuple[Channel, ...]
    kinds: tuple[ChannelKind, ...]
    adding: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that is shown this once."""

    url: str
    secret: str
