"""Somebody on a site whose submissions are taken in, and what is known of them then."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.leads.contact import Contact
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission, Taken
from leadsbot.workspaces.bootstrap import PIPELINES, Created

STAGES = PIPELINES["leads"]
NOW = 1_800_000_000_000


class Visitor:
    """Somebody on a site, in one visit; `fills()` gives a submission of theirs."""

    def __init__(self, workspace: Created) -> None:
        self.workspace = workspace
        self.visit = Visit(id=new_id(), source="direct", ip_address="203.0.113.7")

    def fills(self, email: str | None = None, *, custom: dict[str, str] | None = None, **more: Any) -> Submission:
        of_contact = {name: more.pop(name) for name in ("first_name", "last_name", "phone", "message") if name in more}
        given: dict[str, Any] = {
            "id": new_id(),
            "workspace_id": self.workspace.workspace_id,
            "stages": STAGES,
            "door": "widget",
            "contact": Contact(email=email, custom=custom or {}, **of_contact),
            "received_at": NOW,
            "submitted_at": NOW,
            "visit": self.visit,
            "site_id": self.workspace.site_id,
            "session_id": new_id(),
            "form_name": "Contact us",
            "percent": 100,
        }
        return Submission(**{**given, **more})


async def take(database: Database, *subs: Submission) -> list[Taken]:
    async def unit(tx: Tx) -> list[Taken]:
        return await intake(tx, subs)

    return await database.write(unit)


async def leads(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM leads ORDER BY created_at, id")


async def only_lead(database: Database) -> dict[str, Any]:
    (row,) = await leads(database)
    return row


async def history(database: Database) -> list[tuple[str | None, str]]:
    rows = await database.fetch("SELECT from_stage, to_stage FROM stage_changes ORDER BY at, id")
    return [(row["from_stage"], row["to_stage"]) for row in rows]


async def told(database: Database) -> list[str]:
    return [row["type"] for row in await database.fetch("SELECT type FROM events ORDER BY seq")]
