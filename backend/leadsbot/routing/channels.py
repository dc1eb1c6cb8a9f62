"""A workspace's channels: made, changed, linked, tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.channels.base import AtHome
from leadsbot.channels.base import Channel as Kind
from leadsbot.channels.base.fields import names_of
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page
from leadsbot.errors import InvalidInput
from leadsbot.events.log import topic
from leadsbot.ids import new_id
from leadsbot.routing import gates, inputs, kinds, options, places, resuming, templates, trial, trouble
from leadsbot.routing.destination import Destination, open_config, seal_config
from leadsbot.routing.owned import held, owned, page
from leadsbot.routing.present import masked
from leadsbot.routing.tables import Channel
from leadsbot.routing.wants import check_filter
from leadsbot.services import Services

_CHANGEABLE = ("name", "config", "events", "filter", "enabled", "options", "muted_until")
_COLUMNS = (
    *("name", "config", "chat", "bot", "events", "filter", "options", "muted_until"),
    *("disabled_reason", *trouble.STORY),
)
_SET = ", ".join(f"{column} = ${place}" for place, column in enumerate(("enabled", *_COLUMNS), 2))
_PLACE = ("chat_id", "thread_id")

Row = dict[str, Any]


async def create_channel(
    services: Services,
    workspace_id: str,
    kind: str,
    config: Mapping[str, Any],
    *,
    name: str = "",
    events: Sequence[str] = (),
    filter: object = None,
    enabled: bool = True,
    options: object = None,
) -> Row:
    """Add a channel and give its row. A Telegram one without `chat_id` waits to be linked. Raises InvalidInput."""
    channel = _kind(services, kind)
    given = {"name": name or channel.label, "events": events, "filter": filter, "enabled": enabled}
    checked = _config(services, channel, config)
    row: Row = {
        "id": new_id(),
        "workspace_id": workspace_id,
        "kind": kind,
        "created_at": clock.now(),
        "config": seal_config(services.vault, checked),
        **places.of_config(checked),
        **_checked(given),
        "options": _options(kind, "{}", options),
    }

    async def unit(tx: Tx) -> None:
        tx.insert(Channel, row)
        tx.signal(topic(workspace_id))

    await services.database.write(unit)
    return await get_channel(services.database, workspace_id, row["id"])


async def get_channel(database: Database, workspace_id: str, channel_id: str) -> Row:
    """Give a channel's row, or raise NotFound."""
    return await owned(database, "channel", workspace_id, channel_id)


async def list_channels(database: Database, workspace_id: str, cursor: str | None = None, limit: int = 50) -> Page:
    return await page(database, "channels", {"workspace_id": workspace_id}, cursor, limit)


async def update_channel(services: Services, workspace_id: str, channel_id: str, changes: dict[str, Any]) -> Row:
    """Change a channel. What `config` names replaces what was there, null removes it, and a secret handed back as it
    is shown stays. Switching it on forgives what had failed. Raises NotFound, InvalidInput.
    """
    inputs.only_known(changes, _CHANGEABLE)

    async def unit(tx: Tx) -> Row:
        if "enabled" in changes:  # its probe's delivery first, as whoever settles that takes them
            probed = await owned(tx, "channel", workspace_id, channel_id)
            await trouble.end_probe(tx, channel_id, probed["disabled_at"])
        row = await held(tx, "channel", workspace_id, channel_id)
        before = dict(row)
        row |= _checked(changes)
        if "options" in changes:
            row["options"] = _options(row["kind"], row["options"], changes["options"])
        if "config" in changes:
            merged = _merged(services, row["kind"], open_config(services.vault, row["config"]), changes["config"])
            row |= {"config": seal_config(services.vault, merged), **places.of_config(merged)}
        values = [bool(row["enabled"]), *(row[column] for column in _COLUMNS)]
        await tx.execute(f"UPDATE channels SET {_SET} WHERE id = $1", channel_id, *values)
        await gates.reopen(tx, workspace_id, channel_id, *gates.changed(before, row))
        if row["enabled"] and not before["enabled"]:
            await resuming.after_trouble(tx, Destination(row["kind"], before))
        tx.signal(topic(workspace_id))
        return row

    return await services.database.write(unit)


def check_config(services: Services, channel: Row, given: object) -> None:
    """Raise InvalidInput where the config of a channel can't be changed so."""
    _merged(services, channel["kind"], open_config(services.vault, channel["config"]), given)


async def link_chat(services: Services, channel: Row, place: Mapping[str, Any]) -> bool:
    """Let a Telegram channel speak in a chat: `place` has `chat_id`, `thread_id` (or None) and `title`.

    Gives False when the channel was changed since `channel` was read.
    """
    config = open_config(services.vault, channel["config"])
    kept = {key: value for key, value in config.items() if key not in (*_PLACE, "title")}
    linked = kept | {key: value for key, value in place.items() if value is not None}
    found = places.of_config(linked)

    async def unit(tx: Tx) -> bool:
        changed = await tx.execute(
            f"UPDATE channels SET config = $3, chat = $4, bot = $5, enabled = TRUE, {trouble.FORGIVEN}"
            " WHERE id = $1 AND config = $2",
            channel["id"],
            channel["config"],
            seal_config(services.vault, linked),
            found["chat"],
            found["bot"],
        )
        if changed and not channel["enabled"]:
            await resuming.after_trouble(tx, Destination(channel["kind"], channel))
        tx.signal(topic(channel["workspace_id"]))
        return bool(changed)

    return await services.database.write(unit)


async def test_channel(services: Services, workspace_id: str, channel_id: str) -> Row:
    """Send a real message at once; gives the delivery, as `delivery_json`. Raises NotFound."""
    row = await get_channel(services.database, workspace_id, channel_id)
    return await trial.send(services, Destination(row["kind"], row))


def channel_kinds(services: Services) -> dict[str, Kind]:
    """Give the kinds that a channel can be of; a webhook is a collection of its own."""
    return {name: kind for name, kind in services.channels.items() if name != kinds.WEBHOOK}


def _kind(services: Services, kind: object) -> Kind:
    known = channel_kinds(services)
    if not isinstance(kind, str) or kind not in known:
        raise InvalidInput(f"kind is one of: {', '.join(sorted(known))}.", fields=["kind"])
    return known[kind]


def _config(services: Services, channel: Kind, config: object) -> Row:
    if not isinstance(config, Mapping):
        raise InvalidInput("config is an object.", fields=["config"])
    for name in config:
        if name not in (known := names_of(channel)):
            raise InvalidInput(
                f"{channel.label} has no {name[:60]!r}. It has: {', '.join(known)}.", fields=[f"config.{name}"]
            )
    checked = channel.check_config(config)
    if isinstance(channel, AtHome) and not services.settings.allow_private_targets:
        channel.check_home(checked)
    return checked


def _merged(services: Services, kind: str, old: Row, given: object) -> Row:
    if not isinstance(given, Mapping):
        raise InvalidInput("config is an object.", fields=["config"])
    fresh = {key: value for key, value in given.items() if key not in old or value != masked(key, old[key])}
    merged = {key: value for key, value in {**old, **fresh}.items() if value is not None}
    checked = _config(services, _kind(services, kind), merged)
    same_place = all(old.get(key) == checked.get(key) for key in _PLACE)
    return {**checked, "title": old["title"]} if same_place and "title" in old else checked


def _options(kind: str, stored: str, given: object) -> str:
    """Give options as they are stored. Raises InvalidInput for those that the kind has no use for, too."""
    checked = options.check(options.merged(stored, given))
    for name, why in kinds.lacks(kind).items():
        if name in checked:
            raise InvalidInput(why, fields=[f"options.{name}"])
    if "template" in checked:
        templates.check(checked["template"])
    return msgspec.json.encode(checked).decode()


def _checked(given: Mapping[str, Any]) -> Row:
    checked: Row = {}
    if "name" in given:
        checked["name"] = inputs.check_name(given["name"])
    if "events" in given:
        checked["events"] = msgspec.json.encode(inputs.check_events(given["events"])).decode()
    if "filter" in given:
        checked["filter"] = msgspec.json.encode(check_filter(given["filter"])).decode()
    if "enabled" in given:
        checked |= trouble.by_hand(inputs.check_flag(given["enabled"], "enabled"))
    if "muted_until" in given:
        checked["muted_until"] = _muted_until(given["muted_until"])
    return checked


def _muted_until(given: object) -> int | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = "muted_until is a time such as 2026-05-04T12:30:00Z, or null to be told again."
        raise InvalidInput(message, fields=["muted_until"])
    return round(moment.timestamp() * clock.SECOND)
