"""`python -m bench.delivery [--count N] [--rounds N] [--waiting N] [--no-postgres]`: prints its README's tables."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.capture import servers
from bench.capture.servers import Server
from bench.delivery import houses
from leadsbot.db import Database
from tests.support import postgres

BEGIN_IN_MS = 6_000
WITHIN_S = 600.0
PROBES = 15


@dataclass(slots=True)
class Sent:
    """Deliveries per second at the sink, CPU of the worker in µs for each, its memory before and after in MiB."""

    per_second: float
    cpu: float
    idle: int
    after: int
    again: int


@dataclass(slots=True)
class Waited:
    """While many wait: how long another workspace's took to arrive (ms), and the worker's memory in MiB."""

    latencies: list[float]
    idle: int
    most: int


class Sink:
    """What came, as the sink's process tells."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def seen(self) -> dict[str, Any]:
        return dict(json.loads(await asyncio.to_thread(self._ask, "GET")))

    async def forget(self) -> None:
        await asyncio.to_thread(self._ask, "DELETE")

    async def until(self, count: int) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            while (seen := await self.seen())["ids"] < count:  # noqa: ASYNC110 (it is another process)
                await asyncio.sleep(0.2)
        return seen

    def _ask(self, method: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", method=method)
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    port = servers.free_port()
    async with servers.running(["bench.delivery.sink", str(port)], {}, port):
        yield Sink(port)


@asynccontextmanager
async def worker(url: str) -> AsyncIterator[Server]:
    """A LeadsBot as users start it, which nobody visits."""
    port = servers.free_port()
    environment = {
        "LEADSBOT_DATABASE_URL": url,
        "LEADSBOT_SECRET_KEY": houses.KEY,
        "LEADSBOT_PORT": str(port),
        "LEADSBOT_ALLOW_PRIVATE_TARGETS": "1",
    }
    async with servers.running(["leadsbot", "serve"], environment, port) as server:
        yield server


async def yardstick(at: Sink, count: int) -> tuple[float, float]:
    """Give what httpx alone sends in a second, and its CPU in µs for each."""
    await at.forget()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.delivery.yardstick", str(at.port), str(count), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    seconds, cpu = map(float, out.split())
    return count / seconds, cpu / count * 1e6


async def throughput(url: str, at: Sink, count: int, workspaces: int) -> Sent:
    """Let that many leads' news wait, spread over workspaces of one webhook each, and send it."""
    await at.forget()
    async with Database.opened(url) as database:
        made = await houses.places(database, at.port, workspaces, 1)
        for place in made:
            await houses.tell(database, place.workspace_id, count // workspaces)
        await houses.due_in(database, BEGIN_IN_MS)
    async with worker(url) as server:
        await asyncio.sleep(2)
        idle, before = server.memory, server.cpu
        seen = await at.until(count // workspaces * workspaces)
        await asyncio.sleep(1)
        sent = seen["count"]
        again = sent - seen["ids"]
        spent = (server.cpu - before) / sent * 1e6
        return Sent(sent / (seen["last"] - seen["first"]), spent, idle, server.memory, again)


async def waiting(url: str, at: Sink, count: int, webhooks: int, path: str) -> Waited:
    """Let `count` deliveries of one workspace wait, and see how soon another's arrive."""
    await at.forget()
    async with Database.opened(url) as database:
        busy = await houses.places(database, at.port, 1, webhooks, path)
        (other,) = await houses.places(database, at.port, 1, 1, "/other")
        await houses.backlog(database, busy, count)
        async with worker(url) as server:
            await asyncio.sleep(3)
            idle, most = server.memory, 0
            latencies = []
            for number in range(1 + PROBES):
                begun = time.time()
                await _lead(server, other.key, number)
                async with asyncio.timeout(WITHIN_S):
                    while (seen := await at.seen())["paths"].get(other.path, 0) <= number:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                latencies.append((seen["lasts"][other.path] - begun) * 1000)
                most = max(most, server.memory)
            return Waited(latencies[1:], idle, most)  # a server's first request finds nothing warm


async def _lead(server: Server, key: str, number: int) -> None:
    """Create a lead as a program does; the answer means that it is stored."""
    async with httpx.AsyncClient(timeout=60) as client:
        lead = {"email": f"probe-{number}@example.com"}
        url = f"http://127.0.0.1:{server.port}/api/public/leads"
        (await client.post(url, json=lead, headers={"X-API-Key": key})).raise_for_status()


async def run(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadsbot-bench-")))
        databases = iter(range(10_000))

        def fresh(kind: str) -> str:
            if kind == "SQLite":
                return f"sqlite:///{folder / f'bench-{next(databases)}.db'}"
            return stack.enter_context(server.fresh())

        kinds = ["SQLite"]
        if not options.no_postgres:
            server = stack.enter_context(postgres.running(durable=True))
            kinds.append("PostgreSQL")
        async with sink() as at:
            if options.count:
                print(await _throughput_table(options, at, kinds, fresh))
            if options.waiting:
                print(await _waiting_table(options, at, kinds, fresh))


async def _throughput_table(options: argparse.Namespace, at: Sink, kinds: list[str], fresh: Any) -> str:
    lines = [
        "| what | deliveries/s | × httpx alone | CPU µs each | CPU × httpx alone | idle MB | after MB | sent twice |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in kinds:
        for name, workspaces in (("one webhook", 1), ("50 workspaces, a webhook each", 50)):
            taken: list[tuple[Sent, float, float]] = []
            for _ in range(options.rounds):
                before = await yardstick(at, options.count // 2)
                sent = await throughput(fresh(kind), at, options.count, workspaces)
                after = await yardstick(at, options.count // 2)
                taken.append((sent, (before[0] + after[0]) / 2, (before[1] + after[1]) / 2))
            lines.append(f"| {kind}: {name} | {_cells(taken)} |")
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def _cells(taken: list[tuple[Sent, float, float]]) -> str:
    median = statistics.median
    cells = [
        f"{median(sent.per_second for sent, _, _ in taken):,.0f}",
        f"{median(sent.per_second / speed for sent, speed, _ in taken):.2f}",
        f"{median(sent.cpu for sent, _, _ in taken):,.0f}",
        f"{median(sent.cpu / cpu for sent, _, cpu in taken):.2f}",
        f"{median(sent.idle for sent, _, _ in taken):.0f}",
        f"{median(sent.after for sent, _, _ in taken):.0f}",
        f"{sum(sent.again for sent, _, _ in taken)}",
    ]
    return " | ".join(cells)


async def _waiting_table(options: argparse.Namespace, at: Sink, kinds: list[str], fresh: Any) -> str:
    lines = [
        f"| {options.waiting:,} waiting in one workspace | another's: median ms | slowest ms | idle MB | most MB |",
        "|---|---:|---:|---:|---:|",
    ]
    cases = (("one dead webhook", 1, "/hang"), ("500 dead webhooks", 500, "/hang"), ("500 that answer", 500, "/hook"))
    for kind in kinds:
        for name, webhooks, path in cases:
            one = await waiting(fresh(kind), at, options.waiting, webhooks, path)
            times = f"{statistics.median(one.latencies):.0f} | {max(one.latencies):.0f}"
            lines.append(f"| {kind}: {name} | {times} | {one.idle} | {one.most} |")
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.delivery", description=__doc__)
    parser.add_argument("--count", type=int, default=5_000, help="deliveries of a throughput measurement; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waiting", type=int, default=100_000, help="deliveries that wait meanwhile; 0: none")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite alone")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
