"""The loop that claims due jobs and runs their handlers, on any number of nodes."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.outcomes import Again, Dead, Outcome, settle
from leadsbot.jobs.queue import CLAIM_LIMIT, LEASE_MS, MAX_FAILURES, SIGNAL, Claim, claim, next_due, renew

JobHandler = Callable[[dict[str, Any]], Awaitable[Outcome]]

POLL_S = 1.0
STOP_WITHIN_S = 20.0
_BACKOFF_MS = (1, 5, 30, 120, 600, 3600)

log = structlog.get_logger("leadsbot.jobs")


class Runner:
    """Runs jobs of the kinds it has handlers for. A handler gets the payload and gives an outcome.

    A handler that raises is tried again with growing waits, at most `MAX_FAILURES` times, then the job is dead.
    """

    def __init__(self, database: Database, handlers: Mapping[str, JobHandler]) -> None:
        self._database = database
        self._handlers = dict(handlers)
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._freed = asyncio.Event()
        self._claiming: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._claiming = asyncio.create_task(self._loop(), name="jobs")
        self._renewing = asyncio.create_task(self._renew(), name="job-leases")

    async def stop(self) -> None:
        """Claim no more, let what runs finish (up to `STOP_WITHIN_S`); what is cut off is taken over by its lease.

        A claim under way is waited for, not cut off: it would leave jobs that nobody works on until their leases end.
        """
        self._stopping = True
        self._freed.set()
        if self._claiming:
            await self._claiming
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_WITHIN_S)
        left = [task for task in (*self._running, self._renewing) if task]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _loop(self) -> None:
        with self._database.signals.listen(SIGNAL) as woken:
            while not self._stopping:
                woken.clear()
                self._freed.clear()
                try:
                    claimed = await self._claim()
                    wait = 0.0 if claimed else await self._idle_for()
                except LeadsBotError as error:
                    log.warning("jobs.claim_failed", error=error.message)
                    wait = POLL_S
                except Exception as error:  # whatever it is, a node without its jobs is worse
                    log.error("jobs.claim_failed", error=repr(error), exc_info=True)
                    wait = POLL_S
                if wait and not self._stopping:
                    await _first_of(wait, woken.wait(), self._freed.wait())

    async def _claim(self) -> bool:
        free = CLAIM_LIMIT - len(self._running)
        if free <= 0:
            await self._freed.wait()
            return True
        claims = await claim(self._database, free, self._lanes(), list(self._handlers))
        for taken in claims:
            task = asyncio.create_task(self._work(taken), name=f"job:{taken.kind}")
            self._running[task] = taken
            task.add_done_callback(self._finished)
        return bool(claims)

    def _lanes(self) -> Counter[str]:
        return Counter(work.lane for work in self._running.values())

    async def _idle_for(self) -> float:
        due = await next_due(self._database, self._lanes(), list(self._handlers))
        return POLL_S if due is None else min(POLL_S, max(due / 1000, 0.02))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._freed.set()

    async def _work(self, taken: Claim) -> None:
        if taken.failures >= MAX_FAILURES:
            await self._settle(taken, Dead("It was cut off again and again."))
            return
        try:
            outcome = await self._handlers[taken.kind](taken.payload)
        except Exception as error:
            log.error("jobs.failed", kind=taken.kind, job=taken.id, error=repr(error), exc_info=True)
            outcome = _after_failure(taken, error)
        await self._settle(taken, outcome)

    async def _settle(self, taken: Claim, outcome: Outcome) -> None:
        """Write the outcome; while the database can't take it, keep trying: the work was done, not to be redone."""
        while True:
            try:
                await self._database.put(settle, (taken, outcome))
                return
            except LeadsBotError as error:
                log.warning("jobs.settle_failed", kind=taken.kind, job=taken.id, error=error.message)
                await asyncio.sleep(error.retry_after or POLL_S)
            except Exception as error:
                log.error("jobs.settle_failed", kind=taken.kind, job=taken.id, error=repr(error), exc_info=True)
                outcome = _after_failure(taken, error)
                await asyncio.sleep(POLL_S)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            for work in list(self._running.values()):
                with contextlib.suppress(LeadsBotError):
                    self._database.put(_renew_batch, work).add_done_callback(_ignore)


def _after_failure(taken: Claim, error: Exception) -> Outcome:
    text = error.message if isinstance(error, LeadsBotError) else type(error).__name__
    if taken.failures + 1 >= MAX_FAILURES:
        return Dead(text)
    wait = _BACKOFF_MS[min(taken.failures, len(_BACKOFF_MS) - 1)] * clock.SECOND
    return Again(wait, error=text, failed=True)


async def _renew_batch(tx: Any, claims: Any) -> list[None]:
    await renew(tx, claims)
    return [None] * len(claims)


def _ignore(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()


async def _first_of(timeout: float, *waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
