"""A lease in the database, by the database's clock: one node holds it, and another takes over when that one goes."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id

LENGTH_MS = 20 * clock.SECOND


class Lease:
    """One node's hold, or wish to hold, on `name`."""

    def __init__(self, database: Database, name: str, length_ms: int = LENGTH_MS) -> None:
        self._database = database
        self._name = name
        self._holder = new_id()
        self.length_ms = length_ms

    async def take(self) -> bool:
        """Take the lease, or renew it; False while somebody else holds it."""

        async def unit(tx: Tx) -> bool:
            rows = await tx.fetch(
                f"INSERT INTO leases (id, holder, ends_at) VALUES ($1, $2, {tx.now_ms} + $3)"
                " ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at"
                f" WHERE leases.holder = excluded.holder OR leases.ends_at < {tx.now_ms} RETURNING holder",
                self._name,
                self._holder,
                self.length_ms,
            )
            return bool(rows)

        return await self._database.write(unit)

    async def release(self) -> None:
        """Let go, if it is ours, so that the next node need not wait for its end."""

        async def unit(tx: Tx) -> None:
            await tx.execute("DELETE FROM leases WHERE id = $1 AND holder = $2", self._name, self._holder)

        await self._database.write(unit)
