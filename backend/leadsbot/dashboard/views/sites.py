"""Sites: the tag, where it was seen, who may send, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from leadsbot.dashboard.views.audits import Coverage
from leadsbot.dashboard.views.capture_log import DoorAlert, LastRefused
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class Refusal:
    """An origin whose pages don't get through, and why in a sentence: it is not on the site's list (`origin`), or its
    own Content-Security-Policy holds them back (`csp`).

    Pages without an origin of their own ("null", or none) can't be allowed, nor can we change another's policy.
    """

    origin: str
    count: int
    at: int
    hint: str = ""
    reason: Literal["origin", "csp"] = "origin"

    @property
    def allowable(self) -> bool:
        return self.reason == "origin" and "://" in self.origin


@dataclass(frozen=True, slots=True)
class Site:
    """A site with its settings. `tag` is the whole script tag, `plain` a whole form without any; `seen_at` is when
    the tag last spoke to us, `form_at` when such a form was last sent."""

    id: str
    name: str
    tag: str
    seen_at: int | None = None
    seen_on: str = ""
    origins: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    partial_values: Literal["off", "contact", "all"] = "off"
    consent: Literal["none", "required"] = "none"
    privacy_signals: Literal["ignore", "honour"] = "ignore"
    abandon_after_minutes: float = 30
    masked_fields: tuple[str, ...] = ()
    hidden_fields: tuple[str, ...] = ()
    ignored_forms: tuple[str, ...] = ()
    honeypot_field: str = ""
    thank_you_url: str = ""
    leads_per_ip_per_day: int | None = None
    burst_per_second: int = 50
    form: Form = field(default_factory=Form)
    coverage: Coverage = field(default_factory=Coverage)
    alerts: tuple[DoorAlert, ...] = ()
    last_refused: LastRefused | None = None
    plain: str = ""
    form_at: int | None = None


@dataclass(frozen=True, slots=True)
class Sites:
    """Every site of the workspace, and the form for a new one."""

    template: ClassVar[str] = "sites.html"
    nav: ClassVar[str] = "sites"
    title: ClassVar[str] = "Sites"

    sites: tuple[Site, ...]
    form: Form = field(default_factory=Form)
