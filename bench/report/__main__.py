"""`python -m bench.report [--sessions N ...] [--rounds N] [--no-postgres]`: prints the table of its README."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from bench.report import visitors
from leadsbot import clock
from leadsbot.db import Database
from leadsbot.forms.report import Asked, form_report
from tests.support import postgres

BEAT_S = 0.001


async def measure(database: Database, workspace_id: str, form_id: str, days: int) -> tuple[float, float, float]:
    """Give how long a report takes, what this process computed for it (PostgreSQL's own part is not in that), and the
    longest that the event loop stood still meanwhile (ms)."""
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(time.perf_counter())
            await asyncio.sleep(BEAT_S)

    pulse = asyncio.create_task(beat())
    await asyncio.sleep(0.01)
    begun, computed = time.perf_counter(), time.process_time()
    await form_report(database, workspace_id, form_id, Asked(clock.now() - days * clock.DAY))
    took, computed = time.perf_counter() - begun, time.process_time() - computed
    await asyncio.sleep(0.01)
    pulse.cancel()
    stood = max(later - sooner for sooner, later in pairwise(beats)) - BEAT_S
    return took * 1000, computed * 1000, stood * 1000


async def table(kind: str, url: str, sizes: list[int], rounds: int) -> None:
    async with Database.opened(url) as database:
        space, now = await visitors.house(database), clock.now()
        forms = {size: await visitors.form(database, space, size, now) for size in sizes}
        await settle(database)
        await measure(database, space.workspace_id, forms[sizes[0]], 30)
        smallest = 0.0
        for size, form_id in forms.items():
            first, *taken = [await measure(database, space.workspace_id, form_id, 30) for _ in range(rounds + 1)]
            took, computed, stood = (statistics.median(column) for column in zip(*taken, strict=True))
            smallest = smallest or took
            ratio = took / smallest
            print(
                f"| {kind} | {size:,} | {first[0]:.0f} | {took:.0f} | {ratio:.1f} | {computed:.0f} | {stood:.1f} |",
                flush=True,
            )


async def settle(database: Database) -> None:
    if database.dialect == "postgres":
        await database.at_once("ANALYZE")
        await database.at_once("VACUUM")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, nargs="*", default=[1_000, 4_000, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-postgres", action="store_true")
    asked = parser.parse_args()
    print("| database | sessions | first time, ms | then, ms | × the smallest | CPU, ms | event loop stood still, ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        await table("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", asked.sessions, asked.rounds)
        if not asked.no_postgres:
            server = stack.enter_context(postgres.running(durable=True))
            await table("PostgreSQL", stack.enter_context(server.fresh()), asked.sessions, asked.rounds)


if __name__ == "__main__":
    asyncio.run(main())
