"""Your account: what people set of themselves, whatever their role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.outbound import LinkOffer
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class TelegramAccount:
    """The linked account (`name`, `username` without the @, `since` in ms), or the `link` that links one; `missing`
    says what the server lacks for either."""

    name: str = ""
    username: str = ""
    since: int | None = None
    link: LinkOffer | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in; `here` is the one that looks. `since` in ms."""

    device: str
    address: str
    since: int
    here: bool


@dataclass(frozen=True, slots=True)
class Account:
    """`form` is what was typed wrong, of whichever form it was."""

    template: ClassVar[str] = "account.html"
    nav: ClassVar[str] = "account"
    title: ClassVar[str] = "Your account"

    name: str
    email: str
    telegram: TelegramAccount
    form: Form = field(default_factory=Form)
    sign_ins: tuple[SignedIn, ...] = ()
