"""Endpoints: the address, who may send to it, what it asks for, what it turned away, and code that sends to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from leadsbot.dashboard.views.capture_log import DoorAlert
from leadsbot.dashboard.views.outbound import NewSecret
from leadsbot.dashboard.views.removed import Removed
from leadsbot.dashboard.views.shell import Form

Provider = Literal["", "turnstile", "hcaptcha", "recaptcha"]


@dataclass(frozen=True, slots=True)
class Turned:
    """Requests that were turned away for one reason. `origin` or `address` names who can be let in with one press."""

    words: str
    at: int
    count: int = 0
    origin: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of a lead that may be asked for."""

    name: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """Code that sends a lead, ready to be pasted; `words` say what to know first."""

    label: str
    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint with its rules. `seen_at` is when a lead last came in by it; `provider_label` names its CAPTCHA."""

    id: str
    name: str
    url: str
    seen_at: int | None = None
    required: tuple[FieldChoice, ...] = ()
    allow_all_ips: bool = True
    allowed_ips: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    leads_per_ip_per_day: int | None = None
    burst_per_second: int = 50
    captcha_provider: Provider = ""
    signing: bool = False
    turned: tuple[Turned, ...] = ()
    examples: tuple[Example, ...] = ()
    form: Form = field(default_factory=Form)
    alerts: tuple[DoorAlert, ...] = ()

    @property
    def shut(self) -> bool:
        """Whether nobody at all may send."""
        return not self.allow_all_ips and not self.allowed_ips


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every endpoint of the workspace, the form for a new one, and a signing secret that is shown this once."""

    template: ClassVar[str] = "endpoints.html"
    nav: ClassVar[str] = "endpoints"
    title: ClassVar[str] = "Endpoints"

    endpoints: tuple[Endpoint, ...]
    secret: NewSecret | None = None
    form: Form = field(default_factory=Form)
    removed: Removed = field(default_factory=Removed)
