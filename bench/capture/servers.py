"""Starting what is measured, the yardstick and LeadsBot, as processes of their own, the way a user starts them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import psutil

from leadsbot.db import Database
from leadsbot.db.migrate import migrate
from leadsbot.workspaces.bootstrap import NewWorkspace, create

START_WITHIN_S = 30.0
STOP_WITHIN_S = 30.0


@dataclass(slots=True)
class Server:
    """A running server, its port, and how long it took to answer for the first time (seconds)."""

    process: psutil.Process
    port: int
    up_after: float

    @property
    def cpu(self) -> float:
        """CPU seconds used so far, user and system, by the process and its children."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(one.cpu_times().user + one.cpu_times().system for one in family)

    @property
    def memory(self) -> int:
        """Resident memory in MiB."""
        return int(self.process.memory_info().rss) >> 20


@contextlib.asynccontextmanager
async def running(module: list[str], environment: Mapping[str, str], port: int) -> AsyncIterator[Server]:
    """Run `python -m …` until the block ends."""
    begun = time.perf_counter()
    process = await asyncio.to_thread(_start, module, environment)
    try:
        await _answering(port)
        yield Server(psutil.Process(process.pid), port, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(STOP_WITHIN_S)


def _start(module: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *module], env={**os.environ, **environment})


async def _answering(port: int) -> None:
    """Wait for an answer: LeadsBot listens before it has loaded, and lets whoever comes early wait."""
    async with asyncio.timeout(START_WITHIN_S):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                await reader.readline()
                writer.close()
                await writer.wait_closed()
                return


def hello(port: int) -> contextlib.AbstractAsyncContextManager[Server]:
    """The yardstick, with the loop, parser and logging that LeadsBot is served with."""
    options = [
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "warning",
        "--no-proxy-headers",
        "--no-server-header",
    ]
    return running(["uvicorn", "bench.capture.hello:app", *options], {}, port)


def leadsbot(port: int, database_url: str) -> contextlib.AbstractAsyncContextManager[Server]:
    environment = {
        "LEADSBOT_DATABASE_URL": database_url,
        "LEADSBOT_SECRET_KEY": "bench " * 8,
        "LEADSBOT_PORT": str(port),
    }
    return running(["leadsbot", "serve"], environment, port)


async def prepared(database_url: str) -> str:
    """Make a database with a workspace whose site lets one address send as much as it likes; give its public token."""
    async with Database.opened(database_url) as database:
        await migrate(database)
        owner = NewWorkspace("Bench", "bench@example.com", "a long password", ["https://www.example.com"])
        token = (await create(database, owner)).public_token
        await database.write(lambda tx: tx.execute("UPDATE sites SET burst_per_second = 1000000"))
    return token


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
