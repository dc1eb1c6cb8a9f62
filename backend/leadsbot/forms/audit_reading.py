"""Reading what the widget found on a site's pages."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.forms.audits import MAX_PAGES_PER_SITE

EVERYTHING = Slice()


class FoundForm(Struct, frozen=True, rename={"taken_as": "as"}):
    """A form on a page; `taken_as` is lead, search, login, dialog or ignored."""

    key: str = ""
    name: str = ""
    taken_as: str = ""


class MissedPart(Struct, frozen=True):
    """A part of a page that the widget can't see into: `what` is frame or shadow, `where` its origin or its tag."""

    what: str = ""
    where: str = ""


_forms = msgspec.json.Decoder(list[FoundForm])
_missed = msgspec.json.Decoder(list[MissedPart])


async def list_pages(database: Database, workspace_id: str, site_id: str, part: Slice = EVERYTHING) -> Page:
    """Give a site's pages, the latest heard of first; none of another workspace's site."""
    where = Where()
    where.also(
        f"site_id IN (SELECT id FROM sites WHERE id = {where.value(site_id)}"
        f" AND workspace_id = {where.value(workspace_id)})"
    )
    return await newest_first(database, "SELECT * FROM page_audits", where, part, by="last_at")


async def count_pages(database: Database, workspace_id: str, site_id: str) -> int:
    """Tell how many pages a site has; another workspace's site has none."""
    (row,) = await database.fetch(
        "SELECT count(*) AS pages FROM page_audits a JOIN sites ON sites.id = a.site_id"
        " WHERE a.site_id = $1 AND sites.workspace_id = $2",
        site_id,
        workspace_id,
    )
    return int(row["pages"])


async def latest_pages(
    database: Database, workspace_id: str, site_id: str, limit: int = MAX_PAGES_PER_SITE
) -> list[Row]:
    """Give a site's pages at once, at most `limit`, the latest heard of first."""
    return await database.fetch(
        "SELECT a.* FROM page_audits a JOIN sites ON sites.id = a.site_id"
        " WHERE a.site_id = $1 AND sites.workspace_id = $2"
        f" ORDER BY a.last_at DESC, a.id DESC LIMIT {int(limit)}",
        site_id,
        workspace_id,
    )


def forms_of(row: Row) -> list[FoundForm]:
    return _forms.decode(row["forms"])


def missed_of(row: Row) -> list[MissedPart]:
    return _missed.decode(row["missed"])


def page_json(row: Row) -> dict[str, Any]:
    """Give the page's public shape."""
    return {
        "page_url": row["page_url"],
        "forms": [msgspec.to_builtins(form) for form in forms_of(row)],
        "missed": [msgspec.to_builtins(part) for part in missed_of(row)],
        "first_seen_at": rfc3339(row["first_at"]),
        "last_seen_at": rfc3339(row["last_at"]),
    }
