"""Runs the real command in a process of its own, in a folder of its own, with nothing of this machine's settings."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.waiting import PATIENCE_S

BACKEND = Path(__file__).parents[2] / "backend"
PORTS_PER_WORKER = 1_400
BOOTSTRAP = ("bootstrap", "--workspace", "Lindenhof", "--email", "Owner@Example.com", "--password", "correct horse")
# The command as it will be once it brings a migration more: `Running(folder, "-c", LATER, "serve", module=False)`.
LATER = """
from leadsbot.cli import main
from leadsbot.db import migrate

first = migrate.known()
migrate.known = lambda: [*first, "2999-01-01T00:00:00:000000"]
main()
"""


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others; names without `LEADSBOT_`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADSBOT_")}
    given = {f"LEADSBOT_{name}": value for name, value in settings.items()}
    return kept | {"PYTHONPATH": str(BACKEND), "PYTHONUNBUFFERED": "1"} | given


def leadsbot(folder: Path, *args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "leadsbot", *args],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def prepared(folder: Path, **settings: str) -> None:
    """Migrate the database of `folder`."""
    done = leadsbot(folder, "migrate", **settings)
    assert done.returncode == 0, done.stderr


def free_ports(number: int = 2) -> int:
    """Give the first of so many ports in a row that nobody listens on; test runs side by side look in other places."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = 20_000 + worker * PORTS_PER_WORKER + os.getpid() % (PORTS_PER_WORKER // 2)
    for first in range(start, start + PORTS_PER_WORKER // 2, number):
        if not any(listening(port) for port in range(first, first + number)):
            return first
    raise RuntimeError("no free ports")


def listening(port: int) -> bool:
    """Tell whether somebody listens on this port of 127.0.0.1."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for it, and fail when it doesn't come."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Run one statement on the embedded database of `folder`."""
    with closing(sqlite3.connect(folder / "data" / "leadsbot.db", isolation_level=None)) as connection:
        return connection.execute(sql).fetchall()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def ask(url: str, path: str = "", *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Make one request, with the path exactly as given and without following redirects."""
    parts = urlsplit(url)
    assert parts.hostname
    with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)) as connection:
        connection.request(method, path or parts.path or "/", body, headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read().decode())


class Running:
    """The command between `with` and its end. `port` is the one it serves on, `output` what it said so far.

    Without `module` the arguments are the interpreter's own."""

    def __init__(self, folder: Path, *args: str, port: int | None = None, module: bool = True, **settings: str) -> None:
        self.port = port or free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self._said = folder / f"said-{self.port}.txt"
        self._args = ("-m", "leadsbot", *args) if module else args
        self._folder, self._settings = folder, {"PORT": str(self.port), **settings}

    def __enter__(self) -> Self:
        with open(self._said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *self._args],
                cwd=self._folder,
                env=environment(**self._settings),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def output(self) -> str:
        return self._said.read_text()

    def says(self, text: str) -> str:
        """Wait until the output holds `text`, and give it."""
        wait_until(lambda: text in self._alive().output)
        return self.output

    def up(self) -> Self:
        """Wait until the server answers."""
        wait_until(lambda: listening(self._alive().port))
        ask(self.url, "/health")  # the port is open before the house is
        return self

    def _alive(self) -> Self:
        assert self.process.poll() is None, self.output
        return self

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE_S)
