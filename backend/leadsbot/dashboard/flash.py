"""What the next page says: toasts, and a secret shown once. An encrypted cookie carries it over one redirect."""

from __future__ import annotations

import msgspec

from leadsbot import clock
from leadsbot.dashboard.views import NewSecret, Toast
from leadsbot.vault import Undecipherable, Vault

COOKIE = "leadsbot_said"
LASTS_MS = 2 * clock.MINUTE


class Said(msgspec.Struct, frozen=True):
    """For whom (a sign-in's id), until when (ms), and what."""

    to: str
    until: int
    toasts: tuple[Toast, ...] = ()
    secret: NewSecret | None = None


def seal(vault: Vault, to: str, toasts: tuple[Toast, ...], secret: NewSecret | None = None) -> str:
    """Give the cookie's value."""
    said = Said(to, clock.now() + LASTS_MS, toasts, secret)
    return vault.encrypt(msgspec.json.encode(said).decode())


def unseal(vault: Vault, to: str, cookie: str | None) -> Said:
    """Give what was said to this sign-in; nothing where the cookie is missing, forged, late or somebody else's."""
    nothing = Said(to, 0)
    if not cookie:
        return nothing
    try:
        said = msgspec.json.decode(vault.decrypt(cookie), type=Said)
    except (Undecipherable, msgspec.MsgspecError):
        return nothing
    return said if said.to == to and said.until > clock.now() else nothing
