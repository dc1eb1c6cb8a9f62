"""The loop that claims due jobs and runs their handlers, on any number of nodes."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from leadsbot.db import Database
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.claiming import Look, Taken, Turns, claim
from leadsbot.jobs.outcomes import Again, Back, Dead, Outcome, Settled
from leadsbot.jobs.places import LANE_LIMIT, Places
from leadsbot.jobs.queue import LEASE_MS, MAX_FAILURES, SIGNAL, Claim, renew
from leadsbot.jobs.settling import GATHER_S, Settling, Work, after_failure

POLL_S = 1.0
STOP_WITHIN_S = 20.0

log = structlog.get_logger("leadsbot.jobs")


@dataclass(frozen=True, slots=True)
class Together:
    """A handler of several jobs of one chain at once: it gets their payloads, in order, and gives one outcome."""

    run: Callable[[list[dict[str, Any]]], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A handler of one job, told of those to come as they are taken: it can load them together."""

    run: Callable[[dict[str, Any]], Awaitable[Outcome]]
    expect: Callable[[list[dict[str, Any]]], None]


JobHandler = Callable[[dict[str, Any]], Awaitable[Outcome]] | Together | Foreseen


class Runner:
    """Runs jobs of the kinds it has handlers for. A handler gets the payload and gives an outcome.

    A handler that raises is tried again with growing waits, at most `MAX_FAILURES` times, then the job is dead.
    """

    def __init__(self, database: Database, handlers: Mapping[str, JobHandler]) -> None:
        self._database = database
        self._handlers = dict(handlers)
        self._places = Places()
        self._look = Look(
            kinds=list(handlers),
            together=[kind for kind, handler in handlers.items() if isinstance(handler, Together)],
            places=self._places,
            turns=Turns(),
        )
        self._running: dict[asyncio.Task[None], Work] = {}
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)
        self._busy = 0
        self._settling = Settling(database, lambda: self._busy > 0)
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
        await self._put_back([work for lane in self._lanes.values() for work in lane.leave()])
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
                self._settling.release()
                try:
                    taken: Taken = await self._database.put(claim, self._look)
                    wait = 0.0 if taken.more else _idle_for(taken)
                    self._begin(taken.works)
                except LeadsBotError as error:
                    log.warning("jobs.claim_failed", error=error.message)
                    wait = POLL_S
                except Exception as error:  # whatever it is, a node without its jobs is worse
                    log.error("jobs.claim_failed", error=repr(error), exc_info=True)
                    wait = POLL_S
                if wait and not self._stopping:
                    await _first_of(wait, woken.wait(), self._freed.wait())
                # While there is work in hand, a look is taken for what several have freed rather than for each.
                if any(lane.standing_by for lane in self._lanes.values()) and not self._stopping:
                    await asyncio.sleep(GATHER_S)

    def _begin(self, works: Sequence[Work]) -> None:
        """Begin what was taken; of a lane at most `LANE_LIMIT` at once, the others stand by."""
        self._expect(works)
        for work in works:
            head = work[0]
            self._places.take(head.workspace_id, head.lane)
            if head.lane and self._lanes[head.lane].running >= LANE_LIMIT:
                self._lanes[head.lane].standing_by.append(work)
            else:
                self._run(work)

    def _expect(self, works: Sequence[Work]) -> None:
        coming: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for work in works:
            coming[work[0].kind].extend(one.payload for one in work)
        for kind, payloads in coming.items():
            handler = self._handlers[kind]
            if isinstance(handler, Foreseen):
                handler.expect(payloads)

    def _run(self, work: Work) -> None:
        if work[0].lane:
            self._lanes[work[0].lane].running += 1
        self._busy += 1
        task = asyncio.create_task(self._work(work), name=f"job:{work[0].kind}")
        self._running[task] = work
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task)
        self._freed.set()

    async def _work(self, work: Work) -> None:
        """Do it, let the next of its lane begin, and write down what came of it: sending goes on meanwhile."""
        began = self._clock()
        settled: list[Settled] = []
        try:
            settled = await self._outcomes(work)
        finally:
            self._busy -= 1
            troubled = any(isinstance(outcome, Again) for _, outcome in settled)
            self._places.give_back(work[0].workspace_id, work[0].lane, self._clock() - began, failed=troubled)
            given_up = self._next_of(work[0].lane, troubled=troubled)
            self._freed.set()
        await asyncio.gather(self._put_back(given_up), *(self._settling.settle(*one) for one in settled))

    def _next_of(self, name: str, *, troubled: bool) -> list[Work]:
        """Begin what stands by in a lane. Where it is in trouble give all of it instead: when it goes on is for the
        next look to say."""
        lane = self._lanes.get(name)
        if lane is None:
            return []
        lane.running -= 1
        given_up = lane.leave() if troubled else []
        if lane.standing_by and not self._stopping:
            self._run(lane.standing_by.popleft())
        if not lane.running and not lane.standing_by:
            del self._lanes[name]
        return given_up

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    async def _outcomes(self, work: Work) -> list[Settled]:
        handler = self._handlers[work[0].kind]
        if isinstance(handler, Together) and len(work) > 1:
            with contextlib.suppress(Exception):  # alone each of them says what is wrong with it
                return [(work, await handler.run([one.payload for one in work]))]
        settled: list[Settled] = []
        for one in work:
            held_up = any(isinstance(before, Again) for _, before in settled)
            settled.append(([one], Back() if held_up else await self._alone(one)))
        return settled

    async def _alone(self, taken: Claim) -> Outcome:
        if taken.failures >= MAX_FAILURES:
            return Dead("It was cut off again and again.")
        handler = self._handlers[taken.kind]
        try:
            if isinstance(handler, Together):
                return await handler.run([taken.payload])
            return await (handler.run if isinstance(handler, Foreseen) else handler)(taken.payload)
        except Exception as error:
            log.error("jobs.failed", kind=taken.kind, job=taken.id, error=repr(error), exc_info=True)
            return after_failure(taken, error)

    async def _put_back(self, works: Sequence[Work]) -> None:
        for work in works:
            self._places.give_back(work[0].workspace_id, work[0].lane)
        await asyncio.gather(*(self._settling.settle(work, Back()) for work in works))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            waiting = [work for lane in self._lanes.values() for work in lane.standing_by]
            for held in (one for work in (*self._running.values(), *waiting) for one in work):
                with contextlib.suppress(LeadsBotError):
                    self._database.put(_renew_batch, held).add_done_callback(_ignore)


class _Lane:
    """What this process does of a lane: how many run, and which stand by for the next of them to end."""

    __slots__ = ("running", "standing_by")

    def __init__(self) -> None:
        self.running = 0
        self.standing_by: deque[Work] = deque()

    def leave(self) -> list[Work]:
        works = list(self.standing_by)
        self.standing_by.clear()
        return works


def _idle_for(taken: Taken) -> float:
    return POLL_S if taken.idle is None else min(POLL_S, max(taken.idle / 1000, 0.02))


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
