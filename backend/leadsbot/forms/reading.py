"""Reading visitor sessions and the forms that were found on pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.forms.sessions import STARTED

SessionState = Literal["started", "abandoned", "submitted"]
EVERYTHING = Slice()


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What a list of sessions is narrowed to; None narrows nothing."""

    state: SessionState | None = None
    form_id: str | None = None
    site_id: str | None = None


async def list_sessions(database: Database, workspace_id: str, wanted: SessionFilter, part: Slice = EVERYTHING) -> Page:
    """Give sessions, the latest begun first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("state", wanted.state)
    if wanted.state == STARTED:  # few among all that ever were: by their own index
        where.also(f"id IN (SELECT id FROM sessions WHERE state = '{STARTED}')")
    where.equal("form_id", wanted.form_id)
    where.equal("site_id", wanted.site_id)
    return await newest_first(database, "SELECT * FROM sessions", where, part, by="started_at")


async def get_session(database: Database, workspace_id: str, session_id: str) -> Row:
    """Give a session's row; `NotFound` when it doesn't exist or is another workspace's."""
    return await _get(database, "sessions", "session", workspace_id, session_id)


async def has_submissions(database: Database, workspace_id: str) -> bool:
    """Tell whether any form of the workspace's pages was ever sent, with the tag or without."""
    row = await database.fetch_one(
        "SELECT s.id FROM forms f JOIN sessions s ON s.form_id = f.id"
        " WHERE f.workspace_id = $1 AND s.state = 'submitted' LIMIT 1",
        workspace_id,
    )
    return row is not None


async def list_forms(
    database: Database, workspace_id: str, site_id: str | None = None, part: Slice = EVERYTHING
) -> Page:
    """Give the discovered forms, the latest found first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("site_id", site_id)
    return await newest_first(database, "SELECT * FROM forms", where, part, by="first_seen_at")


async def get_form(database: Database, workspace_id: str, form_id: str) -> Row:
    """Give a form's row; `NotFound` when it doesn't exist or is another workspace's."""
    return await _get(database, "forms", "form", workspace_id, form_id)


async def _get(database: Database, table: str, name: str, workspace_id: str, row_id: str) -> Row:
    row = await database.fetch_one(f"SELECT * FROM {table} WHERE id = $1 AND workspace_id = $2", row_id, workspace_id)
    if row is None:
        raise NotFound(f"There is no such {name}.")
    return row


def form_json(row: Row) -> dict[str, Any]:
    """Give the form's public shape. `key` is what tells it from the site's other forms."""
    return {
        **{column: row[column] for column in ("id", "site_id", "key", "name", "page_url")},
        "first_seen_at": rfc3339(row["first_seen_at"]),
        "last_seen_at": rfc3339(row["last_seen_at"]),
    }
