"""`python -m bench.capture [--sessions N] [--rounds N] [--no-postgres]`: prints the table of `bench/README.md`."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
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
DRAIN_S = 2.0
Streams = Callable[[], list[Iterator[bytes]]]


@dataclass(slots=True)
class Result:
    """One measurement: CPU in µs per request, memory in MiB, start-up in seconds."""

    measured: Measured
    cpu: float
    cpu_with_jobs: float
    idle: int
    after: int
    up_after: float


@dataclass(slots=True)
class Round:
    """A measurement and the yardstick's, taken right before and right after it: machines are noisy neighbours."""

    ours: Result
    hello: tuple[Result, Result]

    @property
    def cpu(self) -> float:
        return self.ours.cpu / statistics.mean(one.cpu for one in self.hello)

    @property
    def cpu_with_jobs(self) -> float:
        return self.ours.cpu_with_jobs / statistics.mean(one.cpu for one in self.hello)

    @property
    def throughput(self) -> float:
        return self.ours.measured.per_second / statistics.mean(one.measured.per_second for one in self.hello)


async def measure(server: Server, streams: Streams, drain_s: float = 0.0) -> Result:
    """Send the streams; `drain_s` is how long the background jobs get afterwards to finish what the load left them."""
    await asyncio.sleep(SETTLE_S)
    idle, before = server.memory, server.cpu
    measured = await drive(server.port, streams())
    loaded = server.cpu
    await asyncio.sleep(drain_s)
    count = len(measured.latencies)
    if measured.refused:
        raise SystemExit(f"{measured.refused} of {count} requests were not answered with 202")
    cpu, cpu_with_jobs = (1e6 * (used - before) / count for used in (loaded, server.cpu))
    return Result(measured, cpu, cpu_with_jobs, idle, server.memory, server.up_after)


async def yardstick(sessions: int) -> Result:
    requests = [http("/", b"{}", "Content-Type: application/json\r\n")] * (sessions * 10)
    async with servers.hello(servers.free_port()) as server:
        return await measure(server, lambda: [iter(requests) for _ in range(CONNECTIONS)])


async def rounds(url: str, streams: Streams, sessions: int, times: int) -> list[Round]:
    taken = []
    before = await yardstick(sessions)
    for _ in range(times):
        async with servers.leadsbot(servers.free_port(), url) as server:
            ours = await measure(server, streams, drain_s=DRAIN_S)
        after = await yardstick(sessions)
        taken.append(Round(ours, (before, after)))
        before = after
    return taken


def loads(token: str, sessions: int) -> dict[str, Streams]:
    """Give what is sent, by name; every call makes other visitors."""
    seeds = itertools.count()
    return {
        "9 progress : 1 submission": lambda: [
            traffic.mixed(token, sessions, random.Random(next(seeds))) for _ in range(CONNECTIONS)
        ],
        "submissions alone": lambda: [
            traffic.submissions(token, sessions * 3, random.Random(next(seeds))) for _ in range(CONNECTIONS)
        ],
    }


async def run(sessions: int, times: int, with_postgres: bool) -> dict[str, list[Round]]:
    results = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadsbot-bench-")))
        urls = {"SQLite": f"sqlite:///{folder / 'bench.db'}"}
        if with_postgres:
            urls["PostgreSQL"] = stack.enter_context(stack.enter_context(postgres.running(durable=True)).fresh())
        for name, url in urls.items():
            for load, streams in loads(await servers.prepared(url), sessions).items():
                results[f"{name}: {load}"] = await rounds(url, streams, sessions, times)
    return results


def table(results: dict[str, list[Round]]) -> str:
    """Write the medians of the rounds, ratios taken within each round."""
    lines = [
        "| what | events/s | p50 ms | p99 ms | CPU µs/event | CPU × hello | jobs drained, × hello | throughput × hello"
        " | idle MB | after MB | up in s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, taken in results.items():
        lines.append(f"| {name} | " + " | ".join(_cells(taken)) + " |")
    yardsticks = [one for taken in results.values() for round in taken for one in round.hello]
    fastest, slowest = min(one.cpu for one in yardsticks), max(one.cpu for one in yardsticks)
    speeds = sorted(one.measured.per_second for one in yardsticks)
    lines.append(
        f"\nHello world, {len(yardsticks)} times: {fastest:.0f}-{slowest:.0f} µs, {speeds[0]:,.0f}-{speeds[-1]:,.0f}/s."
    )
    return "\n".join(lines)


def _cells(taken: list[Round]) -> list[str]:
    def median(value: Callable[[Round], float]) -> float:
        return statistics.median(map(value, taken))

    return [
        f"{median(lambda r: r.ours.measured.per_second):,.0f}",
        f"{median(lambda r: r.ours.measured.percentile(0.5)):.1f}",
        f"{median(lambda r: r.ours.measured.percentile(0.99)):.1f}",
        f"{median(lambda r: r.ours.cpu):.0f}",
        f"{median(lambda r: r.cpu):.2f}",
        f"{median(lambda r: r.cpu_with_jobs):.2f}",
        f"{median(lambda r: r.throughput):.2f}",
        f"{median(lambda r: r.ours.idle):.0f}",
        f"{median(lambda r: r.ours.after):.0f}",
        f"{median(lambda r: r.ours.up_after):.2f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.capture", description=__doc__)
    parser.add_argument("--sessions", type=int, default=30, help="visitors' sessions per connection (default 30)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is measured (default 3)")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite alone")
    options = parser.parse_args()
    print(table(asyncio.run(run(options.sessions, options.rounds, not options.no_postgres))))


if __name__ == "__main__":
    main()
