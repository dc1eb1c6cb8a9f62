"""Leads that may be the same person: offered until somebody merges them, or says that they are not."""

from __future__ import annotations

from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.events.log import topic
from leadsbot.ids import derived_id
from leadsbot.leads.tables import NotDuplicate

MOST_OFFERED: Final = 10

Row = dict[str, Any]

_OFFERED = """
SELECT l.* FROM leads l WHERE l.workspace_id = $1 AND l.id <> $2 AND l.deleted_at IS NULL AND NOT l.spam AND l.id IN (
 SELECT id FROM leads WHERE workspace_id = $1 AND email_key = $3 AND email_key <> ''
 UNION SELECT id FROM leads WHERE workspace_id = $1 AND phone_e164 = $4 AND phone_e164 <> ''
 UNION SELECT id FROM leads WHERE duplicate_of = $2
 UNION SELECT id FROM leads WHERE id = $5)
 AND NOT EXISTS (SELECT 1 FROM not_duplicates n WHERE n.lead_id = $2 AND n.other_id = l.id)
 AND NOT EXISTS (SELECT 1 FROM not_duplicates n WHERE n.other_id = $2 AND n.lead_id = l.id)
 ORDER BY l.created_at, l.id LIMIT
"""


# The link goes on to the next older lead of the same email that nobody has set apart.
_NEXT = """
UPDATE leads SET duplicate_of = (SELECT c.id FROM leads c
 WHERE c.workspace_id = leads.workspace_id AND c.email_key = leads.email_key AND c.email_key <> '' AND c.id <> leads.id
 AND c.created_at <= leads.created_at AND c.deleted_at IS NULL AND NOT c.spam AND NOT EXISTS (
  SELECT 1 FROM not_duplicates n
  WHERE (n.lead_id = c.id AND n.other_id = leads.id) OR (n.other_id = c.id AND n.lead_id = leads.id))
 ORDER BY c.created_at, c.id LIMIT 1)
WHERE (id = $1 AND duplicate_of = $2) OR (id = $2 AND duplicate_of = $1)
"""


async def offered(database: Database, lead: Row, limit: int = MOST_OFFERED) -> list[Row]:
    """Give the leads that may be the same person as this one (its row), oldest first: by email, phone, or as a door
    linked them. Spam is nobody's duplicate."""
    if lead["spam"]:
        return []
    return await database.fetch(
        f"{_OFFERED} {limit}",
        lead["workspace_id"],
        lead["id"],
        lead["email_key"],
        lead["phone_e164"],
        lead["duplicate_of"] or "",
    )


async def set_apart(database: Database, workspace_id: str, lead_id: str, other_id: str, by: str) -> None:
    """Remember that two leads are not the same person. Raises NotFound, or InvalidInput for one and the same."""
    if lead_id == other_id:
        raise InvalidInput("A lead is the same person as itself.", fields=["lead_id"])

    async def unit(tx: Tx) -> None:
        await _require(tx, workspace_id, lead_id, other_id)
        low, high = sorted((lead_id, other_id))
        tx.insert(
            NotDuplicate,
            {
                "id": _pair(low, high),
                "workspace_id": workspace_id,
                "lead_id": low,
                "other_id": high,
                "by": by,
                "at": clock.now(),
            },
            "ON CONFLICT (id) DO NOTHING",
        )
        await tx.flush()
        await tx.execute(_NEXT, low, high)
        tx.signal(topic(workspace_id))

    await database.write(unit)


async def offer_again(database: Database, workspace_id: str, lead_id: str, other_id: str) -> None:
    """Take back that two leads are not the same person. Raises NotFound."""

    async def unit(tx: Tx) -> None:
        rows = await _require(tx, workspace_id, lead_id, other_id)
        gone = await tx.execute("DELETE FROM not_duplicates WHERE id = $1", _pair(*sorted((lead_id, other_id))))
        older, newer = sorted(rows, key=lambda row: (row["created_at"], row["id"]))
        if gone and newer["duplicate_of"] is None and newer["email_key"] and older["email_key"] == newer["email_key"]:
            await tx.execute("UPDATE leads SET duplicate_of = $2 WHERE id = $1", newer["id"], older["id"])
        tx.signal(topic(workspace_id))

    await database.write(unit)


async def _require(tx: Tx, workspace_id: str, *lead_ids: str) -> list[Row]:
    rows = await tx.fetch(
        "SELECT id, created_at, email_key, duplicate_of FROM leads WHERE workspace_id = $1"
        f" AND id {tx.one_of(2)} AND deleted_at IS NULL",
        workspace_id,
        tx.many(list(lead_ids)),
    )
    if len(rows) != len(set(lead_ids)):
        raise NotFound("There is no such lead.")
    return rows


def _pair(low: str, high: str) -> str:
    return derived_id("not duplicates", low, high)
