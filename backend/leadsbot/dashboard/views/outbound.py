"""Where leads are sent to: channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.channels.base.fields import ConfigField
from leadsbot.dashboard.views.deliveries import Delivery
from leadsbot.dashboard.views.removed import Removed
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

    `url` is empty while the bot's name isn't known: there is no bot, or Telegram doesn't answer. `bot` is that name.
    """

    url: str
    code: str
    expires_at: int
    bot: str = ""

    @property
    def group_url(self) -> str:
        """Where a group is chosen that the bot is added to, with the code; empty like `url`."""
        return f"https://t.me/{self.bot}?startgroup={self.code}" if self.bot else ""

    @property
    def command(self) -> str:
        """What links the group or topic where it is said. In a group Telegram shows a bot what is said to it by name,
        and else little (https://core.telegram.org/bots/features#privacy-mode)."""
        return f"/link{'@' if self.bot else ''}{self.bot} {self.code}"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `target` names what it reaches (a chat's title, the addresses), `link` stands until it is linked.

    `missing` says what this server lacks to reach it, `told` what it hears of, when and how, in words. Times are ms:
    silent until `muted_until`, in trouble since `failing_since`, tried again by itself at `probe_at`. `rival` says who
    else takes its bot's updates; `retrying` is how much is to be tried again.
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
    told: tuple[str, ...] = ()
    muted_until: int | None = None
    failing_since: int | None = None
    probe_at: int | None = None
    rival: str = ""
    retrying: int = 0
    readable: bool = True


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A kind that can be added; `missing` says what the instance lacks for it, in words, or is empty. `steps` are to be
    taken at the service first; `hint` says what it is good for."""

    kind: str
    label: str
    missing: str = ""
    fields: tuple[ConfigField, ...] = ()
    steps: tuple[str, ...] = ()
    hint: str = ""


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
    removed: Removed = field(default_factory=Removed)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that is shown this once."""

    url: str
    secret: str
