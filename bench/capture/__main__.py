"""`python -m bench.capture [--sessions N] [--no-postgres]`: prints the table of `bench/README.md`."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.capture import servers, traffic
from bench.capture.load import Measured, drive, http
from bench.capture.servers import Server
from tests.support import postgres

CONNECTIONS = 64
SETTLE_S = 1.0
Streams = Callable[[], list[Iterator[bytes]]]


@dataclass(slots=True)
class Result:
    """One line of the table; CPU in µs per request, memory in MiB, start-up in seconds."""

    name: str
    measured: Measured
    cpu: float
    cpu_with_jobs: float
    idle: int
    after: int
    up_after: float


async def measure(name: str, server: Server, streams: Streams, drain_s: float = 0.0) -> Result:
    """Send the streams; `drain_s` is how long the background jobs get afterwards to finish what the load left them."""
    await asyncio.sleep(SETTLE_S)
    idle, before = server.memory, server.cpu
    measured = await drive(server.port, streams())
    loaded = server.cpu
    await asyncio.sleep(drain_s)
    count = len(measured.latencies)
    if measured.refused:
        raise SystemExit(f"{name}: {measured.refused} of {count} requests were not answered with 202")
    cpu, cpu_with_jobs = (1e6 * (used - before) / count for used in (loaded, server.cpu))
    return Result(name, measured, cpu, cpu_with_jobs, idle, server.memory, server.up_after)


async def yardstick(requests: int) -> Result:
    request = http("/", b"{}", "Content-Type: application/json\r\n")
    port = servers.free_port()
    async with servers.hello(port) as server:
        return await measure("hello world", server, lambda: [iter([request] * requests) for _ in range(CONNECTIONS)])


async def ours(name: str, url: str, sessions: int) -> list[Result]:
    token = await servers.prepared(url)
    loads: dict[str, Streams] = {
        "9 progress : 1 submission": lambda: [
            traffic.mixed(token, sessions, random.Random(n)) for n in range(CONNECTIONS)
        ],
        "submissions alone": lambda: [
            traffic.submissions(token, sessions * 3, random.Random(1000 + n)) for n in range(CONNECTIONS)
        ],
    }
    results = []
    for load, streams in loads.items():
        port = servers.free_port()
        async with servers.leadsbot(port, url) as server:
            results.append(await measure(f"{name}: {load}", server, streams, drain_s=3.0))
    return results


async def run(sessions: int, with_postgres: bool) -> list[Result]:
    results = [await yardstick(sessions * 10)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadsbot-bench-")))
        results += await ours("SQLite", f"sqlite:///{folder / 'bench.db'}", sessions)
        if with_postgres:
            server = stack.enter_context(postgres.running())
            results += await ours("PostgreSQL", stack.enter_context(server.fresh()), sessions)
    results.append(await yardstick(sessions * 10))
    return results


def table(results: list[Result]) -> str:
    """Write the results with ratios to the mean of the yardstick's runs (one before, one after)."""
    base = [one for one in results if one.name == "hello world"]
    cpu = sum(one.cpu for one in base) / len(base)
    speed = sum(one.measured.per_second for one in base) / len(base)
    lines = [
        "| what | events/s | p50 ms | p99 ms | CPU µs/event | CPU × hello | with jobs drained | throughput × hello"
        " | idle MB | after MB | up in s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in results:
        m = one.measured
        lines.append(
            f"| {one.name} | {m.per_second:,.0f} | {m.percentile(0.5):.1f} | {m.percentile(0.99):.1f} | {one.cpu:.0f}"
            f" | {one.cpu / cpu:.2f} | {one.cpu_with_jobs / cpu:.2f} | {m.per_second / speed:.2f}"
            f" | {one.idle} | {one.after} | {one.up_after:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.capture", description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help="visitors' sessions per connection (default 30)")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite alone")
    options = parser.parse_args()
    print(table(asyncio.run(run(options.sessions, not options.no_postgres))))


if __name__ == "__main__":
    main()
