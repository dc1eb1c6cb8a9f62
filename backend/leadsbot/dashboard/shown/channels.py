"""Channels in people's words."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.bot import rivals
from leadsbot.bot.links import offer
from leadsbot.channels.base.contract import Channel as Medium
from leadsbot.channels.base.fields import fields_of, steps_of
from leadsbot.dashboard.channel_words import KINDS, events_in_words, filter_in_words, options_in_words
from leadsbot.dashboard.shown.deliveries import Destinations, destinations, latest, retrying
from leadsbot.dashboard.views import Channel, ChannelKind, LinkOffer
from leadsbot.routing import options
from leadsbot.routing.destination import open_config
from leadsbot.routing.destinations import channel_kinds
from leadsbot.routing.kinds import EMAIL, TELEGRAM, default_events, reachable
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

Row = dict[str, Any]

_CHANGED_KEY = "Its settings were stored with another LEADSBOT_SECRET_KEY. Remove it and add it anew."


async def channel_view(services: Services, row: Row, places: Destinations | None = None) -> Channel:
    """Give a channel's row, with the offer to link it where it waits for a chat. Who shows many has read `places`."""
    try:
        config = open_config(services.vault, row["config"])
        waiting = await offer(services, row)
    except Undecipherable:
        return Channel(row["id"], row["kind"], row["name"], "", bool(row["enabled"]), _CHANGED_KEY, readable=False)
    places = places or await destinations(services.database, row["workspace_id"])
    return Channel(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        target=_target(services, row["kind"], config),
        enabled=bool(row["enabled"]),
        disabled_reason=row["disabled_reason"],
        last=await latest(services.database, row, places, channel_id=row["id"]),
        retrying=await retrying(services.database, row, channel_id=row["id"]),
        link=LinkOffer(waiting.url or "", waiting.code, waiting.expires_at, waiting.bot) if waiting else None,
        missing="" if config.get("bot_token") else _missing(services, row["kind"]),
        unsubscribed=tuple(config.get("unsubscribed", ())),
        told=_told(row),
        muted_until=row["muted_until"] if (row["muted_until"] or 0) > clock.now() else None,
        failing_since=row["failing_since"],
        probe_at=row["probe_at"] if not row["enabled"] else None,
        rival=await rivals.noted(services.database, _token(services, config)) if row["kind"] == TELEGRAM else "",
    )


def _token(services: Services, config: Row) -> str:
    return str(config.get("bot_token") or services.settings.telegram_token)


def _told(row: Row) -> tuple[str, ...]:
    """Say what a channel hears of, of whom, when and how."""
    events = msgspec.json.decode(row["events"], type=list[str]) or default_events(row["kind"])
    filter = msgspec.json.decode(row["filter"], type=dict[str, Any])
    said = (events_in_words(events), filter_in_words(filter), options_in_words(options.read(row["options"])))
    return tuple(one for one in said if one)


def kinds(services: Services) -> tuple[ChannelKind, ...]:
    """Give the kinds that can be added, the most used first, and what the instance lacks for them."""
    order = list(KINDS)
    known = channel_kinds(services)
    names = sorted(known, key=lambda name: (order.index(name) if name in KINDS else len(order), known[name].label))
    return tuple(_kind(services, name, known[name]) for name in names)


def _kind(services: Services, name: str, channel: Medium) -> ChannelKind:
    label, hint = KINDS.get(name, (channel.label, ""))
    return ChannelKind(name, label, _missing(services, name), fields_of(channel), steps_of(channel), hint)


async def anyone_is_told(services: Services, workspace_id: str) -> bool:
    """Tell whether a new lead reaches anybody through a channel."""
    rows = await services.database.fetch(
        "SELECT kind, config FROM channels WHERE workspace_id = $1 AND enabled", workspace_id
    )
    return any(_reachable(services, row) for row in rows)


def _reachable(services: Services, row: Row) -> bool:
    try:
        return reachable(services.settings, row["kind"], open_config(services.vault, row["config"]))
    except Undecipherable:
        return False


def _missing(services: Services, kind: str) -> str:
    if kind == TELEGRAM and not services.settings.telegram_token:
        return (
            "This server has no bot of its own yet. Get a token from @BotFather in Telegram, set"
            " LEADSBOT_TELEGRAM_TOKEN to it and start the server again."
        )
    if kind == EMAIL and not services.settings.smtp_url:
        return "This server has no mail server set. Set LEADSBOT_SMTP_URL and start LeadsBot again."
    return ""


def _target(services: Services, kind: str, config: Row) -> str:
    if kind == TELEGRAM:
        chat = config.get("chat_id")
        return str(config.get("title") or (f"chat {chat}" if chat is not None else ""))
    channel = services.channels.get(kind)
    place = channel.destination(config) if channel else ""
    return f"webhook {place.removeprefix(f'{kind}:')}" if place.startswith(f"{kind}:") else place
