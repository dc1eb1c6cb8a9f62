"""Channels that are silent for a while, as somebody in the chat asked."""

from __future__ import annotations

from collections.abc import Sequence

from leadsbot.db import Database, Tx
from leadsbot.events.log import topic
from leadsbot.routing import gates


async def mute(database: Database, workspace_id: str, channel_ids: Sequence[str], until: int | None) -> None:
    """Let channels of a workspace be silent until then (ms); None: no longer, and what waited for that goes out."""

    async def unit(tx: Tx) -> None:
        await tx.execute(
            f"UPDATE channels SET muted_until = $3 WHERE workspace_id = $2 AND id {tx.one_of(1)}",
            tx.many(list(channel_ids)),
            workspace_id,
            until,
        )
        for channel_id in sorted(channel_ids):
            await gates.reopen(tx, workspace_id, channel_id, "mute")
        tx.signal(topic(workspace_id))

    await database.write(unit)
