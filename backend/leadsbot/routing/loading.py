"""Loading what is about to be sent: for all jobs that begin in the same moment with one query of each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from leadsbot.db import Database
from leadsbot.routing import kinds
from leadsbot.routing.destination import Destination
from leadsbot.routing.tables import Webhook

Row = Mapping[str, Any]
Loaded = tuple[Row | None, Destination | None]

MOST = 128
FRESH_S: Final = 0.25
"""How long what was loaded ahead may stand by; it is loaded anew after that, since it may have changed."""
_NOTHING: Loaded = (None, None)

# A webhook comes with its delivery, by names of its own.
_MARK: Final = "webhook."
_WEBHOOK: Final = tuple(column._meta.db_column_name for column in Webhook._meta.columns)
_OF_WEBHOOK: Final = ", ".join(f'h."{name}" AS "{_MARK}{name}"' for name in _WEBHOOK)


class Loading:
    """Gathers what is asked for, or soon will be, until the event loop has gone round, then loads it together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[str, asyncio.Future[Loaded]] = {}
        self._expected: dict[str, tuple[asyncio.Future[Loaded], float]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def expect(self, delivery_ids: Iterable[str]) -> None:
        """Load what `load()` is asked for in a moment."""
        now = asyncio.get_running_loop().time()
        self._expected = {id: one for id, one in self._expected.items() if now - one[1] < FRESH_S}
        self._expected |= {id: (self._ask(id), now) for id in delivery_ids}

    async def load(self, delivery_id: str) -> Loaded:
        """Give a delivery with its workspace's `name` and `timezone`, and where it goes, as far as they are there."""
        future, at = self._expected.pop(delivery_id, (None, 0.0))
        if future is None or asyncio.get_running_loop().time() - at >= FRESH_S:
            future = self._ask(delivery_id)
        return await asyncio.shield(future)

    def _ask(self, delivery_id: str) -> asyncio.Future[Loaded]:
        future = self._asked.get(delivery_id)
        if future is None:
            if not self._asked:
                asyncio.get_running_loop().call_soon(self._begin)
            future = self._asked[delivery_id] = asyncio.get_running_loop().create_future()
            future.add_done_callback(_looked_at)
        return future

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
            f"SELECT d.*, w.name, w.timezone, {_OF_WEBHOOK}"
            " FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id"
            f" LEFT JOIN webhooks h ON h.id = d.webhook_id WHERE d.id {database.one_of(1)}",
            database.many(ids),
        )
        channels = await self._channels({row["channel_id"] for row in rows})
        return {row["id"]: (row, _webhook(row) or channels.get(row["channel_id"])) for row in rows}

    async def _channels(self, ids: set[str | None]) -> dict[str, Destination]:
        wanted = sorted(id for id in ids if id)
        if not wanted:
            return {}
        sql = f"SELECT * FROM channels WHERE id {self._database.one_of(1)}"
        rows = await self._database.fetch(sql, self._database.many(wanted))
        return {row["id"]: Destination(row["kind"], row) for row in rows}


def _looked_at(future: asyncio.Future[Loaded]) -> None:
    """What was expected need not be asked for, whatever came of it."""
    if not future.cancelled():
        future.exception()


def _webhook(row: Row) -> Destination | None:
    if row[_MARK + "id"] is None:
        return None
    return Destination(kinds.WEBHOOK, {name: row[_MARK + name] for name in _WEBHOOK})
