"""Channels: where people hear of leads. Added, linked to a chat, tested, switched off, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.channels.base.fields import fields_of
from leadsbot.dashboard.channel_form import config_of
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.channels import channel_view, kinds
from leadsbot.dashboard.shown.deliveries import destinations as places_of
from leadsbot.dashboard.shown.deliveries import outcome
from leadsbot.dashboard.shown.removed import removed, undoable
from leadsbot.dashboard.views import Channels, Form, Toast, Undo
from leadsbot.db.paging import MAX_LIMIT
from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations
from leadsbot.routing.kinds import TELEGRAM
from leadsbot.summaries.now import send_now


@get("/channels")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post("/channels")
async def create(desk: Here) -> Response[str]:
    """Add a channel of the posted kind, or show its form again with what is wrong."""
    kind, posted = desk.posted.text("kind"), desk.posted
    try:
        row = await destinations.create_channel(
            desk.services, desk.workspace_id, kind, _config(desk, kind), name=posted.text("name")
        )
    except InvalidInput as error:
        wrong = {field.removeprefix("config.").partition(".")[0]: error.message for field in error.fields}
        view = await _view(desk, kind, Form(posted.values(), wrong))
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    waits = (await channel_view(desk.services, row)).link is not None
    words = (
        "One more step: open the chat and press Start."
        if waits
        else f"{row['name']} is told of new leads now. Send a test to see that it arrives."
    )
    return desk.go(f"/channels#channel-{row['id']}", Toast(words))


@post("/channels/{channel_id:uuid}/enable", status_code=200)
async def enable(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_channel(desk.services, desk.workspace_id, str(channel_id), {"enabled": True})
    return await _shown(desk, channel_id, Toast("Switched on."))


@post("/channels/{channel_id:uuid}/disable", status_code=200)
async def disable(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_channel(desk.services, desk.workspace_id, str(channel_id), {"enabled": False})
    words = "Switched off. Nothing is sent there until it is on again."
    undo = Undo(f"/channels/{channel_id}/enable", target=f"#channel-{channel_id}")
    return await _shown(desk, channel_id, Toast(words, undo=undo))


@post("/channels/{channel_id:uuid}/unmute", status_code=200)
async def unmute(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Let a channel that somebody in the chat had silenced tell again."""
    await destinations.update_channel(desk.services, desk.workspace_id, str(channel_id), {"muted_until": None})
    return await _shown(desk, channel_id, Toast("Unmuted. It is told of what comes, and of what waited."))


@post("/channels/{channel_id:uuid}/test", status_code=200)
async def send_test(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Send a real message and say what became of it."""
    delivery = await destinations.test_channel(desk.services, desk.workspace_id, str(channel_id))
    return await _shown(desk, channel_id, outcome(delivery))


@post("/channels/{channel_id:uuid}/summary", status_code=200)
async def send_summary(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Send what came of today so far, and say what became of it."""
    delivery = await send_now(desk.services, desk.workspace_id, str(channel_id))
    return await _shown(desk, channel_id, outcome(delivery, "summary"))


@post("/channels/{channel_id:uuid}/delete", status_code=200)
async def remove(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    await destinations.delete_channel(desk.database, desk.workspace_id, row["id"], desk.person.email)
    return desk.go("/channels", undoable(f"“{row['name']}” is removed.", "channel", row["id"]))


async def _shown(desk: Desk, channel_id: UUID, toast: Toast) -> Response[str]:
    if not desk.is_htmx:
        return desk.go(f"/channels#channel-{channel_id}", toast)
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    return desk.part("channel.html", toast, channel=await channel_view(desk.services, row))


async def _view(desk: Desk, adding: str = "", form: Form | None = None) -> Channels:
    page = await destinations.list_channels(desk.database, desk.workspace_id, limit=MAX_LIMIT)
    places = await places_of(desk.database, desk.workspace_id)
    shown = [await channel_view(desk.services, row, places) for row in reversed(page.rows)]
    gone = await removed(desk.database, desk.workspace_id, "channel")
    return Channels(tuple(shown), kinds(desk.services), adding, form or Form(), gone)


def _config(desk: Desk, kind: str) -> Mapping[str, Any]:
    """Give the config that was posted for a new channel: what was left empty is left out."""
    channel = destinations.channel_kinds(desk.services).get(kind)
    posted = desk.posted
    if kind == TELEGRAM and "chat_id" in posted.values() and not (posted.text("chat_id") or posted.text("bot_token")):
        raise InvalidInput("Type the chat's id, or connect the chat the other way.", fields=["chat_id"])
    config = config_of(desk.posted, fields_of(channel) if channel else (), prefix="")
    return {name: value for name, value in config.items() if value is not None}


ROUTES = [pages(show, create, enable, disable, unmute, send_test, send_summary, remove)]
