"""Rows for the REST doors to show: leads through the real intake, the rest as the widget's doors leave them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from leadsbot.db import Database, Tx
from leadsbot.forms.hosted import STARTER
from leadsbot.forms.hosted_editing import create_hosted
from leadsbot.forms.tables import Form, Session
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.leads.contact import Contact
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission
from leadsbot.leads.tables import Note
from leadsbot.routing.tables import Delivery
from leadsbot.workspaces.bootstrap import PIPELINES, Created
from leadsbot.workspaces.tables import DoorRefusal


def ms(text: str) -> int:
    """Read a time such as `2026-05-01T09:30Z`."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


NOON = ms("2026-05-01T12:00Z")


async def add_lead(
    database: Database,
    workspace: Created,
    at: int = NOON,
    *,
    source: str = "direct",
    campaign: str = "",
    first_touch: dict[str, Any] | None = None,
    stage: str | None = None,
    spam: bool = False,
    session_id: str | None = None,
    **contact: str,
) -> str:
    """Let somebody submit a form at `at` (ms); gives the lead's id. Keywords are those of a contact."""
    visit = Visit(source=source, campaign=campaign, first_touch=msgspec.json.encode(first_touch or {}).decode())
    submission = Submission(
        id=new_id(),
        workspace_id=workspace.workspace_id,
        stages=PIPELINES["leads"],
        door="widget",
        contact=Contact(**{"first_name": "Ada", **contact}),
        received_at=at,
        submitted_at=at,
        visit=visit,
        form_name="Contact us",
        fields='[{"name": "email", "label": "Your e-mail", "value": "ada@example.com"}]',
        stage=stage,
        site_id=workspace.site_id,
        session_id=session_id,
    )

    async def unit(tx: Tx) -> str:
        (taken,) = await intake(tx, [submission])
        await tx.flush()
        await tx.execute("UPDATE leads SET spam = $2 WHERE id = $1", taken.lead_id, spam)
        return str(taken.lead_id)

    return await database.write(unit)


async def add_form(database: Database, workspace: Created, at: int = NOON, name: str = "Contact us") -> str:
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "site_id": workspace.site_id,
        "key": name.lower(),
        "name": name,
        "page_url": "https://lindenhof.example/contact",
        "first_seen_at": at,
        "last_seen_at": at,
    }
    await _insert(database, Form, row)
    return str(row["id"])


async def add_session(database: Database, workspace: Created, at: int = NOON, **more: Any) -> str:
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "site_id": workspace.site_id,
        "visit_id": new_id(),
        "form_name": "Contact us",
        "completion_percent": 50,
        "last_field": "Phone",
        "started_at": at,
        "last_activity_at": at,
        **more,
    }
    await _insert(database, Session, row)
    return str(row["id"])


async def add_note(database: Database, lead_id: str, at: int, text: str) -> None:
    await _insert(
        database, Note, {"id": new_id(), "lead_id": lead_id, "author": "owner@example.com", "text": text, "at": at}
    )


async def add_refusal(database: Database, workspace: Created, origin: str) -> None:
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "door_kind": "site",
        "door_id": workspace.site_id,
        "reason": "origin",
        "origin": origin,
        "hint": f"origin {origin} is not on the list",
        "times": 3,
        "first_at": NOON,
        "last_at": NOON,
    }
    await _insert(database, DoorRefusal, row)


async def add_delivery(database: Database, workspace: Created, lead_id: str, at: int) -> str:
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "event_id": new_id(),
        "event_type": "lead.created",
        "lead_id": lead_id,
        "destination": "https://hooks.example",
        "status": "delivered",
        "created_at": at,
        "delivered_at": at,
    }
    await _insert(database, Delivery, row)
    return str(row["id"])


async def _insert(database: Database, table: Any, row: dict[str, Any]) -> None:
    async def unit(tx: Tx) -> None:
        tx.insert(table, row)

    await database.write(unit)


async def add_hosted_form(database: Database, workspace: Created) -> str:
    """Make a hosted form on the workspace's site; gives its id."""
    args = (workspace.workspace_id, workspace.site_id, "A hosted form", STARTER)
    form_id: str = (await create_hosted(database, *args))["id"]
    return form_id


async def change_workspace(database: Database, workspace: Created, **columns: Any) -> None:
    """Set columns of the workspace; lists are written as JSON."""
    values = [msgspec.json.encode(value).decode() if isinstance(value, list) else value for value in columns.values()]
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))

    async def unit(tx: Tx) -> None:
        await tx.execute(f"UPDATE workspaces SET {assignments} WHERE id = $1", workspace.workspace_id, *values)

    await database.write(unit)
