"""The workspace's own settings: its name and its clock."""

from __future__ import annotations

from functools import cache

from litestar import Response, get, post
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.views import Form, Settings, Toast
from leadsbot.errors import InvalidInput
from leadsbot.workspaces.workspace_editing import change_workspace, check_timezone, timezones

MAX_NAME = 200


@get("/settings")
async def show(desk: Here) -> Response[str]:
    return await desk.page(_view(desk))


@post("/settings")
async def save(desk: Here) -> Response[str]:
    """Save name and time zone, or show again what is wrong with them."""
    name, timezone = desk.posted.text("name"), desk.posted.text("timezone")
    errors = {}
    if not 1 <= len(name) <= MAX_NAME:
        errors["name"] = f"A name has between 1 and {MAX_NAME} characters."
    try:
        check_timezone(timezone)
    except InvalidInput:
        errors["timezone"] = "Choose one of the list."
    if errors:
        return await desk.page(_view(desk, Form(desk.posted.values(), errors)), HTTP_422_UNPROCESSABLE_ENTITY)
    await change_workspace(desk.database, desk.workspace_id, {"name": name, "timezone": timezone})
    desk.services.sites.forget()
    return desk.go("/settings", Toast("Saved."))


def _view(desk: Desk, form: Form | None = None) -> Settings:
    now = desk.person.timezone
    # A list without the zone that is set would choose another one by itself.
    zones = _zones() if now in _zones() else (now, *_zones())
    return Settings(desk.person.workspace_name, now, zones, form or Form())


@cache
def _zones() -> tuple[str, ...]:
    """Give the time zones that people live by, without the older spellings, which programs may set all the same."""
    return ("UTC", *sorted(name for name in timezones() if "/" in name and not name.startswith("Etc/")))


ROUTES = [pages(show, save)]
