"""Settings: what there is to set, and the workspace's own: name, clock, country, what doors ask for and take."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.capture.required import check_required
from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.views import Form, Toast
from leadsbot.dashboard.views.settings import SettingsHome, SettingsLine, WorkspaceSettings
from leadsbot.db import Tx
from leadsbot.errors import InvalidInput
from leadsbot.leads import source_editing
from leadsbot.routing import retiming
from leadsbot.workspaces import countries, key_editing, members
from leadsbot.workspaces.countries import check_country
from leadsbot.workspaces.workspace_editing import (
    LONGEST_RETENTION_DAYS,
    MAX_NAME,
    MOST_LEADS_PER_HOUR,
    change_workspace,
    check_timezone,
    get_workspace,
    timezones,
)

HOURS = 24

Check = Callable[[Posted, str], Any]


@get("/settings")
async def show(desk: Here) -> Response[str]:
    """Show how everything stands, each line leading to where it is changed."""
    row = await get_workspace(desk.database, desk.workspace_id)
    stages = msgspec.json.decode(row["stages"], type=list[str])
    return await desk.page(
        SettingsHome(
            (
                SettingsLine("/settings/workspace", "Workspace", f"{row['name']}, {row['timezone']}"),
                SettingsLine("/settings/members", "Members", await _people(desk)),
                SettingsLine("/settings/keys", "API keys", await _keys(desk)),
                SettingsLine("/settings/pipeline", "Pipeline", " → ".join(stages)),
                SettingsLine("/settings/lists", "Sources and types", await _named(desk, row)),
                SettingsLine("/account", "Your account", desk.person.email),
            )
        )
    )


@get("/settings/workspace")
async def show_workspace(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post("/settings/workspace")
async def save(desk: Here) -> Response[str]:
    """Save what was posted, or show again what is wrong with it. A field that was not posted stays as it is."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in desk.posted.values().keys() & _CHECKS.keys():
        try:
            values[name] = _CHECKS[name](desk.posted, name)
        except InvalidInput as error:
            errors[name] = error.message
    if errors:
        form = Form(desk.posted.values(), errors)
        return await desk.page(await _view(desk, form), HTTP_422_UNPROCESSABLE_ENTITY)

    async def also(tx: Tx) -> None:
        if values.keys() & retiming.CAUSES:
            await retiming.retime(tx, desk.workspace_id)

    await change_workspace(desk.database, desk.workspace_id, values, also)
    desk.services.sites.forget()
    return desk.go("/settings/workspace", Toast("Saved."))


async def _view(desk: Desk, form: Form | None = None) -> WorkspaceSettings:
    row = await get_workspace(desk.database, desk.workspace_id)
    # A list without the zone that is set would choose another one by itself.
    zones = _zones() if row["timezone"] in _zones() else (row["timezone"], *_zones())
    return WorkspaceSettings(
        name=row["name"],
        time_zone=row["timezone"],
        country=row["country"],
        summary_hour=row["summary_hour"],
        required_fields=tuple(msgspec.json.decode(row["required_fields"], type=list[str])),
        leads_per_hour=row["leads_per_hour"],
        retention_days=row["retention_days"],
        zones=zones,
        countries=countries.names(),
        form=form or Form(),
    )


async def _people(desk: Desk) -> str:
    everybody = await members.everybody(desk.database, desk.workspace_id)
    waiting = sum(row["user_id"] is None for row in everybody)
    told = words.count(len(everybody) - waiting, "member")
    return f"{told}, {waiting} invited" if waiting else told


async def _keys(desk: Desk) -> str:
    in_use = await key_editing.keys_in_use(desk.database, desk.workspace_id)
    return words.count(len(in_use), "key").capitalize()


async def _named(desk: Desk, row: dict[str, Any]) -> str:
    sources = words.count(len(await source_editing.busiest(desk.database, desk.workspace_id)), "source").capitalize()
    types = (("lead_types", "lead type"), ("event_types", "event type"))
    return ", ".join([sources, *(words.count(len(msgspec.json.decode(row[column])), noun) for column, noun in types)])


def _name(posted: Posted, name: str) -> str:
    text = posted.text(name)
    if not 1 <= len(text) <= MAX_NAME:
        raise InvalidInput(f"A name has between 1 and {MAX_NAME} characters.")
    return text


def _timezone(posted: Posted, name: str) -> str:
    try:
        return check_timezone(posted.text(name))
    except InvalidInput:
        raise InvalidInput("Choose one of the list.") from None


def _country(posted: Posted, name: str) -> str:
    try:
        return check_country(posted.text(name))
    except InvalidInput:
        raise InvalidInput("Choose one of the list.") from None


def _number(posted: Posted, name: str, most: int) -> int:
    text = posted.text(name).replace(",", "").replace(" ", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise InvalidInput(f"A whole number from 1 to {most:,}, please.")
    return int(text)


def _hour(posted: Posted, name: str) -> int:
    text = posted.text(name)
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) < HOURS):
        raise InvalidInput("Choose one of the list.")
    return int(text)


def _days(posted: Posted, name: str) -> int | None:
    return _number(posted, name, LONGEST_RETENTION_DAYS) if posted.text(name) else None


_CHECKS: dict[str, Check] = {
    "name": _name,
    "timezone": _timezone,
    "country": _country,
    "summary_hour": _hour,
    "required_fields": lambda posted, name: check_required(posted.lines(name)),
    "leads_per_hour": lambda posted, name: _number(posted, name, MOST_LEADS_PER_HOUR),
    "retention_days": _days,
}


@cache
def _zones() -> tuple[str, ...]:
    """Give the time zones that people live by, without the older spellings, which programs may set all the same."""
    return ("UTC", *sorted(name for name in timezones() if "/" in name and not name.startswith("Etc/")))


ROUTES = [pages(show, show_workspace, save)]
