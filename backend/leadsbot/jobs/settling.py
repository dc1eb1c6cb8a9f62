"""Handing outcomes to the writer: while a process is busy, those of a moment together, as one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import structlog

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.outcomes import Again, Dead, Outcome, Settled, settle
from leadsbot.jobs.queue import MAX_FAILURES, Claim

GATHER_S: Final = 0.02
"""How long an outcome may wait for others to be written with: a transaction costs more than a delivery."""
RETRY_S: Final = 1.0
_BACKOFF_MS: Final = (1, 5, 30, 120, 600, 3600)

log = structlog.get_logger("leadsbot.jobs")

Work = Sequence[Claim]


class Settling:
    """Gathers outcomes for `GATHER_S` at most while the process is `busy` with others; else each is written at once."""

    def __init__(self, database: Database, busy: Callable[[], bool]) -> None:
        self._database = database
        self._busy = busy
        self._waiting: list[tuple[Settled, asyncio.Future[None]]] = []

    async def settle(self, work: Work, outcome: Outcome) -> None:
        """Write the outcome; while the database can't take it, keep trying: the work was done, not to be redone."""
        while True:
            try:
                await self._written((work, outcome))
                return
            except LeadsBotError as error:
                log.warning("jobs.settle_failed", kind=work[0].kind, job=work[0].id, error=error.message)
                await asyncio.sleep(error.retry_after or RETRY_S)
            except Exception as error:
                log.error("jobs.settle_failed", kind=work[0].kind, job=work[0].id, error=repr(error), exc_info=True)
                outcome = after_failure(work[0], error)
                await asyncio.sleep(RETRY_S)

    def release(self) -> None:
        """Hand over now what was gathered."""
        waiting, self._waiting = self._waiting, []
        for settled, written in waiting:
            try:
                self._database.put(settle, settled).add_done_callback(partial(_pass_on, written))
            except LeadsBotError as error:
                if not written.done():
                    written.set_exception(error)

    async def _written(self, settled: Settled) -> None:
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        if not self._waiting and self._busy():
            loop.call_later(GATHER_S, self.release)
        self._waiting.append((settled, written))
        if not self._busy():
            self.release()
        await written


def after_failure(taken: Claim, error: Exception) -> Outcome:
    """Give what becomes of a job whose own code broke."""
    text = error.message if isinstance(error, LeadsBotError) else type(error).__name__
    if taken.failures + 1 >= MAX_FAILURES:
        return Dead(text)
    wait = _BACKOFF_MS[min(taken.failures, len(_BACKOFF_MS) - 1)] * clock.SECOND
    return Again(wait, error=text, failed=True)


def _pass_on(written: asyncio.Future[None], put: asyncio.Future[bool]) -> None:
    """End `written` as `put` ended, unless whoever waited for it has gone."""
    error = put.exception()
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
