"""Whom a mail channel reaches: its addresses, the people behind `owners` and `admins`, less those who unsubscribed.

Each address has a link of its own that takes it off its channel. The link names no address: what it is good for is
found by its MAC among the channel's own, so it holds for as long as the address is mailed and tells others nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from leadsbot.channels.email import GROUPS, MAX_MAILED
from leadsbot.db import Tx
from leadsbot.errors import Conflict, NotFound
from leadsbot.events.log import topic
from leadsbot.routing import resuming, trouble
from leadsbot.routing.destination import Destination, open_config, seal_config
from leadsbot.routing.kinds import EMAIL, default_events
from leadsbot.routing.owned import owned
from leadsbot.services import Services
from leadsbot.vault import Undecipherable, Vault

PATH: Final = "/unsubscribe"
EVERYBODY_LEFT: Final = "Everybody it wrote to has unsubscribed."
_MAC: Final = 16
_TRIES: Final = 5

Row = Mapping[str, Any]
Config = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a link is about; `address` is empty where no mail goes out for it any more, `gone` once it unsubscribed."""

    channel: str = ""
    workspace: str = ""
    address: str = ""
    gone: bool = False


async def lent(services: Services, destination: Destination, config: Row) -> Config:
    """Give a mail channel's config with whom it reaches now, each address's own link, and whether it tells of new
    leads; another kind's as it is."""
    if destination.kind != EMAIL:
        return dict(config)
    to = await _reached(services.database, destination.workspace_id, config)
    base = services.settings.public_url
    links = {address: link_for(services.vault, base, destination.id, address) for address in to}
    tells_new_leads = "lead.created" in (destination.events or default_events(EMAIL))
    return {**config, "to": to, "unsubscribe": links, "tells_new_leads": tells_new_leads}


def link_for(vault: Vault, public_url: str, channel_id: str, address: str) -> str:
    """Give the address of the page where this mail address leaves this channel."""
    token = UUID(channel_id).bytes + _mac(vault, channel_id, address)
    return f"{public_url}{PATH}/{base64.urlsafe_b64encode(token).rstrip(b'=').decode()}"


async def look(services: Services, token: str) -> Mailbox:
    """Say what a link is about. Raises NotFound for what was never one."""
    channel_id, mac = _read(token)
    row = await services.database.fetch_one(_CHANNEL, channel_id)
    return Mailbox() if row is None else await _found(services, services.database, row, mac)


async def unsubscribe(services: Services, token: str) -> Mailbox:
    """Take the link's address off its channel; asked again, the same. The last one's leaving switches the channel off.
    Raises NotFound for what was never a link.
    """
    channel_id, mac = _read(token)

    async def unit(tx: Tx) -> Mailbox | None:
        row = await tx.fetch_one(_CHANNEL, channel_id)
        box = Mailbox() if row is None else await _found(services, tx, row, mac)
        if row is None or not box.address or box.gone:
            return box
        config = _without(open_config(services.vault, row["config"]), box.address)
        return box if await _write(services, tx, row, config) else None

    return await _until_written(services, unit)


async def resubscribe(services: Services, workspace_id: str, channel_id: str, address: str) -> None:
    """Let an address that had unsubscribed be mailed again, by a channel that was off for that. Raises NotFound."""

    async def unit(tx: Tx) -> bool | None:
        row = await owned(tx, "channel", workspace_id, channel_id)
        config = open_config(services.vault, row["config"])
        if row["kind"] != EMAIL or address not in config.get("unsubscribed", ()):
            raise NotFound("This address has not unsubscribed.")
        config["unsubscribed"] = [one for one in config["unsubscribed"] if one != address]
        if address.casefold() not in map(str.casefold, await _reached(tx, workspace_id, config)):
            config["to"] = [*config["to"], address]
        return await _write(services, tx, row, config) or None

    await _until_written(services, unit)


_CHANNEL = (
    "SELECT c.*, w.name AS workspace_name FROM channels c JOIN workspaces w ON w.id = c.workspace_id"
    f" WHERE c.id = $1 AND c.kind = '{EMAIL}'"
)
_PEOPLE = (
    "SELECT u.email FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.role IN ({roles})"
    " ORDER BY m.created_at, m.id"
)


async def _reached(reader: Any, workspace_id: str, config: Row) -> list[str]:
    """Give the addresses, each once whatever its case, at most `MAX_MAILED`."""
    gone = {address.casefold() for address in config.get("unsubscribed", ())}
    named = [entry for entry in config["to"] if entry not in GROUPS]
    found = {address.casefold(): address for address in [*await _people(reader, workspace_id, config), *named]}
    return [address for key, address in found.items() if key not in gone][:MAX_MAILED]


async def _people(reader: Any, workspace_id: str, config: Row) -> list[str]:
    roles = [GROUPS[entry] for entry in config["to"] if entry in GROUPS]
    if not roles:
        return []
    select = _PEOPLE.format(roles=", ".join(f"'{role}'" for role in roles))
    return [row["email"] for row in await reader.fetch(select, workspace_id)]


async def _found(services: Services, reader: Any, row: Row, mac: bytes) -> Mailbox:
    try:
        config = open_config(services.vault, row["config"])
    except Undecipherable:
        return Mailbox()
    gone = list(config.get("unsubscribed", ()))
    for address in [*await _reached(reader, row["workspace_id"], config), *gone]:
        if hmac.compare_digest(mac, _mac(services.vault, row["id"], address)):
            return Mailbox(row["name"], row["workspace_name"], address, address in gone)
    return Mailbox()


async def _write(services: Services, tx: Tx, row: Row, config: Config) -> bool:
    """Change the config unless it was changed meanwhile: then give False. Nobody left: off, and told through other
    channels; somebody again: on."""
    stored = seal_config(services.vault, config)
    update = "UPDATE channels SET config = $3 WHERE id = $1 AND config = $2"
    if not await tx.execute(update, row["id"], row["config"], stored):
        return False
    anybody = bool(await _reached(tx, row["workspace_id"], config))
    if row["enabled"] and not anybody:
        await trouble.switch_off(tx, Destination(EMAIL, row), {}, EVERYBODY_LEFT, probed=False)
    elif anybody and row["disabled_reason"] == EVERYBODY_LEFT:
        await tx.execute(f"UPDATE channels SET {trouble.FORGIVEN}, enabled = TRUE WHERE id = $1", row["id"])
        await resuming.after_trouble(tx, Destination(EMAIL, row))
    tx.signal(topic(row["workspace_id"]))
    return True


async def _until_written(services: Services, unit: Callable[[Tx], Awaitable[T | None]]) -> T:
    for _ in range(_TRIES):
        done = await services.database.write(unit)
        if done is not None:
            return done
    raise Conflict("Somebody else is changing this channel just now. Try once more.")


def _without(config: Config, address: str) -> Config:
    """Leave an address out, and remember it for whoever wants to undo that."""
    kept = [entry for entry in config["to"] if entry.casefold() != address.casefold()]
    return {**config, "to": kept, "unsubscribed": [*config.get("unsubscribed", ()), address][-MAX_MAILED:]}


def _mac(vault: Vault, channel_id: str, address: str) -> bytes:
    return vault.mac("unsubscribe", f"{channel_id}\n{address.casefold()}".encode())[:_MAC]


def _read(token: str) -> tuple[str, bytes]:
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    if len(raw) != 16 + _MAC:
        raise NotFound("This link is not complete. Copy it from the mail once more, or ask your team to take you off.")
    return str(UUID(bytes=raw[:16])), raw[16:]
