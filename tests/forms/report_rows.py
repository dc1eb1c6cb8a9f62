"""Views and sessions of a form, as the widget's door leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from leadsbot.clock import DAY, SECOND
from leadsbot.db import Database, Tx
from leadsbot.forms.tables import Form, FormView, Session
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created

NOW = 1_790_000_000_000
BEGUN = NOW - DAY

Stat = Sequence[str | int]


def stat(name: str, **more: Any) -> list[str | int]:
    """Give what happened in a field: nothing, but for `more`. A field that was entered is answered, unless told."""
    told = {"label": name.capitalize(), "entered": 0, "time": 0, "hesitation": 0, "corrections": 0, "deletions": 0,
            "refocuses": 0, "invalids": 0, "state": 1 if more.get("entered") else 0, **more}  # fmt: skip
    return [name, *told.values()]


def session(workspace: Created, form_id: str, stats: Sequence[Stat] | str | None = None, **more: Any) -> dict[str, Any]:
    """Give a session's row; one that is `submitted` was sent once, 20 s after it began, unless told."""
    at = more.get("started_at", BEGUN)
    sent = more.get("state") == "submitted"
    text = stats if isinstance(stats, str) or stats is None else msgspec.json.encode(stats).decode()
    return {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "site_id": workspace.site_id,
        "visit_id": new_id(),
        "form_id": form_id,
        "form_name": "Contact us",
        "state": "started",
        "completion_percent": 100 if sent else 0,
        "last_field": "",
        "device_type": "desktop",
        "tries": 1 if sent else 0,
        "wait_ms": None,
        "field_stats": text,
        "started_at": at,
        "last_activity_at": at,
        "submitted_at": at + 20 * SECOND if sent else None,
        **more,
    }


async def add_form(database: Database, workspace: Created, name: str = "Contact us", site_id: str = "") -> str:
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "site_id": site_id or workspace.site_id,
        "key": name.lower(),
        "name": name,
        "page_url": "https://lindenhof.example/contact",
        "first_seen_at": BEGUN,
        "last_seen_at": BEGUN,
    }
    await insert(database, Form, [row])
    return str(row["id"])


async def add_views(database: Database, form_id: str, number: int, at: int = BEGUN) -> None:
    await insert(database, FormView, [{"id": new_id(), "form_id": form_id, "at": at} for _ in range(number)])


async def add_sessions(database: Database, *rows: dict[str, Any]) -> None:
    await insert(database, Session, rows)


async def insert(database: Database, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    async def unit(tx: Tx) -> None:
        for row in rows:
            tx.insert(table, row)

    await database.write(unit)
