"""Deleting a lead with all that was, or was yet to be, sent about it; who was told of it learns that it is gone."""

from __future__ import annotations

from collections.abc import Sequence

from leadsbot.db import Database, Tx
from leadsbot.events.log import Happening, record, topic
from leadsbot.jobs.chains import withdraw
from leadsbot.leads.erasure import erase
from leadsbot.routing import messages
from leadsbot.routing.route import job_of

DELETED = "The lead was deleted."


async def delete_lead(database: Database, workspace_id: str, lead_id: str) -> None:
    """Erase a lead everywhere, in one transaction. Raises NotFound, for one that is deleted already too."""

    async def unit(tx: Tx) -> None:
        contact = await tx.fetch_one(
            "SELECT email FROM leads WHERE id = $1 AND workspace_id = $2", lead_id, workspace_id
        )
        ids = await erase(tx, workspace_id, lead_id)
        await forget_deliveries(tx, ids, contact["email"] if contact else "")
        record(tx, Happening(workspace_id, "lead.deleted", {"lead": {"id": lead_id}}, lead_id))
        tx.signal(topic(workspace_id))

    await database.write(unit)


async def forget_deliveries(tx: Tx, ids: Sequence[str], email: str) -> None:
    """Empty what was sent about leads and what was answered, in the caller's transaction, and send no more of it: what
    is on its way under the round before writes nothing down any more. That something was sent, when and where to, stays
    on record; where to only if it isn't `email`, in small letters."""
    of_these = f"lead_id {tx.one_of(1)}"
    about = tx.many(ids)
    await tx.execute(
        "UPDATE attempts SET error = '', answer = '' WHERE delivery_id IN"
        f" (SELECT id FROM deliveries WHERE {of_these})",
        about,
    )
    unsent = await tx.fetch(
        f"UPDATE deliveries SET status = 'withheld' WHERE {of_these} AND status <> 'delivered' RETURNING id, round",
        about,
    )
    await withdraw(tx, [job_of(row["id"], row["round"]) for row in unsent])
    await tx.execute(
        "UPDATE deliveries SET body = '', state = '{}', reason = $2, round = round + 1, next_attempt_at = NULL,"
        " destination = CASE WHEN $3 <> '' AND lower(destination) = $3 THEN '' ELSE destination END, held = ''"
        f" WHERE {of_these}",
        about,
        DELETED,
        email,
    )
    await messages.forget(tx, ids)
