"""Channels: where people hear of leads. Added, linked to a chat, tested, switched off, removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.shown.channels import channel_view, kinds
from leadsbot.dashboard.shown.deliveries import outcome
from leadsbot.dashboard.views import Channels, Form, Toast
from leadsbot.db.paging import MAX_LIMIT
from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations


@get("/channels")
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post("/channels")
async def create(desk: Here) -> Response[str]:
    """Add a channel of the posted kind, or show its form again with what is wrong."""
    kind, posted = desk.posted.text("kind"), desk.posted
    try:
        config = _CONFIGS.get(kind, _addressed)(posted)
        row = await destinations.create_channel(
            desk.services, desk.workspace_id, kind, config, name=posted.text("name")
        )
    except InvalidInput as error:
        wrong = {field.removeprefix("config.").partition(".")[0]: error.message for field in error.fields}
        view = await _view(desk, kind, Form(posted.values(), wrong))
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    waits = (await channel_view(desk.services, row)).link is not None
    words = "One more step: open the chat and press Start." if waits else f"{row['name']} is told of new leads now."
    return desk.go(f"/channels#channel-{row['id']}", Toast(words))


@get("/channels/{channel_id:uuid}")
async def look(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Give a channel once its chat is linked; until then there is nothing new to show."""
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    if not desk.is_htmx:
        return desk.go(f"/channels#channel-{channel_id}")
    channel = await channel_view(desk.services, row)
    if channel.link:
        return answers.bare(HTTP_204_NO_CONTENT)
    return desk.part("channel.html", Toast(f"{channel.name} is linked."), channel=channel)


@post("/channels/{channel_id:uuid}/enable", status_code=200)
async def enable(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_channel(desk.services, desk.workspace_id, str(channel_id), {"enabled": True})
    return await _shown(desk, channel_id, Toast("Switched on."))


@post("/channels/{channel_id:uuid}/disable", status_code=200)
async def disable(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    await destinations.update_channel(desk.services, desk.workspace_id, str(channel_id), {"enabled": False})
    return await _shown(desk, channel_id, Toast("Switched off. Nothing is sent there until it is on again."))


@post("/channels/{channel_id:uuid}/test", status_code=200)
async def send_test(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Send a real message and say what became of it."""
    delivery = await destinations.test_channel(desk.services, desk.workspace_id, str(channel_id))
    return await _shown(desk, channel_id, outcome(delivery))


@post("/channels/{channel_id:uuid}/delete", status_code=200)
async def remove(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    await destinations.delete_channel(desk.database, desk.workspace_id, str(channel_id))
    return desk.go("/channels", Toast("Removed."))


async def _shown(desk: Desk, channel_id: UUID, toast: Toast) -> Response[str]:
    if not desk.is_htmx:
        return desk.go(f"/channels#channel-{channel_id}", toast)
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    return desk.part("channel.html", toast, channel=await channel_view(desk.services, row))


async def _view(desk: Desk, adding: str = "", form: Form | None = None) -> Channels:
    page = await destinations.list_channels(desk.database, desk.workspace_id, limit=MAX_LIMIT)
    shown = [await channel_view(desk.services, row) for row in reversed(page.rows)]
    return Channels(tuple(shown), kinds(desk.services), adding, form or Form())


def _telegram(posted: Posted) -> Mapping[str, Any]:
    """A chat's id is a number, or the @name of a public channel."""
    chat, token = posted.text("chat_id"), posted.text("bot_token")
    number = chat.removeprefix("-")
    config: dict[str, Any] = {"bot_token": token} if token else {}
    if chat:
        config["chat_id"] = int(chat) if number.isascii() and number.isdecimal() and len(number) < 20 else chat
    elif "chat_id" in posted.values():
        raise InvalidInput("Type the chat's id, or connect the chat the other way.", fields=["chat_id"])
    return config


def _email(posted: Posted) -> Mapping[str, Any]:
    return {"to": [line.strip() for line in posted.text("to").replace(",", "\n").split("\n") if line.strip()]}


def _hooked(posted: Posted) -> Mapping[str, Any]:
    return {"webhook_url": posted.text("webhook_url")}


def _addressed(posted: Posted) -> Mapping[str, Any]:
    return {"url": posted.text("url")}


_CONFIGS: Mapping[str, Callable[[Posted], Mapping[str, Any]]] = {
    **{"telegram": _telegram, "email": _email},
    **{"discord": _hooked, "slack": _hooked},
}

ROUTES = [pages(show, create, look, enable, disable, send_test, remove)]
