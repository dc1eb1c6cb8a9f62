"""Codes that let a Telegram chat be linked to a channel: what they say, how long they hold, and who made them.

A code carries the channel's id, its expiry and a MAC, all of it in 48 characters of base64url: Telegram passes on at
most 64 of `A–Z a–z 0–9 _ -` (https://core.telegram.org/bots/features#deep-linking).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from leadsbot import clock
from leadsbot.bot.identity import bot_username
from leadsbot.errors import LeadsBotError
from leadsbot.routing.destination import open_config
from leadsbot.routing.kinds import TELEGRAM
from leadsbot.services import Services
from leadsbot.vault import Undecipherable, Vault

VALID_MS = clock.DAY
_ID, _EXPIRY, _MAC = 16, 4, 16


class WrongCode(LeadsBotError):
    """This was never one of our codes, or not for this channel as it is now."""

    status = 400
    default_code = "link_code_wrong"


class ExpiredCode(LeadsBotError):
    """The code was right, until its time was over."""

    status = 400
    default_code = "link_code_expired"


def make_code(vault: Vault, channel_id: str) -> str:
    """Give a code that links a chat to this channel within the next 24 hours."""
    expires = (clock.now() + VALID_MS) // clock.SECOND
    said = UUID(channel_id).bytes + expires.to_bytes(_EXPIRY, "big")
    return base64.urlsafe_b64encode(said + _mac(vault, said)).decode()


def read_code(vault: Vault, code: str) -> str:
    """Give the id of the channel that a code is for. Raises WrongCode, ExpiredCode."""
    try:
        raw = base64.b64decode(code.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    said, mac = raw[: _ID + _EXPIRY], raw[_ID + _EXPIRY :]
    if len(raw) != _ID + _EXPIRY + _MAC or not hmac.compare_digest(mac, _mac(vault, said)):
        raise WrongCode("I don't know this code. Copy it once more from the channels page.")
    if int.from_bytes(said[_ID:], "big") * clock.SECOND <= clock.now():
        raise ExpiredCode("This code has expired. The channels page has a fresh one.")
    return str(UUID(bytes=said[:_ID]))


def link_url(username: str, code: str) -> str:
    """Give the address that opens the bot's chat and hands it the code."""
    return f"https://t.me/{username}?start={code}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What links a chat: for the deep link, or for `/link` in a group or topic. `expires_at` is in ms.

    `url` is None where there is no bot, or while Telegram doesn't say its name; the code works all the same.
    """

    code: str
    url: str | None
    expires_at: int

    def json(self) -> dict[str, Any]:
        """Give it as the API's answers carry it, beside the channel."""
        return {"link_url": self.url, "link_code": self.code, "link_expires_at": clock.rfc3339(self.expires_at)}


async def offer(services: Services, channel: Mapping[str, Any]) -> Offer | None:
    """Give a fresh offer for a Telegram channel that waits for its chat; None for any other."""
    if channel["kind"] != TELEGRAM or not _waits(services.vault, channel):
        return None
    code, expires_at = make_code(services.vault, channel["id"]), clock.now() + VALID_MS
    username = await bot_username(services)
    return Offer(code, link_url(username, code) if username else None, expires_at)


def _waits(vault: Vault, channel: Mapping[str, Any]) -> bool:
    try:
        return open_config(vault, channel["config"]).get("chat_id") is None
    except Undecipherable:  # stored under another key: nobody knows any more what it waits for
        return False


def _mac(vault: Vault, said: bytes) -> bytes:
    return vault.mac("telegram link", said)[:_MAC]
