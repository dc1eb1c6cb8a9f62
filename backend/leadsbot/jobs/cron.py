"""Recurring work: every node enqueues the tick, its unique key lets it run once.

Ticks lie on multiples of the period since the epoch, so that nodes agree on them without talking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.queue import enqueue

KEEP_DONE_MS = clock.DAY

log = structlog.get_logger("leadsbot.jobs")


@dataclass(frozen=True, slots=True)
class Tick:
    """Work of `kind` that is due every `every` ms."""

    kind: str
    every: int


class Cron:
    """Enqueues ticks while it runs."""

    def __init__(self, database: Database, ticks: Sequence[Tick]) -> None:
        self._database = database
        self._ticks = tuple(ticks)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="cron")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _loop(self) -> None:
        while True:
            now = clock.now()
            try:
                await self._database.write(self._enqueue_due)
            except LeadsBotError as error:
                log.warning("cron.failed", error=error.message)
            except Exception as error:  # whatever it is, the next tick may go well
                log.error("cron.failed", error=repr(error), exc_info=True)
            soonest = min(tick.every - now % tick.every for tick in self._ticks)
            await asyncio.sleep(max(soonest, 200) / 1000)

    async def _enqueue_due(self, tx: Tx) -> None:
        now = clock.now()
        for tick in self._ticks:
            number = now // tick.every
            enqueue(tx, tick.kind, {"at": number * tick.every}, unique_key=f"{tick.kind}:{number}")


async def purge_done(tx: Tx) -> int:
    """Delete finished jobs that were only kept for their unique key."""
    return await tx.execute("DELETE FROM jobs WHERE state = 'done' AND done_at < $1", clock.now() - KEEP_DONE_MS)
