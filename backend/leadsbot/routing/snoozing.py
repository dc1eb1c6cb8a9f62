"""Leads that somebody wants to be reminded of: until when their alert sleeps, who asked for it, and ending that early.

It is a message in a chat that sleeps, and is answered then (see `escalation`). That it does, and that somebody ended
it, is an event of the lead, so that its thread says so wherever it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict
from leadsbot.events.log import record
from leadsbot.jobs.queue import enqueue
from leadsbot.leads.changes import SNOOZED, WOKEN
from leadsbot.leads.rows import happening, hold, write
from leadsbot.routing.messages import REMIND, refresh


@dataclass(frozen=True, slots=True)
class Sleep:
    """Until when (ms), and who asked for it: a member's email, or what Telegram calls them."""

    until: int
    by: str


async def snooze(database: Database, message: Row, until: int, by: str) -> None:
    """Let a message sleep until then (ms), when a reminder answers it unless somebody has claimed the lead; `message`
    is its row, `by` who asked. Until then nobody is told that the lead is unclaimed. Again: another time. Raises
    Conflict where nobody would be reminded, NotFound where the lead is gone."""

    async def unit(tx: Tx) -> None:
        lead = await hold(tx, message["workspace_id"], message["lead_id"])
        if lead["assigned_to"] or lead["spam"]:
            why = "It is spam" if lead["spam"] else "Somebody has claimed it"
            raise Conflict(f"{why}, so nobody needs to be reminded.")
        kept = await tx.fetch_one("SELECT state FROM messages WHERE id = $1", message["id"])
        if kept is None:
            return
        await tx.execute(
            "UPDATE messages SET snoozed_until = $2, escalate_at = NULL, state = $3 WHERE id = $1",
            message["id"],
            until,
            msgspec.json.encode({**_state(kept), "snoozed_by": by}).decode(),
        )
        what = {"message": message["id"], "until": until}
        enqueue(tx, REMIND, what, due=until, workspace_id=message["workspace_id"])
        await _tell(tx, lead, did=SNOOZED, by=by, until=clock.rfc3339(until))
        refresh(tx, [message])

    await database.write(unit)


async def end(database: Database, workspace_id: str, lead_id: str, by: str) -> bool:
    """Let a lead's messages sleep no longer: nobody is reminded of it. Gives whether any did. Raises NotFound."""

    async def unit(tx: Tx) -> bool:
        lead = await hold(tx, workspace_id, lead_id)
        asleep = "lead_id = $1 AND snoozed_until IS NOT NULL"
        rows = await tx.fetch(f"SELECT id, workspace_id, channel_id FROM messages WHERE {asleep} ORDER BY id", lead_id)
        if rows:
            await tx.execute(f"UPDATE messages SET snoozed_until = NULL WHERE {asleep}", lead_id)
            await _tell(tx, lead, did=WOKEN, by=by)
            refresh(tx, rows)
        return bool(rows)

    return await database.write(unit)


async def asleep(database: Database, lead: Row) -> Sleep | None:
    """Give until when a lead is snoozed, that which ends first; None where it isn't, or nobody would be reminded."""
    if lead["assigned_to"] or lead["spam"]:
        return None
    row = await sleeper(database, lead["id"])
    return Sleep(row["snoozed_until"], str(_state(row).get("snoozed_by", ""))) if row else None


async def sleeper(database: Database, lead_id: str) -> Row | None:
    """Give `snoozed_until` and `state` of the lead's message that is answered first."""
    return await database.fetch_one(
        "SELECT snoozed_until, state FROM messages WHERE lead_id = $1 AND snoozed_until IS NOT NULL"
        " ORDER BY snoozed_until LIMIT 1",
        lead_id,
    )


async def _tell(tx: Tx, lead: Row, **more: str) -> None:
    record(tx, happening(await write(tx, lead), "lead.updated", **more))


def _state(row: Row) -> dict[str, Any]:
    return msgspec.json.decode(row["state"], type=dict[str, Any])
