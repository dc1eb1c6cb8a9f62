"""A lead that is called spam, or isn't any more: what is due about it waits, and what waited goes out, once."""

from __future__ import annotations

from leadsbot.db import Database, Tx
from leadsbot.events.log import topic
from leadsbot.jobs.chains import withdraw
from leadsbot.leads import changes
from leadsbot.routing import news
from leadsbot.routing.destination import lane_of
from leadsbot.routing.route import SPAM, job_of, queue


async def set_spam(database: Database, workspace_id: str, lead_id: str, spam: bool, by: str = "") -> bool:
    """Call a lead spam, or take that back; gives whether anything changed. `by` is who did it. Raises NotFound.

    What wasn't sent yet is withheld; what was withheld is sent, with all that happened meanwhile, and says no more that
    the lead is spam. All in one transaction: done twice, or by two people at once, it is done once.
    """

    async def unit(tx: Tx) -> bool:
        if not await changes.mark_spam(tx, workspace_id, lead_id, spam, by):
            return False
        await (_hold if spam else _release)(tx, lead_id)
        tx.signal(topic(workspace_id))
        return True

    return await database.write(unit)


async def _hold(tx: Tx, lead_id: str) -> None:
    rows = await tx.fetch(
        "UPDATE deliveries SET status = 'withheld', reason = $2, next_attempt_at = NULL, held = '', folded_into = NULL"
        " WHERE lead_id = $1 AND status IN ('pending', 'failed') RETURNING id, round",
        lead_id,
        SPAM,
    )
    await withdraw(tx, [job_of(row["id"], row["round"]) for row in rows])


async def _release(tx: Tx, lead_id: str) -> None:
    """Send what waits for this alone, in the order in which it happened; what a destination that is off holds back
    stays where it is."""
    rows = await tx.fetch(
        "SELECT id, round, body, webhook_id, channel_id FROM deliveries"
        " WHERE lead_id = $1 AND status = 'withheld' AND reason = $2 ORDER BY created_at, id",
        lead_id,
        SPAM,
    )
    for row in rows:
        released = await tx.execute(
            "UPDATE deliveries SET status = 'pending', reason = '', attempt_count = 0, round = round + 1, body = $2"
            " WHERE id = $1 AND status = 'withheld'",
            row["id"],
            news.not_spam(row["body"]),
        )
        if released:
            queue(tx, row["id"], lane_of(row), row["round"] + 1)
