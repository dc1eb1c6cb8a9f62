"""Channels that are silent for a while, as somebody in the chat asked."""

from __future__ import annotations

from collections.abc import Sequence

from leadsbot.db import Database, Tx
from leadsbot.events.log import topic


async def mute(database: Database, workspace_id: str, channel_ids: Sequence[str], until: int | None) -> None:
    """Let channels of a workspace be silent until then (ms); None: no longer."""

    async def unit(tx: Tx) -> None:
        await tx.execute(
            f"UPDATE channels SET muted_until = $3 WHERE workspace_id = $2 AND id {tx.one_of(1)}",
            tx.many(list(channel_ids)),
            workspace_id,
            until,
        )
        tx.signal(topic(workspace_id))

    await database.write(unit)
