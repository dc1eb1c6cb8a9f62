"""Loading what is about to be sent: for all jobs that begin in the same moment with one query of each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from leadsbot.db import Database
from leadsbot.routing import kinds
from leadsbot.routing.destination import Destination

Row = Mapping[str, Any]
Loaded = tuple[Row | None, Destination | None]

MOST = 128
_NOTHING: Loaded = (None, None)


class Loading:
    """Gathers what is asked for until the event loop has gone round, then loads it together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[str, asyncio.Future[Loaded]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def load(self, delivery_id: str) -> Loaded:
        """Give a delivery with its workspace's `name` and `timezone`, and where it goes, as far as they are there."""
        future = self._asked.get(delivery_id)
        if future is None:
            if not self._asked:
                asyncio.get_running_loop().call_soon(self._begin)
            future = self._asked[delivery_id] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(future)

    def _begin(self) -> None:
        asked, self._asked = self._asked, {}
        ids = list(asked)
        for first in range(0, len(ids), MOST):
            part = {id: asked[id] for id in ids[first : first + MOST]}
            task = asyncio.create_task(self._answer(part))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _answer(self, asked: Mapping[str, asyncio.Future[Loaded]]) -> None:
        try:
            found = await self._found(list(asked))
        except Exception as error:  # each of them says what it couldn't do
            for future in asked.values():
                future.set_exception(error)
            return
        for id, future in asked.items():
            future.set_result(found.get(id, _NOTHING))

    async def _found(self, ids: list[str]) -> dict[str, Loaded]:
        database = self._database
        rows = await database.fetch(
            "SELECT d.*, w.name, w.timezone FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id"
            f" WHERE d.id {database.one_of(1)}",
            database.many(ids),
        )
        webhooks = await self._rows("webhooks", {row["webhook_id"] for row in rows})
        channels = await self._rows("channels", {row["channel_id"] for row in rows})
        destinations = {row["id"]: Destination(kinds.WEBHOOK, row) for row in webhooks}
        destinations |= {row["id"]: Destination(row["kind"], row) for row in channels}
        return {row["id"]: (row, destinations.get(row["webhook_id"] or row["channel_id"])) for row in rows}

    async def _rows(self, table: str, ids: set[str | None]) -> list[Row]:
        wanted = sorted(id for id in ids if id)
        if not wanted:
            return []
        sql = f"SELECT * FROM {table} WHERE id {self._database.one_of(1)}"
        return list(await self._database.fetch(sql, self._database.many(wanted)))
