"""A channel's own page: what it tells, of whom, when and in which words, with a preview of its message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.channels.base.fields import fields_of
from leadsbot.dashboard import answers, channel_form
from leadsbot.dashboard.channel_form import CONFIG
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.channel_settings import preview_of, stored_view, typed_view
from leadsbot.dashboard.shown.channels import channel_view
from leadsbot.dashboard.views import Toast
from leadsbot.errors import InvalidInput
from leadsbot.routing import destinations
from leadsbot.vault import Undecipherable


@get("/channels/{channel_id:uuid}")
async def show(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Show a channel's page. The list asks too, whether a chat was linked: until then there is nothing new to show."""
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    if desk.is_htmx:
        channel = await channel_view(desk.services, row)
        if channel.link:
            return answers.bare(HTTP_204_NO_CONTENT)
        return desk.part("channel.html", Toast(f"{channel.name} is linked."), channel=channel)
    try:
        return await desk.page(await stored_view(desk.services, row))
    except Undecipherable:
        return desk.go(f"/channels#channel-{channel_id}")


@post("/channels/{channel_id:uuid}")
async def save(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Save what was typed; or show the page again with what is wrong beside each field, or with what was asked for:
    the preview, more rows, or the filter as JSON or rows."""
    services, posted = desk.services, desk.posted
    row = await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    asked = posted.text("do")
    if asked in ("more", "preview", "json", "rows"):
        return await desk.page(await typed_view(services, row, posted, {}, asked))
    fields = fields_of(services.channels[row["kind"]])
    changes, errors = channel_form.read(posted, fields, msgspec.json.decode(row["filter"]))
    errors |= await _refused(desk, row, changes, only_look=bool(errors))
    if errors:
        view = await typed_view(services, row, posted, errors)
        return await desk.page(view, HTTP_422_UNPROCESSABLE_ENTITY)
    return desk.go(f"/channels#channel-{channel_id}", Toast(f"{changes['name']}: settings saved."))


@post("/channels/{channel_id:uuid}/preview", status_code=200)
async def preview(desk: Here, channel_id: FromPath[UUID]) -> Response[str]:
    """Give the message that a template makes, while it is typed."""
    await destinations.get_channel(desk.database, desk.workspace_id, str(channel_id))
    shown = await preview_of(desk.services, desk.workspace_id, desk.posted.text("template"))
    return desk.part("channel_preview.html", preview=shown)


async def _refused(
    desk: Desk, row: dict[str, Any], changes: channel_form.Values, *, only_look: bool
) -> channel_form.Errors:
    """Store the changes, or where something else is wrong already see whether the config is; give what is refused."""
    try:
        if only_look:
            destinations.check_config(desk.services, row, changes["config"])
        else:
            await destinations.update_channel(desk.services, desk.workspace_id, row["id"], changes)
    except InvalidInput as error:
        return {_place(field): error.message for field in error.fields} or {"name": error.message}
    return {}


def _place(field: str) -> str:
    """Give where an error of a channel stands on the page."""
    name = field.partition("[")[0]
    if name.startswith("config."):
        return CONFIG + name.removeprefix("config.").partition(".")[0]
    return name.removeprefix("options.").partition(".")[0]


ROUTES = [pages(show, save, preview)]
