"""Channels: ways to tell people. What a kind's `config` holds is the kind's own to check."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from leadsbot.api.keyed import Holder, House, Part, keyed, said, text_of
from leadsbot.api.texts import Short
from leadsbot.bot.links import offer
from leadsbot.db.tx import Row
from leadsbot.routing import destinations, template_preview
from leadsbot.routing.destinations import channel_json
from leadsbot.services import Services
from leadsbot.summaries.now import send_now


class NewChannel(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A channel to be made. No `events` means the kind's own choice, no `name` the kind's name. `options` and `filter`
    are checked where they are read, so that a refusal names the very field in them."""

    kind: Short
    config: dict[str, Any] = {}
    name: Short = ""
    events: list[str] = []
    filter: dict[str, Any] | None = None
    options: dict[str, Any] | None = None
    enabled: bool = True


class ChannelChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is; within `config` and `options` too, where null removes."""

    config: dict[str, Any] | UnsetType = UNSET
    name: Short | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    filter: dict[str, Any] | UnsetType | None = UNSET
    options: dict[str, Any] | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    muted_until: Short | UnsetType | None = UNSET


class Asked(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which summary: of `today` so far, of `yesterday`, or of the last whole `week`."""

    span: Literal["today", "yesterday", "week"] = "today"


class Trial(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A template to be tried on a lead: the one named, else the latest, else a sample."""

    template: str
    lead_id: UUID | None = None
    event: Short = "lead.created"


@get("/", summary="List channels")
async def list_channels(services: House, holder: Holder, part: Part) -> dict[str, Any]:
    page = await destinations.list_channels(services.database, holder.workspace_id, part.cursor, part.limit)
    return page.json(lambda row: channel_json(row, services.vault))


@post("/", summary="Add a channel; a Telegram one without chat_id answers with a link to its chat")
async def create_channel(services: House, holder: Holder, data: JSONBody[NewChannel]) -> dict[str, Any]:
    row = await destinations.create_channel(
        services,
        holder.workspace_id,
        data.kind,
        data.config,
        name=data.name,
        events=data.events,
        filter=data.filter,
        enabled=data.enabled,
        options=data.options,
    )
    return await _shown(services, row)


@get("/{channel_id:uuid}", summary="A channel")
async def get_channel(services: House, holder: Holder, channel_id: FromPath[UUID]) -> dict[str, Any]:
    row = await destinations.get_channel(services.database, holder.workspace_id, str(channel_id))
    return await _shown(services, row)


@patch("/{channel_id:uuid}", summary="Change a channel")
async def change_channel(
    services: House, holder: Holder, channel_id: FromPath[UUID], data: JSONBody[ChannelChange]
) -> dict[str, Any]:
    row = await destinations.update_channel(services, holder.workspace_id, str(channel_id), said(data))
    return await _shown(services, row)


@delete("/{channel_id:uuid}", summary="Delete a channel")
async def delete_channel(services: House, holder: Holder, channel_id: FromPath[UUID]) -> None:
    await destinations.delete_channel(services.database, holder.workspace_id, str(channel_id), holder.name)


@post("/{channel_id:uuid}/test", status_code=200, summary="Send a test message; answers with its delivery")
async def send_test(services: House, holder: Holder, channel_id: FromPath[UUID]) -> dict[str, Any]:
    return await destinations.test_channel(services, holder.workspace_id, str(channel_id))


@post("/{channel_id:uuid}/summary", status_code=200, summary="Send a summary now; answers with its delivery")
async def send_summary(
    services: House, holder: Holder, channel_id: FromPath[UUID], data: JSONBody[Asked]
) -> dict[str, Any]:
    return await send_now(services, holder.workspace_id, str(channel_id), data.span)


@post("/preview", status_code=200, summary="Try a template on a lead")
async def preview(services: House, holder: Holder, data: JSONBody[Trial]) -> dict[str, Any]:
    lead_id = text_of(data.lead_id)
    tried = await template_preview.preview(services, holder.workspace_id, data.template, lead_id, data.event)
    return tried.json()


async def _shown(services: Services, row: Row) -> dict[str, Any]:
    waiting = await offer(services, row)
    return {**channel_json(row, services.vault), **(waiting.json() if waiting else {})}


ROUTES = [
    keyed(
        "/api/v1/channels",
        [list_channels, create_channel, get_channel, change_channel, delete_channel, send_test, send_summary, preview],
        "channels",
    )
]
