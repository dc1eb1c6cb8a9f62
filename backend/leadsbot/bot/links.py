"""Codes that link a Telegram chat to a channel, or a Telegram account to a person: what they say, how long they hold.

A channel's code carries the channel's id, its expiry and a MAC; an account's code carries the person's id, its expiry
and a MAC under a key of its own. They are two, since a channel's is handed to whoever is to hear of leads, and nobody
must become somebody else by it. All of it is base64url:
Telegram passes on at most 64 of `A–Z a–z 0–9 _ -` (https://core.telegram.org/bots/features#deep-linking).
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
from leadsbot.bot import chats
from leadsbot.bot.identity import username_of
from leadsbot.errors import LeadsBotError
from leadsbot.routing.destination import open_config
from leadsbot.routing.kinds import TELEGRAM
from leadsbot.services import Services
from leadsbot.vault import Undecipherable, Vault

VALID_MS = clock.DAY
ACCOUNT_VALID_MS = clock.HOUR
_ID, _EXPIRY, _MAC = 16, 4, 16
_CHANNEL, _ACCOUNT = "telegram link", "telegram account"


class WrongCode(LeadsBotError):
    """This was never one of our codes, or not for this channel as it is now."""

    status = 400
    default_code = "link_code_wrong"


class ExpiredCode(LeadsBotError):
    """The code was right, until its time was over."""

    status = 400
    default_code = "link_code_expired"


@dataclass(frozen=True, slots=True)
class ChannelCode:
    """For whoever has it to link a chat."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class AccountCode:
    """`issued_at` is in ms, to the second."""

    user_id: str
    issued_at: int


def make_code(vault: Vault, channel_id: str) -> str:
    """Give a code that links a chat to this channel within the next 24 hours."""
    return _sealed(vault, _CHANNEL, UUID(channel_id).bytes + _expiry(VALID_MS))


def make_account_code(vault: Vault, user_id: str) -> str:
    """Give a code that links a Telegram account to this person within the next hour."""
    return _sealed(vault, _ACCOUNT, UUID(user_id).bytes + _expiry(ACCOUNT_VALID_MS))


def read_code(vault: Vault, code: str) -> ChannelCode | AccountCode:
    """Give what a code is for. Raises WrongCode, ExpiredCode."""
    try:
        raw = base64.b64decode(code.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    if said := _opened(vault, _ACCOUNT, raw):
        return AccountCode(_id(said), _in_time(said) - ACCOUNT_VALID_MS)
    if said := _opened(vault, _CHANNEL, raw):
        _in_time(said)
        return ChannelCode(_id(said))
    raise WrongCode("I don't know this code. Copy it once more from the dashboard.")


def link_url(username: str, code: str) -> str:
    """Give the address that opens the bot's chat and hands it the code."""
    return f"https://t.me/{username}?start={code}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What links a chat: for the deep link, or for `/link` in a group or topic. `expires_at` is in ms.

    `bot` is what the bot is called, without the @; empty where there is none, or while Telegram doesn't say. The code
    works all the same.
    """

    code: str
    bot: str
    expires_at: int

    @property
    def url(self) -> str | None:
        return link_url(self.bot, self.code) if self.bot else None

    def json(self) -> dict[str, Any]:
        """Give it as the API's answers carry it, beside the channel."""
        return {"link_url": self.url, "link_code": self.code, "link_expires_at": clock.rfc3339(self.expires_at)}


async def offer(services: Services, channel: Mapping[str, Any]) -> Offer | None:
    """Give a fresh offer for a Telegram channel that waits for its chat; None for any other."""
    if channel["kind"] != TELEGRAM:
        return None
    try:
        config = open_config(services.vault, channel["config"])
    except Undecipherable:  # stored under another key: nobody knows any more what it waits for
        return None
    if config.get("chat_id") is not None:
        return None
    code, expires_at = make_code(services.vault, channel["id"]), clock.now() + VALID_MS
    username = await username_of(services, config.get("bot_token") or services.settings.telegram_token)
    return Offer(code, username or "", expires_at)


async def account_offer(services: Services, user_id: str, workspace_id: str) -> Offer | None:
    """Give a fresh offer for a person to link their own Telegram account, by the instance's bot or else by one that
    their workspace brought along; None where there is no bot."""
    token = services.settings.telegram_token or await chats.own_token(services, workspace_id)
    if not token:
        return None
    code, expires_at = make_account_code(services.vault, user_id), clock.now() + ACCOUNT_VALID_MS
    username = await username_of(services, token)
    return Offer(code, username or "", expires_at)


def _expiry(valid_ms: int) -> bytes:
    return ((clock.now() + valid_ms) // clock.SECOND).to_bytes(_EXPIRY, "big")


def _sealed(vault: Vault, purpose: str, said: bytes) -> str:
    return base64.urlsafe_b64encode(said + vault.mac(purpose, said)[:_MAC]).decode()


def _opened(vault: Vault, purpose: str, raw: bytes) -> bytes | None:
    said, mac = raw[: _ID + _EXPIRY], raw[_ID + _EXPIRY :]
    sound = len(mac) == _MAC and hmac.compare_digest(mac, vault.mac(purpose, said)[:_MAC])
    return said if sound else None


def _in_time(said: bytes) -> int:
    """Give when a code ends (ms). Raises ExpiredCode."""
    expires_at = int.from_bytes(said[-_EXPIRY:], "big") * clock.SECOND
    if expires_at <= clock.now():
        raise ExpiredCode("This code has expired. The dashboard has a fresh one.")
    return expires_at


def _id(said: bytes) -> str:
    return str(UUID(bytes=said[:_ID]))
